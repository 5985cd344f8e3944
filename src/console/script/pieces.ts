import type { DifferenceLine } from '../../editing/difference.ts'
import type { ScriptAtDesk } from '../../editing/desk.ts'
import type { Mistake } from '../../script/mistakes.ts'
import type { Remark } from '../../script/remarks.ts'
import { html, type Html } from '../../web/html.ts'
import { called, count } from '../../web/words.ts'
import { addressOf, SCRIPT, scriptKey, TEXT, VERSIONS } from './addresses.ts'
import { clip } from '../../base/clip.ts'

/** Parts that the pages of the script share. */

/** The script that a page is about. */
export type ScriptName = Pick<ScriptAtDesk, 'name' | 'pageIds'>

export interface Head {
  script: ScriptName
  /** All scripts that can be chosen. */
  all: readonly ScriptName[]
  pageName: (pageId: string) => string
  /** Whether the person is an owner, who may send changes of a script. */
  isOwner: boolean
  /** Why the script cannot be saved; null if it can. */
  blockedBy: string | null
}

/** The head of a script's pages: its name, links to the other scripts and to its pages. */
export const scriptHead = ({ script, all, pageName, blockedBy }: Head, path: string): Html => {
  const of = scriptKey(script)
  return html`<section class="card">
    <header>
      <h1>Script <small>${called(script.name)}</small></h1>
      <nav class="tabs" aria-label="Script">
        ${[
          [SCRIPT, 'Replies'],
          [TEXT, 'Whole text'],
          [VERSIONS, 'Earlier versions'],
        ].map(([to = '', words = '']) => tab(addressOf(to, { script: of }), words, to === path))}
      </nav>
    </header>
    ${
      all.length > 1 &&
      html`<nav class="tabs" aria-label="Scripts">
        ${all.map((one) =>
          tab(
            addressOf(path, { script: scriptKey(one) }),
            html`${called(one.name)} <small>${whose(one, pageName)}</small>`,
            one.name === script.name,
          ),
        )}
      </nav>`
    }
    ${
      blockedBy !== null &&
      html`<p class="outcome warn">Nothing can be saved here. ${blockedBy} You can look and try.</p>`
    }
  </section>`
}

const tab = (to: string, words: Html | string, isHere: boolean): Html =>
  html`<a href="${to}" ${isHere && html`aria-current="page"`}>${words}</a>`

const whose = ({ pageIds }: ScriptName, pageName: Head['pageName']): string =>
  pageIds === null ? 'all other Pages' : pageIds.map(pageName).join(', ')

/** The result of the last change, shown above the page. */
export const savedWords = (did: string | null, name: string | null): Html | false => {
  const words =
    did === 'saved'
      ? 'Saved. The bot speaks by it from now on.'
      : did === 'removed' && `The reply ${name ?? ''} was taken out.`
  return words !== false && html`<p class="outcome good" role="status">${words}</p>`
}

/** The hidden field that names the form's script. */
export const scriptField = (script: ScriptName): Html => {
  const of = scriptKey(script)
  return html`${of !== null && html`<input type="hidden" name="script" value="${of}" />`}`
}

/** @param text - the script's text; with it, each mistake shows its line and links to it in the text field */
export const mistakesList = (mistakes: readonly Mistake[], text: string | null): Html => {
  const lines = text?.split('\n') ?? []
  return html`<div class="outcome bad" role="alert">
    <p><b>${count(mistakes.length, 'mistake')}: nothing was saved, and the bot speaks as before.</b></p>
    <ol class="mistakes">
      ${mistakes
        .slice(0, MOST_SHOWN)
        .map(
          ({ line, found, expected, hint, mended }) =>
            html`<li>
              ${line !== null && text !== null && html`${lineLink(line)}:`}
              ${`found ${found}; expected ${expected}.`} ${hint}
              ${line !== null && text !== null && lineShown(lines, line)}
              ${mended !== undefined && html`Write it so: <code>${mended}</code>`}
            </li>`,
        )}
    </ol>
    ${mistakes.length > MOST_SHOWN && html`<p>and ${mistakes.length - MOST_SHOWN} more</p>`}
  </div>`
}

/** @param text - the script's text */
export const remarksList = (remarks: readonly Remark[], text: string): Html => {
  const lines = text.split('\n')
  return html`<div class="outcome warn" role="status">
    <p><b>Right, but ${count(remarks.length, 'place')} may say something else than you mean.</b></p>
    <ol class="mistakes">
      ${remarks
        .slice(0, MOST_SHOWN)
        .map(({ line, says }) => html`<li>${lineLink(line)}: ${says} ${lineShown(lines, line)}</li>`)}
    </ol>
    ${remarks.length > MOST_SHOWN && html`<p>and ${remarks.length - MOST_SHOWN} more</p>`}
  </div>`
}

/** A link to a line in the text field. */
const lineLink = (line: number): Html => html`<a href="#text" data-line="${line}">Line ${line}</a>`

const lineShown = (lines: readonly string[], line: number): Html =>
  html`<code>${clip(lines[line - 1] ?? '', 200)}</code>`

const MOST_SHOWN = 30

/** The changed lines between two texts. */
export const differenceList = (runs: readonly (readonly DifferenceLine[])[]): Html =>
  runs.length === 0
    ? html`<p class="empty">Nothing differs.</p>`
    : html`<div class="difference" tabindex="0" role="region" aria-label="Difference">
        ${runs.map(
          (lines) =>
            html`<ol>
              ${lines.map(
                ({ is, text, number }) =>
                  html`<li class="${is}">
                    <span>${number}</span><span class="sr">${WORDS[is]}</span><code>${text || ' '}</code>
                  </li>`,
              )}
            </ol>`,
        )}
      </div>`

const WORDS = { same: '', gone: 'taken out: ', new: 'new: ' } as const

/** A field that chooses a reply: a list if there are few replies, a text field for the name if there are many. */
export const replyPicker = (
  replies: readonly { name: string; title: string | null }[],
  { name, label, value }: { name: string; label: Html | string; value: string | null },
): Html =>
  html`<label
    ><span class="sr">${label}</span> ${
      replies.length > MOST_LISTED
        ? html`<input
            name="${name}"
            value="${value}"
            list="replies"
            required
            autocomplete="off"
            placeholder="Name of a reply"
          />`
        : html`<select name="${name}" required>
            ${replies.every((one) => one.name !== value) && html`<option value="">Choose a reply</option>`}
            ${replies.map(
              (one) =>
                html`<option value="${one.name}" ${one.name === value && html`selected`}>
                  ${one.title === null ? one.name : `${one.title} (${one.name})`}
                </option>`,
            )}
          </select>`
    }</label
  >`

/** The names that a field with `list="replies"` suggests. */
export const replyNames = (replies: readonly { name: string; title: string | null }[]): Html =>
  html`<datalist id="replies">
    ${replies.map(({ name, title }) => html`<option value="${name}">${title}</option>`)}
  </datalist>`

const MOST_LISTED = 100
