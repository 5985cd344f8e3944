import { lookup } from 'node:dns/promises'
import { connect, type PeerCertificate, type TLSSocket } from 'node:tls'
import { request } from 'undici'
import { failureCode } from '../base/call-failure.ts'
import { createOutgoing, proxyFor, type Proxies } from '../outgoing/proxies.ts'

/** Network calls that carry no credentials of the bot unless the caller adds them. */
export interface Outside {
  /** The proxy that {@link Outside.fetch} goes through, without its password; null for none. */
  proxyFor: (url: string) => string | null
  /** The addresses of a host name. @throws the system's error */
  resolve: (host: string) => Promise<string[]>
  /** Follows no redirect. Never throws. */
  fetch: (url: string, options?: FetchOptions) => Promise<HttpAnswer | Unreached>
  /** Completes the TLS handshake even with an invalid certificate. @throws Error with the system's code */
  certificate: (host: string, port: number) => Promise<CertificateFacts>
  close: () => Promise<void>
}

export interface FetchOptions {
  method?: 'GET' | 'POST'
  headers?: Record<string, string>
  body?: string
}

export interface HttpAnswer {
  status: number
  headers: Record<string, string | string[] | undefined>
  /** The beginning of the body. */
  text: string
}

export interface Unreached {
  status: null
  /** Such as ECONNREFUSED. */
  code: string
}

export interface CertificateFacts {
  /** Why the certificate is invalid, as OpenSSL's code; null when it is valid. */
  problem: string | null
  /** Ms since the epoch. */
  expiresMs: number
  issuer: string
}

const TIMEOUT_MS = 8000
const MOST_READ = 64 * 1024

/** @param options.ca - certificates to trust besides the usual ones, in PEM */
export const createOutside = ({ ca, proxies = {} }: { ca?: string; proxies?: Proxies } = {}): Outside => {
  const trust = ca === undefined ? {} : { ca }
  const agent = createOutgoing(proxies, { connect: { timeout: TIMEOUT_MS, ...trust } })
  return {
    proxyFor: (url) => proxyFor(url, proxies),

    resolve: async (host) => (await lookup(host, { all: true })).map(({ address }) => address),

    fetch: async (url, { method = 'GET', headers = {}, body = null as string | null } = {}) => {
      try {
        const answer = await request(url, {
          method,
          headers: { 'user-agent': 'evergreen-doctor', ...headers },
          body,
          dispatcher: agent,
          signal: AbortSignal.timeout(TIMEOUT_MS),
        })
        let text = ''
        for await (const chunk of answer.body.setEncoding('utf8')) {
          text += chunk as string
          if (text.length > MOST_READ) break
        }
        return { status: answer.statusCode, headers: answer.headers, text }
      } catch (error) {
        return { status: null, code: codeOf(error) }
      }
    },

    certificate: (host, port) =>
      new Promise((resolve, reject) => {
        const socket: TLSSocket = connect({
          host,
          port,
          servername: host,
          rejectUnauthorized: false,
          ...trust,
        })
        socket.setTimeout(TIMEOUT_MS, () => socket.destroy(new Error('ETIMEDOUT')))
        socket.once('error', (error) => reject(new Error(codeOf(error), { cause: error })))
        socket.once('secureConnect', () => {
          resolve(factsOf(socket))
          socket.destroy()
        })
      }),

    close: () => agent.destroy(),
  }
}

/** The error's code, such as ECONNREFUSED, because its message may hold addresses. */
const codeOf = (error: unknown): string => {
  if (!(error instanceof Error)) return 'unknown'
  if (error.name === 'TimeoutError' || error.message === 'ETIMEDOUT') return 'ETIMEDOUT'
  return failureCode(error) ?? error.name
}

const factsOf = (socket: TLSSocket): CertificateFacts => {
  const peer: Partial<PeerCertificate> = socket.getPeerCertificate()
  // Typed as an Error, but at run time it is OpenSSL's code.
  const problem = socket.authorized ? null : String(socket.authorizationError)
  return {
    problem,
    expiresMs: Date.parse(peer.valid_to ?? ''),
    issuer: String(peer.issuer?.O ?? peer.issuer?.CN ?? 'an unnamed authority'),
  }
}
