// @ts-check
/** How times, names and codes are written on the page. */

const clock = new Intl.DateTimeFormat(undefined, { hour: '2-digit', minute: '2-digit' })
const seconds = new Intl.DateTimeFormat(undefined, {
  hour: '2-digit',
  minute: '2-digit',
  second: '2-digit',
  hourCycle: 'h23',
})
const day = new Intl.DateTimeFormat(undefined, { weekday: 'long', day: 'numeric', month: 'long' })

/** @param {number} atMs */
export const clockTime = (atMs) => written(clock, atMs)

/** @param {number} atMs */
export const wireTime = (atMs) => written(seconds, atMs)

/**
 * @param {number} atMs
 * @param {number} nowMs
 */
export const dayAndTime = (atMs, nowMs) =>
  sameDay(atMs, nowMs) ? `Today ${clockTime(atMs)}` : `${written(day, atMs)}, ${clockTime(atMs)}`

/**
 * For `datetime` attributes.
 *
 * @param {number} atMs
 */
export const isoTime = (atMs) => (isTime(atMs) ? new Date(atMs).toISOString() : '')

/** @param {number} ms */
export const duration = (ms) => (ms < 1000 ? `${Math.round(ms)} ms` : `${(ms / 1000).toFixed(1)} s`)

/**
 * Up to two letters for an avatar.
 *
 * @param {string} name
 */
export const initials = (name) => {
  const words = name.trim().split(/\s+/u).filter(Boolean)
  const first = [...(words[0] ?? '?')][0] ?? '?'
  const last = words.length > 1 ? ([...(words.at(-1) ?? '')][0] ?? '') : ''
  return (first + last).toUpperCase()
}

/**
 * One of the avatar colours, the same for the same id every time.
 *
 * @param {string} id
 */
export const tint = (id) =>
  [...id].reduce((sum, letter) => (sum * 31 + (letter.codePointAt(0) ?? 0)) % 997, 7) % 6

/**
 * The greeting as Messenger shows it, with the visitor's names filled in.
 *
 * @param {string} text
 * @param {{ name: string, firstName: string }} visitor
 */
export const greetingFor = (text, visitor) =>
  text
    .replaceAll('{{user_first_name}}', visitor.firstName)
    .replaceAll('{{user_last_name}}', visitor.name.replace(visitor.firstName, '').trim())
    .replaceAll('{{user_full_name}}', visitor.name)

/**
 * @param {unknown} error
 * @returns {string}
 */
export const errorText = (error) => (error instanceof Error ? error.message : String(error))

/**
 * @param {number} a
 * @param {number} b
 */
const sameDay = (a, b) => new Date(a).toDateString() === new Date(b).toDateString()

/** @param {number} atMs */
const isTime = (atMs) => !Number.isNaN(new Date(atMs).getTime())

/**
 * Empty for a time beyond the range of a date, to which the clock can be moved.
 *
 * @param {Intl.DateTimeFormat} format
 * @param {number} atMs
 */
const written = (format, atMs) => (isTime(atMs) ? format.format(atMs) : '')
