import { badParameter, notAnAddress } from './failure.ts'
import { isTrue, type Params } from './params.ts'
import { isAddress, optionalUrl, within } from './value-rules.ts'

/** Whether the Page whitelisted the domain of an address (`whitelisted_domains` of its profile). */
export type IsWhitelisted = (url: string) => boolean

/** The domains in a profile before the call, because domains that are set in the same call do not count yet. */
export const whitelistOf = (profile: Record<string, unknown>): IsWhitelisted => {
  const domains = profile['whitelisted_domains']
  const hosts = new Set(Array.isArray(domains) ? domains.map((domain) => hostOf(String(domain))) : [])
  return (url) => hosts.has(hostOf(url))
}

/** The addresses that open in the webview: a link button, the action of a card, an item of the menu (docs/messenger-platform.md#f7). */
export const checkWebview = (holder: Params, name: string, isWhitelisted: IsWhitelisted): void => {
  const { url } = holder
  if (!isAddress(url)) throw notAnAddress(`${name}[url]`)
  optionalUrl(holder, 'fallback_url', name)
  within(holder, 'webview_height_ratio', name, ['compact', 'tall', 'full'])
  within(holder, 'webview_share_button', name, ['hide'])
  if (!isTrue(holder['messenger_extensions'])) return
  if (!url.startsWith('https:'))
    throw badParameter(`Param ${name}[url] must be https with messenger_extensions`)
  if (!isWhitelisted(url)) throw notWhitelisted('The URL provided', 2018062)
}

/** @param what - Facebook's words: "The URL provided" for buttons, "The web URL provided" for the profile */
export const notWhitelisted = (what: string, subcode: number) =>
  badParameter(`${what} is not whitelisted for messenger extensions`, subcode)

const hostOf = (url: string): string => URL.parse(url)?.hostname ?? ''
