import { connect, createServer, type AddressInfo, type Socket } from 'node:net'
import type { Test } from 'tap'

/** A TCP proxy to a server on loopback, which can be switched to another server. */
export interface Way {
  /** The address by this way. */
  url: string
  /** Cuts open connections, and connects all new ones to the server of that address. */
  lead: (url: string) => void
  /** Cuts open connections, and refuses new ones until {@link Way.lead} names a server. */
  cut: () => void
  /** Silently lets no data through until {@link Way.lead} names a server. */
  stall: () => void
}

/** Decides for one connection which part of each piece of data passes. */
export interface Tap {
  fromClient: (data: Buffer) => Buffer
  fromServer: (data: Buffer) => Buffer
}

const allOfIt = (data: Buffer): Buffer => data
const openTap = (): Tap => ({ fromClient: allOfIt, fromServer: allOfIt })

/** @param tap - made for each connection; by default all data pass */
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
