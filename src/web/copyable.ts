import { html, type Html } from './html.ts'

/**
 * A text that is to be carried elsewhere as it stands; the button shows itself where scripts run (console/copy.js).
 *
 * @param made - what the set-up has made, for those who look for it
 */
export const copyable = (text: string, what: string, made?: string): Html =>
  html`<span class="copyable"
    ><code${made !== undefined && html` data-made="${made}"`}>${text}</code>
    <button type="button" class="button copy" data-copy="${text}" aria-label="Copy ${what}">
      Copy
    </button></span
  >`
