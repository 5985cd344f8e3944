import type { Server } from 'node:http'
import https from 'node:https'
import net, { type AddressInfo, type Socket } from 'node:net'
import type { Duplex } from 'node:stream'
import type { Certificates } from './certificates.ts'
import { answersTo, isLoopback, type Reach } from './names.ts'

/**
 * The most bytes of request line and headers. Meta's samples send messages in the query, where 2000 characters of some scripts
 * take 9 bytes each, which is more than Node's limit of 16 KB.
 */
export const LONGEST_HEAD_BYTES = 64 * 1024

/** The sandbox over TLS, as graph.facebook.com and www.facebook.com. */
export interface HttpsDoor {
  port: number
  close: () => Promise<void>
}

/**
 * Listens with TLS, and makes the plain server a proxy: `CONNECT graph.facebook.com:443` leads to the sandbox, so that a client
 * which only names https://graph.facebook.com needs neither a hosts entry nor port 443.
 */
export const openHttps = async (
  plain: Server,
  { certificates, reach, port }: { certificates: Certificates; reach: Reach; port: number },
): Promise<HttpsDoor> => {
  const { key, cert } = certificates
  const secure = https.createServer({ key, cert, maxHeaderSize: LONGEST_HEAD_BYTES }, (request, response) =>
    plain.emit('request', request, response),
  )
  const open = new Set<Duplex>()
  const track = (socket: Duplex) => {
    open.add(socket)
    socket.once('close', () => open.delete(socket))
    // A client may disconnect at any time.
    socket.on('error', () => socket.destroy())
  }
  secure.on('connection', track)
  secure.on('tlsClientError', (_error, socket) => socket.destroy())
  const onConnect = proxy(reach, secure, track)
  plain.on('connect', onConnect)
  await new Promise<void>((resolve, reject) => {
    secure.once('error', reject)
    secure.listen(port, reach.host, () => resolve(secure.off('error', reject) && undefined))
  })
  return {
    port: (secure.address() as AddressInfo).port,
    close: () =>
      new Promise((resolve) => {
        plain.off('connect', onConnect)
        secure.close(() => resolve())
        for (const socket of open) socket.destroy()
      }),
  }
}

type OnConnect = (request: { url?: string }, socket: Duplex, head: Buffer) => void

const proxy =
  (reach: Reach, secure: https.Server, track: (socket: Duplex) => void): OnConnect =>
  ({ url = '' }, socket, head) => {
    track(socket)
    const target = URL.parse(`connect://${url}`)
    if (!target || target.port === '') return refuse(socket, 400, 'CONNECT needs a host name and a port.')
    if (answersTo(reach, target.hostname) && !isLoopback(target.hostname)) {
      socket.write(ESTABLISHED)
      socket.unshift(head)
      secure.emit('connection', socket)
      return undefined
    }
    // On loopback only: a client that reaches the sandbox there can also reach that host directly.
    if (!isLoopback(reach.host)) {
      return refuse(
        socket,
        403,
        `This proxy leads to the sandbox alone; name ${target.hostname} in NO_PROXY.`,
      )
    }
    return tunnel(socket, head, track, {
      host: target.hostname.replace(/^\[|\]$/g, ''),
      port: Number(target.port),
    })
  }

/** Connects a tunnel to another host, for other services that the bot calls. */
const tunnel = (
  socket: Duplex,
  head: Buffer,
  track: (socket: Duplex) => void,
  target: { host: string; port: number },
): void => {
  const onward: Socket = net.connect(target)
  const failed = (error: Error) =>
    refuse(socket, 502, `The proxy could not reach ${target.host}:${target.port}. ${error.message}`)
  onward.once('error', failed)
  onward.once('connect', () => {
    onward.off('error', failed)
    track(onward)
    socket.write(ESTABLISHED)
    onward.write(head)
    socket.pipe(onward).pipe(socket)
    socket.once('close', () => onward.destroy())
    onward.once('close', () => socket.destroy())
  })
}

const ESTABLISHED = 'HTTP/1.1 200 Connection Established\r\n\r\n'

const refuse = (socket: Duplex, status: number, message: string): void => {
  const body = `${message}\n`
  socket.end(
    `HTTP/1.1 ${status} ${STATUS[status] ?? ''}\r\ncontent-type: text/plain; charset=utf-8\r\ncontent-length: ${Buffer.byteLength(body)}\r\nconnection: close\r\n\r\n${body}`,
  )
}

const STATUS: Record<number, string> = { 400: 'Bad Request', 403: 'Forbidden', 502: 'Bad Gateway' }
