import { connect, createServer, type AddressInfo, type Socket } from 'node:net'
import type { Test } from 'tap'

/** A way to a server on loopback, which may lead to another one. */
export interface Way {
  /** The address by this way. */
  url: string
  /** Cuts what is connected, and leads everything from now on to the server of that address. */
  lead: (url: string) => void
  /** Cuts what is connected, and refuses everything until {@link Way.lead} names a server. */
  cut: () => void
}

/** What one connection lets through, of each piece of data. */
export interface Tap {
  fromClient: (data: Buffer) => Buffer
  fromServer: (data: Buffer) => Buffer
}

const allOfIt = (data: Buffer): Buffer => data
const openTap = (): Tap => ({ fromClient: allOfIt, fromServer: allOfIt })

/** @param tap - for each connection; all goes through where nothing is said */
export const createWay = async (t: Test, url: string, tap: () => Tap = openTap): Promise<Way> => {
  let target: URL | null = new URL(url)
  const open = new Set<Socket>()
  const way = createServer((client) => {
    if (target === null) return client.destroy()
    const server = connect(Number(target.port), target.hostname)
    const { fromClient, fromServer } = tap()
    for (const socket of [client, server]) {
      open.add(socket)
      socket.on('error', () => undefined)
      socket.on('close', () => {
        open.delete(socket)
        client.destroy()
        server.destroy()
      })
    }
    client.on('data', (data) => server.write(fromClient(data)))
    return server.on('data', (data) => client.write(fromServer(data)))
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
      target = new URL(other)
      cut()
    },
    cut: () => {
      target = null
      cut()
    },
  }
}
