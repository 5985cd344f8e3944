/** What a route that takes one of our forms gets; undefined where nothing was sent. */
export type Form = { Body: URLSearchParams | undefined }
