import type { FormField } from '../../editing/units.ts'
import type { ReplyForm } from '../../editing/reply-form.ts'
import type { Mistake } from '../../script/mistakes.ts'
import type { Reply } from '../../messages.ts'
import { html, verbatim, type Html } from '../../web/html.ts'
import { addressOf, REPLY, scriptKey, TEXT } from './addresses.ts'
import { mistakesList, replyNames, scriptField, scriptHead, type Head } from './pieces.ts'
import { preview } from './preview.ts'

export interface ReplyEditor extends Head {
  form: ReplyForm
  replies: readonly { name: string; title: string | null }[]
  /** Typed values by field id; without it the fields' own values are shown. */
  typed?: ReadonlyMap<string, string>
  mistakes?: readonly Mistake[]
  /** True if another person changed the reply after the form was loaded; fields then also show the present value. */
  isChanged?: boolean
  /** The reply for the preview; null if it has mistakes. */
  looks: readonly Reply[] | null
  csrf: Html
}

export const replyPage = (editor: ReplyEditor): Html => {
  const { script, form, replies, mistakes = [], isChanged = false, looks, csrf, blockedBy, isOwner } = editor
  const { name, others, line } = form
  const of = scriptKey(script)
  const toText = addressOf(TEXT, { script: of, line })
  const messages = form.groups.flatMap(({ fields }) => fields.filter(({ kind }) => kind === 'message'))
  const groups = form.groups.map(
    ({ title, fields, notes }) =>
      html`<fieldset ${!isOwner && html`disabled`}>
        <legend>${title}</legend>
        ${notes.map((note) => html`<p class="hint">${note}</p>`)}
        ${inputs(
          fields.filter(({ kind }) => kind !== 'message'),
          editor,
        )}
        ${isOwner && fields.map((field) => arranging(field, messages))}
      </fieldset>`,
  )
  const elsewhere =
    others.length > 0 &&
    html`<p class="hint">
      Also there, and changed in <a href="${toText}">the text</a>: ${others.join(', ')}.
    </p>`
  return html`${scriptHead(editor, REPLY)}
    <section class="card">
      <header>
        <h2>${name ?? 'Fallback'}</h2>
        <a class="button" href="${toText}">Show in the text</a>
      </header>
      ${mistakes.length > 0 && mistakesList(mistakes, null)} ${isChanged && changedMeanwhile(editor)}
      ${
        form.draft !== null &&
        !isChanged &&
        mistakes.length === 0 &&
        html`<p class="outcome warn" role="status">
          Not saved yet: the bot speaks as before until you save.
        </p>`
      }
      ${
        isOwner
          ? html`<form
              method="post"
              action="${REPLY}"
              class="reply"
              data-typed="${addressOf(REPLY, { script: of, name })}"
            >
              ${csrf}${scriptField(script)} ${byEnter(blockedBy === null ? 'save' : 'look')}
              ${name !== null && html`<input type="hidden" name="name" value="${verbatim(name)}" />`}
              <input type="hidden" name="version" value="${form.version}" />
              ${form.draft !== null && html`<input type="hidden" name="draft" value="${verbatim(form.draft)}" />`}
              ${groups}${elsewhere}
              <p class="buttons">
                ${blockedBy === null && html`<button class="button primary" name="do" value="save">Save</button>`}
                <button class="button" name="do" value="look">Look at it</button>
              </p>
              ${
                name !== null &&
                blockedBy === null &&
                html`<details>
                  <summary>Take this reply out</summary>
                  <p>
                    Earlier versions keep it. Where other replies lead to it, that is told and nothing is
                    done.
                  </p>
                  <button class="button danger" name="do" value="remove" formnovalidate>Take it out</button>
                </details>`
              }
            </form>`
          : html`<div class="reply">${groups}${elsewhere}</div>`
      }
      ${replyNames(replies)}
    </section>
    ${
      looks !== null &&
      html`<section class="card" id="looks">
        <h2>How it looks</h2>
        ${preview(looks)}
        <p><small>Roughly; to a new visitor by the name of Kim.</small></p>
      </section>`
    }`
}

const changedMeanwhile = (editor: ReplyEditor): Html =>
  html`<div class="outcome warn" role="alert">
    <p><b>This was changed after you opened it, so nothing was saved.</b></p>
    <p>
      ${
        editor.form.draft === null
          ? 'The fields hold what you typed; below each that differs stands what is there now. Save puts yours in its place.'
          : 'The form holds the messages as you arranged them. Save puts them in the place of what is there now, which the text shows.'
      }
    </p>
    ${lost(editor)}
  </div>`

/** A hidden first button, because the Enter key presses the first button of a form. */
const byEnter = (step: string): Html =>
  html`<button class="sr" name="do" value="${step}" tabindex="-1" aria-hidden="true">Enter</button>`

/** The buttons below a message, and the button that adds one. They keep typed values and do not save. */
const arranging = ({ id, kind, label }: FormField, messages: readonly FormField[]): Html | false => {
  const press = (step: string, words: string, about = ''): Html =>
    html`<button class="button small" name="do" value="${step}" formnovalidate>
      ${words}<span class="sr"> ${about}</span>
    </button>`
  if (id === 'say.new') return html`<p class="buttons">${press('add', 'Add this message')}</p>`
  if (kind !== 'message') return false
  const n = messages.findIndex((one) => one.id === id)
  return html`<p class="buttons">
    ${n > 0 && press(`up:${n}`, 'Up', label)} ${n < messages.length - 1 && press(`down:${n}`, 'Down', label)}
    ${press(`out:${n}`, 'Take out', label)}
  </p>`
}

/** The inputs of a group. Fields that add something are folded. */
const inputs = (fields: readonly FormField[], editor: ReplyEditor): Html[] => {
  const adding = fields.filter(({ adds }) => adds !== undefined)
  const [first] = adding
  const shown = fields.filter(({ adds }) => adds === undefined).map((field) => input(field, editor))
  if (first?.adds === undefined) return shown
  const isFilled = adding.some(({ id }) => (editor.typed?.get(id) ?? '') !== '')
  const folded = html`<details ${isFilled && html`open`}>
    <summary>${first.adds}</summary>
    ${adding.map((field) => input(field, editor))}
  </details>`
  return [...shown, folded]
}

const input = (field: FormField, { form, typed, isChanged = false }: ReplyEditor): Html => {
  const { id, label, kind } = field
  const value = typed?.get(id) ?? field.value
  const key = `f-${id}`
  const now =
    isChanged &&
    form.draft === null &&
    value !== field.value &&
    html`<p class="hint">In the script now: <q dir="auto">${field.value}</q></p>`
  switch (kind) {
    case 'text':
    case 'phrases':
      // HTML ignores the first line break in a textarea, so one is added.
      return html`<label for="${key}">${label}</label
        ><textarea id="${key}" name="${id}" rows="${rowsFor(value, kind)}" dir="auto">
${verbatim(value)}</textarea
        >${now}`
    default:
      return html`<label for="${key}">${label}</label
        ><input
          id="${key}"
          name="${id}"
          value="${verbatim(value)}"
          autocomplete="off"
          dir="auto"
          ${kind !== 'line' && html`list="replies"`}
        />${now}`
  }
}

const rowsFor = (value: string, kind: FormField['kind']): number => {
  const lines = value.split('\n').reduce((sum, line) => sum + 1 + Math.floor(line.length / 60), 0)
  return Math.min(16, lines + (kind === 'phrases' ? 2 : 1))
}

/** Typed texts of fields that no longer exist. */
const lost = ({ form, typed = new Map() }: ReplyEditor): Html | false => {
  const ids = new Set(form.groups.flatMap(({ fields }) => fields.map(({ id }) => id)))
  const texts = [...typed].filter(([id, value]) => !ids.has(id) && value !== '' && value !== 'yes')
  return (
    texts.length > 0 &&
    html`<p>You also typed, for a part that is gone:</p>
      <ul>
        ${texts.map(([, value]) => html`<li><q dir="auto">${value}</q></li>`)}
      </ul>`
  )
}
