import { isIP } from 'node:net'

/** The redirect URI of Facebook's login, and what Facebook demands of it. */
export interface LoginAddress {
  uri: string
  /** The reason why the login cannot work at this address; null for none. */
  note: string | null
  /** Where the console has to be opened for the login; null where it is open there. */
  openAt: string | null
}

/** The origin of the redirect URI: the session cookie belongs to it. */
export const LOGIN_CALLBACK = '/operator/facebook/callback'

/**
 * @param at.publicUrl - the address that Facebook reaches; null for none
 * @param at.origin - where the console is open now
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
