import { isIP } from 'node:net'
import { isQuoted, oddity } from './odd-characters.ts'

const isWebAddress = (text: string): boolean => {
  const url = /^https?:\/\//i.test(text) ? URL.parse(text) : null
  return url !== null && url.username === '' && url.password === ''
}

/** Whether a text is the address of a server without path, query and fragment. */
export const isOrigin = (text: string): boolean => {
  const url = isWebAddress(text) ? URL.parse(text) : null
  return url !== null && url.pathname === '/' && url.search === '' && url.hash === ''
}

// Facebook calls only https; http is for the sandbox on this machine.
const isPublicOrigin = (text: string): boolean => {
  const url = isOrigin(text) ? URL.parse(text) : null
  return url !== null && (url.protocol === 'https:' || isLoopback(url.hostname))
}

/**
 * Why a text is not an address of the format, as the middle of a sentence; null if the format is not one of an address, or if the
 * text has none of the known faults. Never shows the text, which may be a secret.
 */
export const addressFault = (text: string, format: string): string | null => {
  if (format === 'postgres-address' && IS_POSTGRES.test(text) && namesSeveralHosts(text))
    return 'it names several servers: name one, such as the address that leads to the primary'
  if (!ADDRESSES.has(format)) return null
  if (/^https?(:\/?|\/\/)(?!\/)/i.test(text))
    return 'between https and the name stand a colon and two slashes'
  if (!/^[a-z][\w+.-]*:\/\//i.test(text)) return looksLikeHost(text) ? 'it lacks https:// in front' : null
  const url = URL.parse(text)
  if (url === null) return null
  if (!/^https?:$/.test(url.protocol)) return 'it does not begin with https://'
  if (url.username !== '' || url.password !== '') return 'it holds a user name or a password'
  if (format === 'web-address') return null
  if (url.pathname !== '/' || url.search !== '' || url.hash !== '')
    return 'there is text after the name (and port): leave it out'
  return format === 'public-origin' && !isPublicOrigin(text) ? 'Facebook calls nothing but https' : null
}

const ADDRESSES: ReadonlySet<string> = new Set(['origin', 'public-origin', 'web-address'])

/** Whether a text may be meant as a server: a name with a dot, or this machine's name, with or without port and path. */
export const looksLikeHost = (text: string): boolean =>
  /^([\p{L}\p{N}-]+(\.[\p{L}\p{N}-]+)+|localhost|\[[\da-f:]+\])\.?(:\d+)?([/?#].*)?$/iu.test(text)

/** Whether a name or an address stands for this machine. */
export const isLoopback = (hostname: string): boolean => /^(localhost|127(\.\d+){3}|\[::1\])$/.test(hostname)

const isHost = (text: string): boolean => isIP(text) > 0 || /^[a-z0-9]([a-z0-9._-]*[a-z0-9])?$/i.test(text)

const isProxyList = (text: string): boolean => text.split(',').every((part) => isProxy(part.trim()))

const isProxy = (text: string): boolean => {
  const [address = '', prefix, ...rest] = text.split('/')
  const family = isIP(address)
  if (prefix === undefined) return family > 0 || /^(loopback|linklocal|uniquelocal)$/.test(text)
  return (
    family > 0 &&
    rest.length === 0 &&
    /^[0-9]{1,3}$/.test(prefix) &&
    Number(prefix) > 0 &&
    Number(prefix) <= (family === 4 ? 32 : 128)
  )
}

const isMailAddress = (text: string): boolean => /^[^\s@,<>"]+@[^\s@,<>"]+$/.test(text)

const isMailList = (text: string): boolean => text.split(',').every((part) => isMailAddress(part.trim()))

const isMailServer = (text: string): boolean =>
  /^smtps?:\/\//i.test(text) && Boolean(URL.parse(text)?.hostname) && isDecodable(text)

const isPostgresAddress = (text: string): boolean => {
  const url = IS_POSTGRES.test(text) && !isQuoted(text) ? URL.parse(text) : null
  return url !== null && url.pathname.length > 1 && isDecodable(text) && !namesSeveralHosts(text)
}

const IS_POSTGRES = /^postgres(ql)?:\/\//i

/** Whether the address of a database names several servers, which other PostgreSQL clients accept. */
const namesSeveralHosts = (text: string): boolean =>
  /^[^/?#]*\/\/(?:[^/?#]*@)?([^/?#@]*)/.exec(text)?.[1]?.includes(',') === true

/**
 * Adds `localhost` to the address of a database that names a socket and has no server after its user
 * (`postgres://user@/name?host=/run`), so that it can be parsed as a URL. If another `@` follows, the password contains `@/`: the
 * address is left alone, because the rest of the password would be shown as the database's name.
 */
export const withServer = (text: string): string =>
  IS_POSTGRES.test(text) ? text.replace(/^([^/?#]*\/\/[^/?#]*@)(?=\/[^@?#]*(?:[?#]|$))/, '$1localhost') : text

/** Without path, query and fragment, which undici does not accept. */
const isProxyServer = (text: string): boolean => {
  const url = /^(https?|socks|socks5h?):\/\//i.test(text) && !isQuoted(text) ? URL.parse(text) : null
  return (
    url !== null &&
    url.hostname !== '' &&
    /^\/?$/.test(url.pathname) &&
    url.search === '' &&
    url.hash === '' &&
    isDecodable(text)
  )
}

/** An address of an ntfy topic; a token or a password, which protects the topic, may stand before the host. */
const isNtfyTopic = (text: string): boolean => {
  const url = /^https?:\/\//i.test(text) ? URL.parse(text) : null
  return (
    url !== null &&
    /\/[\w-]{1,64}$/.test(url.pathname) &&
    url.search === '' &&
    url.hash === '' &&
    [url.username, url.password].every(isDecodable)
  )
}

/** Whether percent-decoding succeeds. Clients decode user and password, so a `%` in them must be written `%25`. */
const isDecodable = (text: string): boolean => {
  try {
    decodeURIComponent(text)
    return true
  } catch {
    return false
  }
}

/** The formats of values, by their names in the configuration's schema. */
export const FORMATS = {
  origin: isOrigin,
  'public-origin': isPublicOrigin,
  'web-address': isWebAddress,
  host: isHost,
  'mail-address': isMailAddress,
  'mail-addresses': isMailList,
  'mail-server': isMailServer,
  'ntfy-topic': isNtfyTopic,
  'postgres-address': isPostgresAddress,
  'proxy-server': isProxyServer,
  // Ids and secrets: printable ASCII without spaces and quotation marks.
  'plain-word': (text: string) => text !== '' && oddity(text, true) === null,
  // Printable ASCII, which Facebook sends back unchanged.
  'plain-text': (text: string) => /^[\x20-\x7e]+$/.test(text) && !isQuoted(text),
  // Texts that a person types: letters of any language and spaces, but no invisible characters.
  typeable: (text: string) => oddity(text, false) === null,
  unquoted: (text: string) => !isQuoted(text),
  proxies: isProxyList,
}
