import { isIP } from 'node:net'
import { isPlainText, isPlainWord, isQuoted, isTypeable } from './odd-characters.ts'

const isWebAddress = (text: string): boolean => {
  const url = /^https?:\/\//i.test(text) ? URL.parse(text) : null
  return url !== null && url.username === '' && url.password === ''
}

/** An address of a server, without anything after its port. */
export const isOrigin = (text: string): boolean => {
  const url = isWebAddress(text) ? URL.parse(text) : null
  return url !== null && url.pathname === '/' && url.search === '' && url.hash === ''
}

// Facebook calls nothing but https; plain http serves the sandbox on this machine.
const isPublicOrigin = (text: string): boolean => {
  const url = isOrigin(text) ? URL.parse(text) : null
  return url !== null && (url.protocol === 'https:' || isLoopback(url.hostname))
}

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
  /^smtps?:\/\//i.test(text) && Boolean(URL.parse(text)?.hostname)

const isProxyServer = (text: string): boolean =>
  /^(https?|socks5?):\/\//i.test(text) && !isQuoted(text) && Boolean(URL.parse(text)?.hostname)

/** What a value may look like, by the names that the schema of the configuration uses. */
export const FORMATS = {
  origin: isOrigin,
  'public-origin': isPublicOrigin,
  'web-address': isWebAddress,
  host: isHost,
  'mail-address': isMailAddress,
  'mail-addresses': isMailList,
  'mail-server': isMailServer,
  'proxy-server': isProxyServer,
  'plain-word': isPlainWord,
  'plain-text': isPlainText,
  typeable: isTypeable,
  unquoted: (text: string) => !isQuoted(text),
  proxies: isProxyList,
  unsupported: () => false,
}
