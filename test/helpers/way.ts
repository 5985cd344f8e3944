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
  /** Lets nothing through, and says nothing of it, until {@link Way.lead} names a server. */
  stall: () => void
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
  let isStalled = false
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
    const passOn = (to: Socket, pass: (data: Buffer) => Buffer) => (data: Buffer) =>
      isStalled || to.write(pass(data))
    client.on('data', passOn(server, fromClient))
    return server.on('data', passOn(client, fromServer))
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
      isStalled = false
      cut()
    },
    cut: () => {
      target = null
      cut()
    },
    stall: () => {
      isStalled = true
    },
  }
}
