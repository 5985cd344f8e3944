import { html, type Html } from './html.ts'

/**
 * A drawing of 24 by 24 in the colour of the surrounding text. Hidden from screen readers, because words beside it say the same.
 */
const icon = (content: Html): Html =>
  html`<svg class="icon" viewBox="0 0 24 24" aria-hidden="true">${content}</svg>`

export const icons = {
  well: icon(html`<path d="m5 12.5 4.5 4.5L19 7.5" />`),
  needed: icon(html`<path d="M12 4 2.8 19.5h18.4z" /><path d="M12 10v4.5m0 2.4v.1" />`),
  busy: icon(html`<circle cx="12" cy="12" r="8.5" /><path d="M12 7.5V12l3 2" />`),
  key: icon(html`<circle cx="8" cy="15" r="4" /><path d="m11 12 8-8m-3 3 2.5 2.5" />`),
  steps: {
    done: icon(html`<path d="m5 12.5 4.5 4.5L19 7.5" />`),
    failed: icon(html`<path d="m7 7 10 10M17 7 7 17" />`),
    skipped: icon(html`<path d="M6 12h12" />`),
    started: icon(html`<circle cx="12" cy="12" r="3" />`),
    warned: icon(html`<path d="M12 4 2.8 19.5h18.4z" /><path d="M12 10v4.5m0 2.4v.1" />`),
  },
} as const

/** The product's mark, a tree. */
export const mark = html`<svg class="mark" viewBox="0 0 64 64" aria-hidden="true">
  <circle cx="32" cy="32" r="30" />
  <path
    d="M32 11 22.5 23.5h4.2L19.5 33h5.3L16.5 43.5h13v6a2.5 2.5 0 0 0 5 0v-6h13L39.2 33h5.3l-7.2-9.5h4.2Z"
  />
</svg>`
