import type { Traffic } from './api.ts'
import { decoded } from './decoded.ts'

/** The last calls in both directions, without tokens and secrets. */
export interface TrafficLog {
  add: (entry: Omit<Traffic, 'id'>) => void
  after: (id: number) => Traffic[]
  clear: () => void
}

const KEPT = 500
/** Only this many characters of a body are shown. */
const LONGEST_BODY = 20_000
/** Parameters that hold a token, a secret or another value that grants access. */
const SECRET_NAMES =
  /^(access_token|input_token|fb_exchange_token|appsecret_proof|client_secret|code|verify_token|hub\.verify_token|token|signed_request)$/i
/** The sandbox's tokens, also inside longer texts such as a `paging.next` link. */
const TOKEN = /\bEAA[A-Za-z0-9]{29}\b/g
/** The same names inside a longer text, such as the parts of a batch or a body that is no JSON, in quotes of any kind. */
const NAMED_SECRET =
  /\b(access_token|input_token|fb_exchange_token|appsecret_proof|client_secret|verify_token|signed_request)(?:(=|%3D)[^&"\\\s]+|(\\?["']?\s*:\s*\\?["']?)[^"'\\\s]+)/gi
const MASK = '…'
/**
 * Shorter secrets are not masked by their text, because they may be parts of ordinary words; their parameters are masked by name.
 */
const SHORTEST_SECRET = 6

export const createTrafficLog = (deps: {
  tell: (traffic: Traffic) => void
  /** Texts that must never be shown: app secrets, verify tokens. */
  secrets: () => Iterable<string>
}): TrafficLog => {
  let entries: Traffic[] = []
  let lastId = 0

  /** Collects the secrets once for all texts of a call. */
  const masking = (): ((text: string) => string) => {
    const long = [...deps.secrets()].filter((secret) => secret.length >= SHORTEST_SECRET)
    const spellings = new Set(long.flatMap((secret) => [secret, encodeURIComponent(secret)]))
    return (text) => {
      if (text.length < SHORTEST_SECRET) return text
      let masked = text.replace(TOKEN, MASK).replace(NAMED_SECRET, `$1$2$3${MASK}`)
      for (const secret of spellings) masked = masked.replaceAll(secret, MASK)
      return masked
    }
  }

  const mask = (value: unknown, maskText: (text: string) => string, name = '', depth = 0): unknown => {
    if (value === null || typeof value === 'boolean') return value
    // Not masked: an error's `code` is a number, an OAuth code is a text.
    if (typeof value === 'number') return value
    if (SECRET_NAMES.test(name) && typeof value === 'string') return MASK
    if (typeof value === 'string') return maskText(value)
    if (depth > 30 || typeof value !== 'object') return MASK
    if (Array.isArray(value)) return value.map((item) => mask(item, maskText, name, depth + 1))
    return Object.fromEntries(
      Object.entries(value).map(([key, inner]) => [maskText(key), mask(inner, maskText, key, depth + 1)]),
    )
  }

  return {
    add: (entry) => {
      lastId += 1
      const maskText = masking()
      const kept = {
        ...entry,
        id: lastId,
        path: maskPath(entry.path, maskText),
        request: shorten(mask(entry.request, maskText)),
        response: shorten(mask(entry.response, maskText)),
      }
      entries.push(kept)
      if (entries.length > KEPT * 2) entries = entries.slice(-KEPT)
      deps.tell(kept)
    },
    after: (id) => entries.slice(-KEPT).filter((entry) => entry.id > id),
    clear: () => {
      entries = []
    },
  }
}

const maskPath = (path: string, maskText: (text: string) => string): string => {
  const [before, query] = split(path)
  if (query === undefined) return maskText(before)
  const masked = query.split('&').map((pair) => {
    const name = pair.split('=')[0] ?? ''
    return SECRET_NAMES.test(decoded(name)) ? `${name}=${MASK}` : maskText(pair)
  })
  return `${maskText(before)}?${masked.join('&')}`
}

const split = (path: string): [string, string | undefined] => {
  const at = path.indexOf('?')
  return at < 0 ? [path, undefined] : [path.slice(0, at), path.slice(at + 1)]
}

const shorten = (value: unknown): unknown => {
  const text = typeof value === 'string' ? value : JSON.stringify(value)
  if (text === undefined || text.length <= LONGEST_BODY) return value
  return `${text.slice(0, LONGEST_BODY)}${MASK}`
}
