import type { Field } from '../../editing/units.ts'
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
  /** What was typed, by the ids of fields; the fields' own values where nothing was. */
  typed?: ReadonlyMap<string, string>
  mistakes?: readonly Mistake[]
  /** Set where another person changed the reply after the form was made: fields tell what is there now. */
  isChanged?: boolean
  /** How it looks; null where that cannot be told. */
  looks: readonly Reply[] | null
  csrf: Html
}

export const replyPage = (editor: ReplyEditor): Html => {
  const { script, form, replies, mistakes = [], isChanged = false, looks, csrf, blockedBy, isOwner } = editor
  const { name, others, line } = form
  const of = scriptKey(script)
  const toText = addressOf(TEXT, { script: of, line })
  return html`${scriptHead(editor, REPLY)}
    <section class="card">
      <header>
        <h2>${name ?? 'Fallback'}</h2>
        <a class="button" href="${toText}">Show in the text</a>
      </header>
      ${mistakes.length > 0 && mistakesList(mistakes, null)}
      ${
        isChanged &&
        html`<div class="outcome warn" role="alert">
          <p><b>Another person has changed this meanwhile, so nothing was saved.</b></p>
          <p>
            The fields hold what you typed; below each that differs stands what is there now. Save puts yours
            in its place.
          </p>
          ${lost(editor)}
        </div>`
      }
      <form method="post" action="${REPLY}" class="reply">
        ${csrf}${scriptField(script)}
        ${name !== null && html`<input type="hidden" name="name" value="${verbatim(name)}" />`}
        <input type="hidden" name="version" value="${form.version}" />
        ${form.groups.map(
          ({ title, fields, notes }) =>
            html`<fieldset>
              <legend>${title}</legend>
              ${notes.map((note) => html`<p class="hint">${note}</p>`)}${inputs(fields, editor)}
            </fieldset>`,
        )}
        ${
          others.length > 0 &&
          html`<p class="hint">
            Also there, and changed in <a href="${toText}">the text</a>: ${others.join(', ')}.
          </p>`
        }
        <p class="buttons">
          ${blockedBy === null && html`<button class="button primary" name="do" value="save">Save</button>`}
          ${isOwner && html`<button class="button" name="do" value="look">Look at it</button>`}
        </p>
        ${
          name !== null &&
          blockedBy === null &&
          html`<details>
            <summary>Take this reply out</summary>
            <p>Earlier versions keep it. Where other replies lead to it, that is told and nothing is done.</p>
            <button class="button danger" name="do" value="remove" formnovalidate>Take it out</button>
          </details>`
        }
      </form>
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

/** Places to add something are folded away. */
const inputs = (fields: readonly Field[], editor: ReplyEditor): Html[] => {
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

const input = (field: Field, { typed, isChanged = false }: ReplyEditor): Html => {
  const { id, label, kind } = field
  const value = typed?.get(id) ?? field.value
  const key = `f-${id}`
  const now =
    isChanged &&
    value !== field.value &&
    kind !== 'take_out' &&
    html`<p class="hint">In the script now: <q dir="auto">${field.value}</q></p>`
  switch (kind) {
    case 'take_out':
      return html`<label class="check"
        ><input type="checkbox" name="${id}" value="yes" ${value !== '' && html`checked`} /> ${label}</label
      >`
    case 'text':
    case 'phrases':
      // The first line break in a text field is not part of it.
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

const rowsFor = (value: string, kind: Field['kind']): number => {
  const lines = value.split('\n').reduce((sum, line) => sum + 1 + Math.floor(line.length / 60), 0)
  return Math.min(16, lines + (kind === 'phrases' ? 2 : 1))
}

/** What was typed into fields that are no longer there. */
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
