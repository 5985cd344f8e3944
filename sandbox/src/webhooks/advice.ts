/** An answer to a callback or its verification that Facebook would not take. */
export interface BadAnswer {
  method: 'GET' | 'POST'
  url: string
  /** Null if there was no answer. */
  status: number | null
  /** Why there was no answer: `ECONNREFUSED`, `TimeoutError` and so on. */
  reason: string
}

/** Tells the author of a bot what is wrong with an answer and what to do. Facebook's dashboard would say less. */
export const adviceOn = (answer: BadAnswer): string => {
  const { method, url, status } = answer
  const what = `${method} ${withoutQuery(url)}`
  if (status === null) return `${what}: ${withoutAnswer(answer)}`
  const words = (method === 'GET' ? verification(status) : null) ?? callback(status)
  return `${what} was answered with ${status}. ${words}`
}

const verification = (status: number): string | null => {
  if (status === 200)
    return 'The challenge did not come back: answer with the value of hub.challenge alone, as plain text without quotes.'
  if (status === 401 || status === 403)
    return 'Your bot refused the verification: does it expect the verify token of this sandbox? It is set by --verify-token and printed at the start as FB_VERIFY_TOKEN.'
  return null
}

const callback = (status: number): string => {
  if (status < 300) return 'Facebook takes 200 alone, and sends the event again after any other answer.'
  if (status < 400)
    return 'Facebook does not follow redirects: give the final address, with or without its last slash.'
  if (status === 401 || status === 403)
    return 'If your bot refused the signature: it must be made with the app secret of this sandbox (FB_APP_SECRET), over the bytes of the body as they came, not over JSON that was parsed and written again.'
  if (status === 404 || status === 405) return 'Your bot has no route for this method and path.'
  if (status === 413) return 'Your bot takes no body of this size.'
  if (status === 415) return 'Your bot does not read bodies of type application/json.'
  if (status === 429)
    return 'Your bot limits how many requests it takes: leave the webhook out of that limit, because Facebook sends all events from few addresses.'
  return 'Your bot failed: its own log says why. Answer with 200 first, and work on the event afterwards.'
}

const withoutAnswer = ({ url, reason }: BadAnswer): string => {
  const { protocol, host } = new URL(url)
  if (reason === 'TimeoutError')
    return 'no answer in time. Facebook waits 5 seconds: answer with 200 first, and work on the event afterwards.'
  if (reason === 'ECONNREFUSED')
    return `nothing listens at ${host}. Start your bot, or correct the address; in a container 127.0.0.1 is that container alone.`
  if (/^(ENOTFOUND|EAI_AGAIN)$/.test(reason)) return `there is no host ${host}, as seen from the sandbox.`
  if (/CERT|SIGNATURE|ISSUER/.test(reason))
    return `its certificate is not trusted (${reason}), and Facebook would refuse it, too. Use http on your own machine, or start the sandbox with NODE_EXTRA_CA_CERTS=FILE.`
  if (reason === 'EPROTO' && protocol === 'https:') return 'it speaks http, not https. Correct the address.'
  return `the connection ended without an answer (${reason}). Did your bot crash${protocol === 'http:' ? ', or does it speak https' : ''}?`
}

/** The address without its query, which may hold the verify token. */
const withoutQuery = (url: string): string => {
  const { origin, pathname } = new URL(url)
  return origin + pathname
}
