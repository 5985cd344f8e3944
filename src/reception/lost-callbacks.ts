import type { Log } from '../base/logger.ts'
import { editDistance } from '../base/edit-distance.ts'

/** A request to an address that the bot does not serve. */
export interface LostRequest {
  /** Path and query; the query may hold the verify token. */
  url: string
  isSigned: boolean
}

const WEBHOOK = 'webhook'
/** A request to the webhook itself gets a 404 only for its method; its address is right. */
const SERVED = new Set([`/${WEBHOOK}`, `/${WEBHOOK}/`])
/** The most addresses that are logged: a scanner may request any number. */
const MOST_TOLD = 20

/**
 * Logs a request with a 404 that was probably meant for the webhook: the callback URL in the App Dashboard then has a wrong
 * character or no path. Each address is logged once.
 */
export const createLostCallbacks = (deps: { log: Pick<Log, 'warn'> }): ((request: LostRequest) => void) => {
  const told = new Set<string>()
  return (request) => {
    if (told.size >= MOST_TOLD || !isLost(request)) return
    const path = pathOf(request.url).slice(0, 100)
    if (told.has(path)) return
    told.add(path)
    deps.log.warn(
      { path },
      `nothing is served at ${path}; the webhook is at /${WEBHOOK}. If that is the callback URL in the App dashboard (Webhooks), correct it there`,
    )
  }
}

/** Whether the request was meant for the webhook: it is signed, asks for verification, or has nearly the same address. */
const isLost = ({ url, isSigned }: LostRequest): boolean =>
  !SERVED.has(pathOf(url)) &&
  (isSigned || /[?&]hub[._]mode=/.test(url) || pathOf(url).split('/').some(isNearly))

const isNearly = (part: string): boolean => {
  const word = part.toLowerCase().replaceAll(/[^a-z]/g, '')
  return word.includes(WEBHOOK) || (word.length <= WEBHOOK.length + 2 && editDistance(word, WEBHOOK) <= 2)
}

const pathOf = (url: string): string => url.split(/[?#]/, 1)[0] ?? ''
