import { isIP } from 'node:net'

/** The properties of a request that show how it came here. */
export interface Arrival {
  httpVersion: string
  headers: Readonly<Record<string, unknown>> & { host?: string | undefined }
}

/**
 * Why a request cannot come from a person at this machine or with a tunnel to it; null when it may.
 *
 * A page elsewhere can make its own name point to this machine and would then be of the same origin to a browser, so names
 * that another person could own are refused. A proxy forwards requests of any client, and is recognised by the headers it
 * adds, or by HTTP/1.0, which some proxies use by default and no browser does.
 *
 * @param name - the name this server was told to listen under
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
