import { duration, utc } from '../operator/notice.ts'
import { html, type Html } from './html.ts'

/** "1 Page", "3 Pages". */
export const count = (number: number, what: string, many = `${what}s`): string =>
  `${number.toLocaleString('en')} ${number === 1 ? what : many}`

/** A moment as people say it, with the exact time on demand. */
export const ago = (ms: number, nowMs: number): Html => {
  const passed = nowMs - ms
  const words = passed < 60_000 ? 'just now' : `${duration(passed)} ago`
  return html`<time datetime="${new Date(ms).toISOString()}" title="${utc(ms)}">${words}</time>`
}

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

/** How long a reply took. */
export const latency = (ms: number): string => {
  if (ms < 1000) return `${Math.round(ms)} ms`
  return ms < 60_000 ? `${(ms / 1000).toFixed(1)} s` : duration(ms)
}

/** A remedy as it is told everywhere; its `commands` are set as code. */
export const withCommands = (text: string): Html =>
  html`${text.split('`').map((part, index) => (index % 2 === 1 ? html`<code>${part}</code>` : part))}`
