import { duration, utc } from '../base/times.ts'
import { html, type Html } from './html.ts'
import { clip } from '../base/clip.ts'

/** "1 Page", "3 Pages". */
export const count = (number: number, what: string, many = `${what}s`): string =>
  `${number.toLocaleString('en')} ${number === 1 ? what : many}`

/** The time since a moment, such as "3 minutes ago", with the exact time in the tooltip. */
export const ago = (ms: number, nowMs: number): Html => {
  const passed = nowMs - ms
  const words = passed < 60_000 ? 'just now' : `${duration(passed)} ago`
  return html`<time datetime="${new Date(ms).toISOString()}" title="${utc(ms)}">${words}</time>`
}

/** A moment to the minute. */
export const moment = (ms: number): Html =>
  html`<time datetime="${new Date(ms).toISOString()}">${utc(ms)}</time>`

/** A duration until now, such as "3 minutes", with the exact beginning in the tooltip. */
export const lasting = (sinceMs: number, nowMs: number): Html =>
  html`<time datetime="${new Date(sinceMs).toISOString()}" title="since ${utc(sinceMs)}"
    >${duration(nowMs - sinceMs)}</time
  >`

/** The day of a distant moment. */
export const day = (ms: number): Html => {
  const date = new Date(ms).toISOString()
  return html`<time datetime="${date}">${date.slice(0, 10)}</time>`
}

/** The time until a future moment. */
export const ahead = (ms: number, nowMs: number): Html =>
  html`<time datetime="${new Date(ms).toISOString()}" title="${utc(ms)}"
    >${ms - nowMs < 60_000 ? 'within a minute' : `in ${duration(ms - nowMs)}`}</time
  >`

/** A name or id from outside: isolated from the text around it (bidi), and shortened. */
export const called = (name: string): Html => html`<bdi>${shortened(name, LONGEST_NAME)}</bdi>`

const LONGEST_NAME = 100

/** A text cut to `most` characters, with the number of characters left out. */
export const shortened = (text: string, most: number): string =>
  text.length <= most ? text : `${clip(text, most)}… (${(text.length - most).toLocaleString('en')} more)`

/** The time that a reply took. */
export const latency = (ms: number): string => {
  if (ms < 1000) return `${Math.round(ms)} ms`
  return ms < 60_000 ? `${(ms / 1000).toFixed(1)} s` : duration(ms)
}

/** A remedy with its commands in backquotes shown as code. */
export const withCommands = (text: string): Html =>
  html`${text.split('`').map((part, index) => (index % 2 === 1 ? html`<code>${part}</code>` : part))}`

/** Why a reply became a dead letter, in two words. */
export const REASONS = {
  outside_window: 'window closed',
  unreachable: 'not reachable',
  bad_request: 'refused',
  damaged: 'damaged',
} as const
