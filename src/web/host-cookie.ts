/** Browsers accept a cookie with this prefix only over https, for one host and all its paths, so no other host can plant it. */
const PREFIX = '__Host-'

/**
 * The `Cookie` header with the prefixed cookie renamed to its plain name. A cookie that comes under the plain name was planted
 * and is removed, also with white space around the name: a browser sends that for a cookie without a name, and the cookie parser
 * trims it.
 */
export const fromHostCookie = (header: string, name: string): string =>
  header
    .split(/; */)
    .filter((pair) => pair.split('=', 1)[0]?.trim() !== name)
    .map((pair) => (pair.startsWith(`${PREFIX}${name}=`) ? pair.slice(PREFIX.length) : pair))
    .join('; ')

/** A value of `Set-Cookie`, with the prefix if it sets this cookie. */
export const toHostCookie = (value: string, name: string): string =>
  value.startsWith(`${name}=`) ? `${PREFIX}${value}` : value
