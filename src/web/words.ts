import { duration, utc } from '../base/times.ts'
import { html, type Html } from './html.ts'
import { clip } from '../base/clip.ts'

/** "1 Page", "3 Pages". */
export const count = (number: number, what: string, many = `${what}s`): string =>
  `${number.toLocaleString('en')} ${number === 1 ? what : many}`

/** A moment as people say it, with the exact time on demand. */
export const ago = (ms: number, nowMs: number): Html => {
  const passed = nowMs - ms
  const words = passed < 60_000 ? 'just now' : `${duration(passed)} ago`
  return html`<time datetime="${new Date(ms).toISOString()}" title="${utc(ms)}">${words}</time>`
}

/** A moment as exactly as it matters. */
export const moment = (ms: number): Html =>
  html`<time datetime="${new Date(ms).toISOString()}">${utc(ms)}</time>`

/** "since 3 minutes", with the exact time on demand. */
export const lasting = (sinceMs: number, nowMs: number): Html =>
  html`<time datetime="${new Date(sinceMs).toISOString()}" title="since ${utc(sinceMs)}"
    >${duration(nowMs - sinceMs)}</time
  >`

/** A day, for what is far away. */
export const day = (ms: number): Html => {
  const date = new Date(ms).toISOString()
  return html`<time datetime="${date}">${date.slice(0, 10)}</time>`
}

/** A moment to come. */
export const ahead = (ms: number, nowMs: number): Html =>
  html`<time datetime="${new Date(ms).toISOString()}" title="${utc(ms)}"
    >${ms - nowMs < 60_000 ? 'within a minute' : `in ${duration(ms - nowMs)}`}</time
  >`

/** A name or id from outside: isolated from the text around it (bidi), and shortened. */
export const called = (name: string): Html => html`<bdi>${shortened(name, LONGEST_NAME)}</bdi>`

const LONGEST_NAME = 100

/** The beginning of the text, and how much is left out. */
export const shortened = (text: string, most: number): string =>
  text.length <= most ? text : `${clip(text, most)}… (${(text.length - most).toLocaleString('en')} more)`

/** How long a reply took. */
export const latency = (ms: number): string => {
  if (ms < 1000) return `${Math.round(ms)} ms`
  return ms < 60_000 ? `${(ms / 1000).toFixed(1)} s` : duration(ms)
}

/** A remedy as it is told everywhere; its `commands` are set as code. */
export const withCommands = (text: string): Html =>
  html`${text.split('`').map((part, index) => (index % 2 === 1 ? html`<code>${part}</code>` : part))}`

/** Why a reply was given up, in two words. */
export const REASONS = {
  outside_window: 'window closed',
  unreachable: 'not reachable',
  bad_request: 'refused',
  damaged: 'damaged',
} as const
