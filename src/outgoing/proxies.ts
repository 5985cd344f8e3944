import { Agent, EnvHttpProxyAgent, type Dispatcher } from 'undici'

/** The settings HTTP_PROXY, HTTPS_PROXY and NO_PROXY, as far as they are set. */
export interface Proxies {
  HTTP_PROXY?: string | undefined
  HTTPS_PROXY?: string | undefined
  NO_PROXY?: string | undefined
}

export interface OutgoingOptions extends Omit<Agent.Options, 'connect'> {
  connect?: { timeout?: number; ca?: string }
}

/**
 * Makes the dispatcher for outgoing calls: an undici agent that uses the proxy in the settings. It does not read the environment,
 * because the settings may come from `.env`.
 */
export const createOutgoing = (proxies: Proxies, options: OutgoingOptions = {}): Dispatcher => {
  const { HTTP_PROXY: httpProxy = '', HTTPS_PROXY: httpsProxy = '', NO_PROXY: noProxy = '' } = proxies
  if (!isProxied(proxies)) return new Agent(options)
  const { timeout, ca } = options.connect ?? {}
  const tls = ca === undefined ? {} : { requestTls: { ca }, proxyTls: { ca } }
  return new EnvHttpProxyAgent({
    ...options,
    httpProxy: withKnownScheme(httpProxy),
    httpsProxy: withKnownScheme(httpsProxy),
    noProxy,
    ...(timeout !== undefined && { connectTimeout: timeout }),
    ...tls,
  })
}

/** curl's `socks5h` has the proxy look up host names, which undici does with every SOCKS proxy. */
const withKnownScheme = (proxy: string): string => proxy.replace(/^socks5h:/i, 'socks5:')

/** Whether calls may go through a proxy. */
export const isProxied = ({ HTTP_PROXY, HTTPS_PROXY }: Proxies): boolean =>
  Boolean(HTTP_PROXY) || Boolean(HTTPS_PROXY)

/**
 * The proxy for a call to this address, without user name and password; null for none. It repeats the rules of {@link
 * createOutgoing}, because undici does not tell which proxy it uses.
 */
export const proxyFor = (
  address: string,
  { HTTP_PROXY, HTTPS_PROXY, NO_PROXY = '' }: Proxies,
): string | null => {
  const url = new URL(address)
  const proxy = url.protocol === 'https:' ? HTTPS_PROXY || HTTP_PROXY : HTTP_PROXY
  if (!proxy || NO_PROXY.split(/[,\s]+/).some((entry) => entry !== '' && isExempt(url, entry))) return null
  const { protocol, host } = new URL(proxy)
  return `${protocol}//${host}`
}

/** `example.com` and `.example.com` match the domain and its subdomains, `*.example.com` only the subdomains. */
const isExempt = (url: URL, entry: string): boolean => {
  const host = bare(url.hostname)
  const [, name = entry, port] = /^(\[.*\]|[^:]*):(\d+)$/.exec(entry) ?? []
  if (port !== undefined && port !== (url.port || (url.protocol === 'https:' ? '443' : '80'))) return false
  if (name === '*') return true
  const domain = bare(name.replace(/^\*?\./, ''))
  return (!name.startsWith('*') && host === domain) || host.endsWith(`.${domain}`)
}

const bare = (name: string): string =>
  name
    .toLowerCase()
    .replace(/^\[(.*)\]$/, '$1')
    .replace(/\.$/, '')
