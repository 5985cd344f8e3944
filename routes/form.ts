/** The type of a request with one of this server's forms; `Body` is undefined if the request has none. */
export type FormRequest = { Body: URLSearchParams | undefined }
