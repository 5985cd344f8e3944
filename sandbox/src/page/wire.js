// @ts-check
/** Shows a call's JSON and copies it as a command, both without secrets. */

/** @import { Traffic } from '../api.ts' */
import { h } from './dom.js'

const SECRET_NAMES = /token|secret|proof|signature|password|^authorization$/i
const HIDDEN = '…'

/**
 * @param {unknown} value
 * @returns {HTMLElement}
 */
export const pretty = (value) => {
  if (value === null || value === undefined) return h('p', { class: 'nothing' }, 'nothing')
  if (typeof value === 'string') return h('pre', {}, value)
  return h('pre', {}, ...painted(JSON.stringify(withoutSecrets(value), null, 2)))
}

/**
 * What a call is about, in a few words, for those who do not read JSON.
 *
 * @param {Traffic} call
 * @returns {string}
 */
export const gist = (call) => {
  const request = facts(call.request)
  const error = facts(facts(call.response)['error'])
  if (error['code'] !== undefined) {
    const code = [error['code'], error['error_subcode']].filter((part) => part !== undefined).join('/')
    return `error ${code}`
  }
  if (call.kind === 'webhook') return items(request).map(itemWords).join(', ')
  const valid = facts(facts(call.response)['data'])['is_valid']
  if (typeof valid === 'boolean') return valid ? 'the token is valid' : 'the token is not valid'
  const message = facts(request['message'])
  if (typeof request['sender_action'] === 'string') return request['sender_action']
  if (typeof message['text'] === 'string') return `“${message['text']}”`
  if (Array.isArray(message['attachments'])) return `${message['attachments'].length} images`
  return typeof facts(message['attachment'])['type'] === 'string'
    ? String(facts(message['attachment'])['type'])
    : ''
}

/**
 * Splits an address into path and parameters; hidden parameters are left out.
 *
 * @param {string} path
 */
export const readable = (path) => {
  const at = path.indexOf('?')
  if (at === -1) return { where: path, query: '' }
  const shown = path
    .slice(at + 1)
    .split('&')
    .filter((pair) => !pair.endsWith(`=${HIDDEN}`))
  return { where: path.slice(0, at), query: decoded(shown.join(' ')) }
}

/** @param {string} text */
const decoded = (text) => {
  try {
    return decodeURIComponent(text.replaceAll('+', ' '))
  } catch {
    return text
  }
}

/**
 * @param {Traffic} call
 * @param {string} origin of the Graph API, or of the bot for a webhook
 */
export const asCurl = (call, origin) => {
  const webhook = call.kind === 'webhook'
  const lines = [
    `curl -X ${call.method.replace(/[^A-Z]/gi, '')} ${quoted(`${origin}${call.path.replaceAll(HIDDEN, '$SECRET')}`)}`,
  ]
  if (call.request !== null && call.request !== undefined && call.method !== 'GET') {
    const body =
      typeof call.request === 'string'
        ? call.request
        : JSON.stringify(withoutSecrets(call.request, '$SECRET'))
    lines.push(`-H ${quoted('Content-Type: application/json')}`, `--data-raw ${quoted(body)}`)
  }
  lines.push(
    webhook ? `-H "X-Hub-Signature-256: sha256=$SIGNATURE"` : `-H "Authorization: Bearer $PAGE_TOKEN"`,
  )
  return lines.join(' \\\n  ')
}

/**
 * The events of a webhook callback.
 *
 * @param {Record<string, unknown>} callback
 */
const items = (callback) =>
  list(callback['entry']).flatMap((entry) => [
    ...list(entry['messaging']),
    ...list(entry['standby']),
    ...list(entry['changes']).map(({ field, value }) => ({ [String(field)]: value })),
  ])

/** @param {Record<string, unknown>} item */
const itemWords = (item) => {
  const message = facts(item['message'])
  const text = message['text'] ?? facts(item['postback'])['title']
  const kind =
    message['is_echo'] === true ? 'echo' : (Object.keys(item).find((name) => !ENVELOPE.has(name)) ?? 'event')
  return typeof text === 'string' ? `${kind} “${text}”` : kind
}

const ENVELOPE = new Set(['sender', 'recipient', 'timestamp'])

/**
 * @param {unknown} value
 * @returns {Record<string, unknown>}
 */
const facts = (value) =>
  typeof value === 'object' && value !== null ? /** @type {Record<string, unknown>} */ (value) : {}

/**
 * @param {unknown} value
 * @returns {Record<string, unknown>[]}
 */
const list = (value) => (Array.isArray(value) ? value.map(facts) : [])

/**
 * Hides secrets that the sandbox may not have hidden, on the screen and in the clipboard.
 *
 * @param {unknown} value
 * @param {string} [instead]
 * @returns {unknown}
 */
const withoutSecrets = (value, instead = HIDDEN) => {
  if (Array.isArray(value)) return value.map((item) => withoutSecrets(item, instead))
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(
    Object.entries(value).map(([name, inner]) => [
      name,
      SECRET_NAMES.test(name) && typeof inner === 'string' ? instead : withoutSecrets(inner, instead),
    ]),
  )
}

/** @param {string} json */
const painted = (json) =>
  json
    .split(/("(?:[^"\\]|\\.)*"(?:\s*:)?|\b(?:true|false|null)\b|-?\d+(?:\.\d+)?(?:e[+-]?\d+)?)/i)
    .map((part, at) => {
      if (at % 2 === 0) return part
      const kind = part.startsWith('"')
        ? part.endsWith(':')
          ? 'j-key'
          : 'j-text'
        : /^[tfn]/.test(part)
          ? 'j-word'
          : 'j-number'
      return h('span', { class: kind }, part)
    })

/** @param {string} text */
const quoted = (text) => `'${text.replaceAll("'", String.raw`'\''`)}'`
