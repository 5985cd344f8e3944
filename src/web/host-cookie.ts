/** Browsers take a cookie of this prefix from https alone, for one host and all its paths: no other host can plant it. */
const PREFIX = '__Host-'

/**
 * `Cookie` as it came, with the prefixed cookie under its plain name. One that came under the plain name was planted, also with
 * white space around the name: a browser sends that for a cookie without a name, and the parser of cookies takes it off.
 */
export const fromHostCookie = (header: string, name: string): string =>
  header
    .split(/; */)
    .filter((pair) => pair.split('=', 1)[0]?.trim() !== name)
    .map((pair) => (pair.startsWith(`${PREFIX}${name}=`) ? pair.slice(PREFIX.length) : pair))
    .join('; ')

/** A value of `Set-Cookie` with the prefix, where it is about this cookie. */
export const toHostCookie = (value: string, name: string): string =>
  value.startsWith(`${name}=`) ? `${PREFIX}${value}` : value
