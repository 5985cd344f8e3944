import { createRequire } from 'node:module'
import type * as Undici from 'undici'
import type { Dispatcher } from 'undici'

// By the paths of their files: undici's entry loads eighty more, for fetch, caches, WebSockets and mocks
// (docs/adr/0211-of-undici-what-sends.md).
const load = createRequire(import.meta.url)

/** undici's agent: one pool for each origin. */
export const Agent = load('undici/lib/dispatcher/agent.js') as typeof Undici.Agent

/** undici's agent that goes by proxies. */
export const EnvHttpProxyAgent = load(
  'undici/lib/dispatcher/env-http-proxy-agent.js',
) as typeof Undici.EnvHttpProxyAgent

/** undici's connections to one origin. */
export const Pool = load('undici/lib/dispatcher/pool.js') as typeof Undici.Pool

export interface RequestOptions extends Omit<Dispatcher.RequestOptions, 'origin' | 'path' | 'method'> {
  method: Dispatcher.HttpMethod
  dispatcher: Dispatcher
}

/**
 * undici's `request`. Follows no redirect.
 *
 * @param address - http or https, without user name and password
 * @throws the error of undici, or of the system
 */
export const request = async (
  address: string,
  { dispatcher, ...options }: RequestOptions,
): Promise<Dispatcher.ResponseData> => {
  const { origin, pathname, search } = new URL(address)
  return requestBy.call(dispatcher, { ...options, origin, path: `${pathname}${search}` })
}

const requestBy = load('undici/lib/api/api-request.js') as (
  this: Dispatcher,
  options: Dispatcher.RequestOptions,
) => Promise<Dispatcher.ResponseData>
