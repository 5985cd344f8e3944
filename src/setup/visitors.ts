import { isIP } from 'node:net'

/** The properties of a request that tell whether it came through a proxy. */
export interface Arrival {
  httpVersion: string
  headers: Readonly<Record<string, unknown>> & { host?: string | undefined }
}

/**
 * Why a request is not accepted as one from this machine or through a tunnel to it; null if it is accepted.
 *
 * A site can make its own name point to this machine (DNS rebinding), and a browser would then treat it as the same origin, so
 * names that another person could own are refused. A proxy forwards requests of any client, and is recognised by the headers it
 * adds, or by HTTP/1.0, which some proxies use by default and no browser does.
 *
 * @param name - the server's HOST
 */
export const strangeness = ({ httpVersion, headers }: Arrival, name: string): 'name' | 'proxy' | null => {
  if (httpVersion === '1.0') return 'proxy'
  if (PROXY_HEADERS.some((header) => headers[header] !== undefined)) return 'proxy'
  const asked = URL.parse(`http://${headers.host ?? ''}`)?.hostname ?? ''
  const isOwn =
    asked === 'localhost' || asked === name.toLowerCase() || isIP(asked.replace(/^\[(.*)\]$/, '$1')) > 0
  return isOwn ? null : 'name'
}

const PROXY_HEADERS = [
  'forwarded',
  'x-forwarded-for',
  'x-forwarded-host',
  'x-forwarded-proto',
  'x-real-ip',
  'via',
]
