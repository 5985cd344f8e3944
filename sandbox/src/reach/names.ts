import { isIP } from 'node:net'

/** Under which addresses the sandbox is reached. */
export interface Reach {
  /** The address listened on. */
  host: string
  /** Further host names it answers to, in lower case. */
  names: readonly string[]
  /** The origin in addresses handed out, where it is not the one listened on. */
  publicOrigin: string | null
  /** It also answers to Facebook's own names: with a certificate for them. */
  asFacebook: boolean
}

/** Names that never lead to Facebook from here once the sandbox answers to them. */
export const isFacebookName = (name: string): boolean => /^([a-z0-9-]+\.)*facebook\.com$/i.test(name)

export const isLoopback = (name: string): boolean =>
  /^(localhost|.+\.localhost|127\.\d+\.\d+\.\d+|\[?::1\]?)$/i.test(name)

/**
 * Whether the sandbox answers to this host name. A foreign name that leads to this machine (DNS rebinding) is
 * refused; where the operator listens on more than loopback, any literal address will do.
 */
export const answersTo = (reach: Reach, name: string): boolean =>
  isLoopback(name) ||
  name === reach.host ||
  reach.names.includes(name.toLowerCase()) ||
  (reach.asFacebook && isFacebookName(name)) ||
  (!isLoopback(reach.host) && isIP(name.replace(/^\[|\]$/g, '')) > 0)

/** The path of `GET https://graph.facebook.com/me`, as a client sends it to a proxy; null where it leads elsewhere. */
export const pathInside = (reach: Reach, url: string): string | null => {
  if (!/^https?:\/\//i.test(url)) return url
  const { hostname, pathname, search } = URL.parse(url) ?? { hostname: '', pathname: '', search: '' }
  return hostname !== '' && answersTo(reach, hostname) ? pathname + search : null
}
