import { LOGIN_CALLBACK } from './login-address.ts'

export const OVERVIEW = '/operator'
/** Of the console alone, whatever a link may say. */
const ADDRESS = /^(\/operator(?:\/[a-z-]+)*)(?:\?[\w%&=.~+*-]*)?$/
/** What is asked for by its address and is no page to go back to. */
const NO_PAGES: ReadonlySet<string> = new Set([LOGIN_CALLBACK, '/operator/live'])

/**
 * Where a person goes after the sign-in: to the page that was asked for, or to the overview.
 *
 * @param hasPage - whether there is a page at a path
 */
export const wayBack = (wanted: unknown, hasPage: (path: string) => boolean): string => {
  const [address, path] = (typeof wanted === 'string' && ADDRESS.exec(wanted)) || []
  return address === undefined || path === undefined || NO_PAGES.has(path) || !hasPage(path)
    ? OVERVIEW
    : address
}
