import type { DifferenceLine } from '../../editing/difference.ts'
import type { Mistake } from '../../script/mistakes.ts'
import type { Remark } from '../../script/remarks.ts'
import { html, verbatim, type Html } from '../../web/html.ts'
import { count } from '../../web/words.ts'
import { addressOf, scriptKey, TEXT } from './addresses.ts'
import { differenceList, mistakesList, remarksList, scriptField, scriptHead, type Head } from './pieces.ts'

export interface TextEditor extends Head {
  text: string
  /** The version of the file that the text was loaded from and will replace. */
  version: string
  mistakes: readonly Mistake[]
  /** Remarks on a text without mistakes. */
  remarks: readonly Remark[]
  /** The result of the last check; null before the first one. */
  checked: 'right' | null
  /** The changes that saving would make to the present file; set if another person changed the file meanwhile. */
  againstNow?: readonly (readonly DifferenceLine[])[]
  /** The line that the text field shows first; null for the beginning. */
  line: number | null
  csrf: Html
}

export const textPage = (editor: TextEditor): Html => {
  const { script, text, version, mistakes, remarks, checked, againstNow, line, csrf, blockedBy, isOwner } =
    editor
  const field = html`<label for="text">${count(text.split('\n').length, 'line')}, as in the file</label>
    <textarea
      id="text"
      name="text"
      rows="24"
      spellcheck="false"
      autocapitalize="off"
      wrap="off"
      ${!isOwner && html`readonly`}
      ${line !== null && html`data-line="${line}"`}
    >
${verbatim(text)}</textarea>`
  return html`${scriptHead(editor, TEXT)}
    <section class="card">
      <h2>Whole text</h2>
      ${mistakes.length > 0 && mistakesList(mistakes, text)}
      ${
        checked === 'right' &&
        html`<p class="outcome good" role="status">No mistakes. It is not saved yet.</p>`
      }
      ${remarks.length > 0 && remarksList(remarks, text)}
      ${
        againstNow !== undefined &&
        html`<div class="outcome warn" role="alert">
          <p><b>The script was changed after you opened it, so nothing was saved.</b></p>
          <p>
            The field holds what you typed. Save puts it in the place of what is there now, which changes
            this:
          </p>
          ${differenceList(againstNow)}
        </div>`
      }
      ${
        isOwner
          ? html`<form
              method="post"
              action="${TEXT}"
              class="text-form"
              data-typed="${addressOf(TEXT, { script: scriptKey(script) })}"
            >
              ${csrf}${scriptField(script)}
              <input type="hidden" name="version" value="${version}" />
              ${field}
              <p class="buttons">
                ${blockedBy === null && html`<button class="button primary" name="do" value="save">Save</button>`}
                <button class="button" name="do" value="check">Check</button>
              </p>
            </form>`
          : html`<div class="text-form">${field}</div>`
      }
    </section>`
}
