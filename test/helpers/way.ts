import { connect, createServer, type AddressInfo, type Socket } from 'node:net'
import type { Test } from 'tap'

/** A way to a server on loopback, which may lead to another one. */
export interface Way {
  /** The address by this way. */
  url: string
  /** Cuts what is connected, and leads everything from now on to the server of that address. */
  lead: (url: string) => void
}

export const createWay = async (t: Test, url: string): Promise<Way> => {
  let port = Number(new URL(url).port)
  const open = new Set<Socket>()
  const way = createServer((client) => {
    const server = connect(port, '127.0.0.1')
    for (const socket of [client, server]) {
      open.add(socket)
      socket.on('error', () => undefined)
      socket.on('close', () => open.delete(socket))
    }
    client.pipe(server)
    server.pipe(client)
    client.on('close', () => server.destroy())
    server.on('close', () => client.destroy())
  })
  await new Promise<void>((resolve) => way.listen(0, '127.0.0.1', resolve))
  const cut = (): void => {
    for (const socket of open) socket.destroy()
  }
  t.teardown(() => {
    way.close()
    cut()
  })
  const through = new URL(url)
  through.port = String((way.address() as AddressInfo).port)
  return {
    url: through.href,
    lead: (other) => {
      port = Number(new URL(other).port)
      cut()
    },
  }
}
