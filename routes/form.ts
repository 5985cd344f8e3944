/** What a route that takes one of our forms gets; undefined where nothing was sent. */
export type FormRequest = { Body: URLSearchParams | undefined }
