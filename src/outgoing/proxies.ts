import { Agent, EnvHttpProxyAgent, type Dispatcher } from 'undici'

/** The settings HTTP_PROXY, HTTPS_PROXY and NO_PROXY; an absent one is not set. */
export interface Proxies {
  HTTP_PROXY?: string | undefined
  HTTPS_PROXY?: string | undefined
  NO_PROXY?: string | undefined
}

export interface OutgoingOptions extends Omit<Agent.Options, 'connect'> {
  connect?: { timeout?: number; ca?: string }
}

/**
 * What calls leave this machine by: undici's own agent, which goes by a proxy where the settings say so. The environment of the
 * process is not asked: the settings may come from `.env`, too.
 */
export const createOutgoing = (proxies: Proxies, options: OutgoingOptions = {}): Dispatcher => {
  const { HTTP_PROXY: httpProxy = '', HTTPS_PROXY: httpsProxy = '', NO_PROXY: noProxy = '' } = proxies
  if (!isProxied(proxies)) return new Agent(options)
  const { timeout, ca } = options.connect ?? {}
  const tls = ca === undefined ? {} : { requestTls: { ca }, proxyTls: { ca } }
  return new EnvHttpProxyAgent({
    ...options,
    httpProxy,
    httpsProxy,
    noProxy,
    ...(timeout !== undefined && { connectTimeout: timeout }),
    ...tls,
  })
}

/** Whether any call may go by a proxy. */
export const isProxied = ({ HTTP_PROXY, HTTPS_PROXY }: Proxies): boolean =>
  Boolean(HTTP_PROXY) || Boolean(HTTPS_PROXY)

/**
 * The proxy a call to this address goes by, without user name and password; null for none. It says what
 * {@link createOutgoing} does; undici does not tell.
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

/** `example.com` and `.example.com` stand for the domain and what is below it, `*.example.com` for what is below. */
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
