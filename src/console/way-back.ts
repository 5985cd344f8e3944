import { LOGIN_CALLBACK } from './login-address.ts'

export const OVERVIEW = '/operator'
/** An address inside the console; every other one is refused, so that a link cannot lead elsewhere. */
const ADDRESS = /^(\/operator(?:\/[a-z-]+)*)(?:\?[\w%&=.~+*-]*)?$/
/** Addresses that are no pages to return to. */
const NO_PAGES: ReadonlySet<string> = new Set([LOGIN_CALLBACK, '/operator/live'])

/**
 * The page after the sign-in: the requested one, or the overview.
 *
 * @param hasPage - whether the console has a page at this path
 */
export const wayBack = (wanted: unknown, hasPage: (path: string) => boolean): string => {
  const [address, path] = (typeof wanted === 'string' && ADDRESS.exec(wanted)) || []
  return address === undefined || path === undefined || NO_PAGES.has(path) || !hasPage(path)
    ? OVERVIEW
    : address
}
