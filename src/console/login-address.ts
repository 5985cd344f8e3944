import { isIP } from 'node:net'

/** The redirect URI of Facebook's login, and whether Facebook accepts it. */
export interface LoginAddress {
  uri: string
  /** The reason why the login cannot work at this address; null for none. */
  note: string | null
  /** The address at which the console must be opened for the login; null if it is open there already. */
  openAt: string | null
}

/** The path of the redirect URI. */
export const LOGIN_CALLBACK = '/operator/facebook/callback'

/**
 * @param at.publicUrl - the bot's public address; null for none
 * @param at.origin - the origin under which the console is open now
 */
export const loginAddress = (at: { publicUrl: string | null; origin: string }): LoginAddress => {
  const { publicUrl, origin } = at
  const here = new URL(origin)
  if (publicUrl !== null) {
    const isHere = new URL(publicUrl).host === here.host
    return {
      uri: `${publicUrl}${LOGIN_CALLBACK}`,
      note: null,
      openAt: isHere ? null : `${publicUrl}/operator`,
    }
  }
  if (here.protocol === 'https:') return { uri: `${origin}${LOGIN_CALLBACK}`, note: null, openAt: null }
  const name = here.hostname.replace(/^\[(.*)\]$/, '$1')
  const isLoopback = name === 'localhost' || name === '::1' || (isIP(name) === 4 && name.startsWith('127.'))
  if (!isLoopback) {
    const note = 'Facebook comes back to https addresses alone: set PUBLIC_URL to yours, or paste a token.'
    return { uri: `${origin}${LOGIN_CALLBACK}`, note, openAt: null }
  }
  const local = origin.replace(/^http:\/\/(\[[^\]]*\]|[^:/]*)/, 'http://localhost')
  return {
    uri: `${local}${LOGIN_CALLBACK}`,
    note: 'Facebook comes back to plain http under the name localhost alone, and only while the app is in development mode.',
    openAt: name === 'localhost' ? null : `${local}/operator`,
  }
}
