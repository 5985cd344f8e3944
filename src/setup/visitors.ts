import { isIP } from 'node:net'

/** What tells how a request came here. */
export interface Arrival {
  httpVersion: string
  headers: Readonly<Record<string, unknown>> & { host?: string | undefined }
}

/**
 * Why a request cannot come from whoever sits at this machine or has a tunnel to it; null when it may.
 *
 * A page elsewhere can make its own name point to this machine and would then be of the same origin to a browser, so no name
 * is good that somebody else could own. A proxy brings whoever it likes, and is told by what it adds, or by the HTTP/1.0
 * that some speak where nothing is set: no browser does.
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
