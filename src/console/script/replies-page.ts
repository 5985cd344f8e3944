import type { ReplyRow } from '../../editing/reply-rows.ts'
import { html, type Html } from '../../web/html.ts'
import { called, count, shortened } from '../../web/words.ts'
import { addressOf, REPLIES, REPLY, SCRIPT, scriptKey, TEXT, TRY } from './addresses.ts'
import { mistakesList, scriptField, scriptHead, type Head, type ScriptName } from './pieces.ts'

export interface RepliesList extends Head {
  /** Null if the script has mistakes. */
  rows: readonly ReplyRow[] | null
  mistakes: Parameters<typeof mistakesList>[0]
  hasFallback: boolean
  wanted: string
  from: number
  csrf: Html
}

const AT_ONCE = 100

export const repliesPage = (list: RepliesList): Html =>
  html`${scriptHead(list, SCRIPT)}${tryForm(list.script, list.csrf)}
  ${
    list.rows === null
      ? html`<section class="card">
          <h2>The file has mistakes</h2>
          ${mistakesList(list.mistakes, null)}
          <p>
            <a class="button primary" href="${addressOf(TEXT, { script: scriptKey(list.script) })}"
              >Correct the text</a
            >
          </p>
        </section>`
      : rowsCard(list, list.rows)
  }`

/** A form that shows the reply a text would get. */
export const tryForm = (script: ScriptName, csrf: Html, text = ''): Html =>
  html`<section class="card">
    <form method="post" action="${TRY}" class="stack wide">
      ${csrf}${scriptField(script)}
      <label for="sentence">Try a sentence: which reply would answer?</label>
      <input
        id="sentence"
        name="text"
        value="${text}"
        required
        maxlength="500"
        autocomplete="off"
        dir="auto"
      />
      <button class="button">Try</button>
    </form>
  </section>`

const rowsCard = (list: RepliesList, rows: readonly ReplyRow[]): Html => {
  const { script, wanted, from, csrf, hasFallback, blockedBy } = list
  const found = wanted === '' ? rows : rows.filter((row) => fits(row, wanted))
  const shown = found.slice(from, from + AT_ONCE)
  const of = scriptKey(script)
  return html`<section class="card">
    <header>
      <h2>Replies <small>${count(found.length, 'reply', 'replies')}</small></h2>
      <form method="get" action="${SCRIPT}" class="search" role="search">
        ${scriptField(script)}
        <label for="wanted" class="sr">Words in a reply</label>
        <input id="wanted" type="search" name="q" value="${wanted}" placeholder="Search" dir="auto" />
        <button class="button">Search</button>
      </form>
    </header>
    <ul class="rows">
      ${shown.map((row) => rowOf(row, of))}
      ${
        hasFallback &&
        wanted === '' &&
        from + AT_ONCE >= found.length &&
        html`<li>
          <span class="who"
            ><a href="${addressOf(REPLY, { script: of })}">Fallback</a
            ><small>What the bot says when no reply fits</small></span
          >
        </li>`
      }
    </ul>
    ${shown.length === 0 && html`<p class="empty">No reply has these words.</p>`}
    ${
      from + AT_ONCE < found.length &&
      html`<p>
        <a
          class="button"
          href="${addressOf(SCRIPT, { script: of, q: wanted === '' ? null : wanted, from: from + AT_ONCE })}"
          >Further replies</a
        >
      </p>`
    }
    ${blockedBy === null && newReply(script, csrf)}
  </section>`
}

const rowOf = ({ name, title, phrases, says }: ReplyRow, of: string | null): Html =>
  html`<li>
    <span class="who"
      ><a href="${addressOf(REPLY, { script: of, name })}" dir="auto">${title ?? name}</a>
      <small
        >${called(name)}${phrases.length > 0 && html` · <bdi>${shortened(phrases.slice(0, 4).join(', '), 120)}</bdi>`}</small
      >
      <small dir="auto">${shortened(says, 160)}</small></span
    >
  </li>`

/** @param phrase - the first phrase of the new reply */
export const newReply = (script: ScriptName, csrf: Html, phrase = ''): Html =>
  html`<details>
    <summary>Make a new reply</summary>
    <form
      method="post"
      action="${REPLIES}"
      class="stack wide"
      data-typed="${addressOf(SCRIPT, { script: scriptKey(script) })}"
    >
      ${csrf}${scriptField(script)}
      <label for="new-name">Name, of letters, digits, - and _</label>
      <input
        id="new-name"
        name="name"
        required
        maxlength="64"
        pattern="[\\p{L}\\p{N}_\\-]+"
        autocomplete="off"
      />
      <label for="new-phrase">What visitors write; more can follow</label>
      <input id="new-phrase" name="phrase" value="${phrase}" maxlength="500" autocomplete="off" dir="auto" />
      <label for="new-say">What the bot says</label>
      <textarea id="new-say" name="say" required rows="3" dir="auto"></textarea>
      <button class="button primary" name="do" value="make">Make the reply</button>
    </form>
  </details>`

const fits = ({ name, title, phrases, says }: ReplyRow, wanted: string): boolean => {
  const words = folded(wanted).split(/\s+/)
  const all = folded([name, title ?? '', ...phrases, says].join(' '))
  return words.every((word) => all.includes(word))
}

const folded = (text: string): string => text.normalize('NFD').replaceAll(/\p{M}/gu, '').toLowerCase()
