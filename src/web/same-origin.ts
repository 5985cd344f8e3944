/** The headers that show which page a form was posted from. */
export interface FormOrigin {
  /** The host this server was asked under. */
  host: string
  origin: string | undefined
  secFetchSite: string | undefined
  /** The address under which the console is reached from outside, when it is known. */
  publicUrl: string | undefined
}

/**
 * Whether a change may have been posted by another site's page. Browsers say so in `Sec-Fetch-Site` and `Origin`, and no page
 * can change either; a client that sends neither is not a browser and has no session cookie of the operator.
 */
export const isForeign = ({ host, origin, secFetchSite, publicUrl }: FormOrigin): boolean => {
  if (secFetchSite !== undefined && secFetchSite !== 'same-origin') return true
  if (origin === undefined) return false
  const from = URL.parse(origin)
  // "null": a sandboxed frame, a file, a redirect from elsewhere.
  if (from === null) return true
  // Some name the port that goes without saying.
  const ours = URL.parse(`${from.protocol}//${host}`)?.host
  return from.host !== ours && from.origin !== publicUrl
}

/** {@link isForeign} for a request that a person may also begin by opening an address. */
export const isSentByAnotherSite = (posted: FormOrigin): boolean =>
  isForeign(posted.secFetchSite === 'none' ? { ...posted, secFetchSite: undefined } : posted)
