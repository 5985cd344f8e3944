import { isIP } from 'node:net'

/** The addresses under which the sandbox is reached. */
export interface Reach {
  /** The address on which the sandbox listens. */
  host: string
  /** Further host names it answers to, in lower case. */
  names: readonly string[]
  /** The origin in returned addresses, if it is not the one the sandbox listens on. */
  publicOrigin: string | null
  /** Whether it also answers to Facebook's names, with a certificate for them. */
  asFacebook: boolean
}

/** Whether a name is Facebook's; a sandbox that answers to such names never passes them on. */
export const isFacebookName = (name: string): boolean => /^([a-z0-9-]+\.)*facebook\.com$/i.test(name)

export const isLoopback = (name: string): boolean =>
  /^(localhost|.+\.localhost|127\.\d+\.\d+\.\d+|\[?::1\]?)$/i.test(name)

/**
 * Whether the sandbox answers to this host name. A foreign name that leads to this machine (DNS rebinding) is refused; if the
 * sandbox listens on more than loopback, any literal IP address is accepted.
 */
export const answersTo = (reach: Reach, name: string): boolean =>
  isLoopback(name) ||
  name === reach.host ||
  reach.names.includes(name.toLowerCase()) ||
  (reach.asFacebook && isFacebookName(name)) ||
  (!isLoopback(reach.host) && isIP(name.replace(/^\[|\]$/g, '')) > 0)

/** The path of `GET https://graph.facebook.com/me`, as a client sends it to a proxy; null for an address of another host. */
export const pathInside = (reach: Reach, url: string): string | null => {
  if (!/^https?:\/\//i.test(url)) return url
  const { hostname, pathname, search } = URL.parse(url) ?? { hostname: '', pathname: '', search: '' }
  return hostname !== '' && answersTo(reach, hostname) ? pathname + search : null
}
