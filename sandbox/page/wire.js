// @ts-check
/** How a call's JSON is shown and how it is copied as a command, neither ever with a secret in it. */

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
 * @param {Traffic} call
 * @param {string} origin of the Graph API; a webhook's address is in its path or left as a placeholder
 */
export const asCurl = (call, origin) => {
  const webhook = call.kind === 'webhook'
  const base = /^https?:/i.test(call.path) ? '' : webhook ? '$BOT_URL' : origin
  const lines = [
    `curl -X ${call.method.replace(/[^A-Z]/gi, '')} ${quoted(`${base}${call.path.replaceAll(HIDDEN, '$SECRET')}`)}`,
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
 * The sandbox hides secrets already; this keeps one it may not know of from the screen and the clipboard.
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
