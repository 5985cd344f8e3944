/** The headers that show which page a form was posted from. */
export interface FormOrigin {
  /** The host that the request names. */
  host: string
  origin: string | undefined
  secFetchSite: string | undefined
  /** The public address of the console; undefined if it is not known. */
  publicUrl: string | undefined
}

/**
 * Whether another site's page may have posted the request. Browsers tell it in `Sec-Fetch-Site` and `Origin`, which no page can
 * change. A client that sends neither is not a browser and has no session cookie of the operator.
 */
export const isForeign = ({ host, origin, secFetchSite, publicUrl }: FormOrigin): boolean => {
  if (secFetchSite !== undefined && secFetchSite !== 'same-origin') return true
  if (origin === undefined) return false
  const from = URL.parse(origin)
  // The origin is "null" for a sandboxed frame, a file or a redirect from another site.
  if (from === null) return true
  // Some clients name the default port; `URL` removes it.
  const ours = URL.parse(`${from.protocol}//${host}`)?.host
  return from.host !== ours && from.origin !== publicUrl
}

/** {@link isForeign} for a request that a person may also make by opening an address. */
export const isSentByAnotherSite = (posted: FormOrigin): boolean =>
  isForeign(posted.secFetchSite === 'none' ? { ...posted, secFetchSite: undefined } : posted)
