import { html, type Html } from './html.ts'

/**
 * A text with a Copy button, which console/copy.js shows.
 *
 * @param made - name of a value that the set-up has made; becomes the attribute `data-made`
 */
export const copyable = (text: string, what: string, made?: string): Html =>
  html`<span class="copyable"
    ><code${made !== undefined && html` data-made="${made}"`}>${text}</code>
    <button type="button" class="button copy" data-copy="${text}" aria-label="Copy ${what}">
      Copy
    </button></span
  >`
