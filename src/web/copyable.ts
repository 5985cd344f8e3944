import { html, type Html } from './html.ts'

/** A text that is to be carried elsewhere as it stands; the button shows itself where scripts run (console/copy.js). */
export const copyable = (text: string, what: string): Html =>
  html`<span class="copyable"
    ><code>${text}</code>
    <button type="button" class="button copy" data-copy="${text}" aria-label="Copy ${what}" hidden>
      Copy
    </button></span
  >`
