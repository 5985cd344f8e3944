import { parseJson, type Json } from '../base/json.ts'
import type { DeadLetter } from '../store/dead-letters.ts'
import { html, type Html } from '../web/html.ts'
import { ago, called, count, REASONS } from '../web/words.ts'
import { fact } from './figures.ts'

export interface DeadLettersList {
  letters: readonly DeadLetter[]
  /** The number of dead letters of all Pages. */
  total: number
  /** The cursor of the next page of the list; null on the last page. */
  next: string | null
  nowMs: number
  csrf: Html
  /** Whether this person may retry and drop dead letters. */
  mayAct: boolean
  labelOf: (pageId: string) => string
  visitorName: VisitorName
}

/** A visitor's name at Facebook; null if it is not known. */
export type VisitorName = (visitor: { pageId: string; psid: string }) => string | null

/** The address of {@link deadLettersPage}, to which its form is posted. */
export const DEAD_LETTERS = '/operator/dead-letters'

export const deadLettersPage = (list: DeadLettersList): Html => {
  const { letters, total, next, csrf, mayAct } = list
  const rows = html`<ul class="rows">
    ${letters.map((letter) => row(letter, list))}
  </ul>`
  return html`<section class="card">
    <h1>Dead letters</h1>
    <p>Replies that were given up. One whose 24-hour window has closed dies again when it is retried.</p>
    ${
      letters.length === 0
        ? html`<p class="empty">None: every reply went out or is still to go.</p>`
        : html`${
            mayAct
              ? html`<form method="post" action="${DEAD_LETTERS}">
                  ${csrf}${rows}
                  <p class="buttons">
                    <button class="button primary" name="do" value="retry">Retry those ticked</button>
                    <button class="button danger" name="do" value="drop">Drop those ticked</button>
                  </p>
                </form>`
              : rows
          }
          ${next !== null && html`<p><a href="${DEAD_LETTERS}?after=${encodeURIComponent(next)}">Older ones</a></p>`}
          ${mayAct && all(total, csrf)}`
    }
  </section>`
}

/** Asks for confirmation, because dropped dead letters cannot be restored. */
export const dropPage = (which: { ids: readonly string[]; all: boolean }, number: number, csrf: Html): Html =>
  html`<section class="card narrow" data-drop="${number}">
    <h1>Drop ${count(number, 'dead letter')}?</h1>
    <p>The replies are then deleted, and the visitors are not told. This cannot be undone.</p>
    <form method="post" action="${DEAD_LETTERS}" class="buttons">
      ${csrf}<input type="hidden" name="sure" value="yes" />
      ${which.all && html`<input type="hidden" name="all" value="yes" />`}
      ${which.ids.map((id) => html`<input type="hidden" name="id" value="${id}" />`)}
      <button class="button danger" name="do" value="drop">Drop</button>
      <a class="button" href="${DEAD_LETTERS}">Keep</a>
    </form>
  </section>`

/** One dead letter with its message. The caller must log that it is shown. */
export const deadLetterPage = (
  letter: DeadLetter,
  {
    nowMs,
    csrf,
    mayAct,
    label,
    name,
  }: Pick<DeadLettersList, 'nowMs' | 'csrf' | 'mayAct'> & {
    label: string
    name: string | null
  },
): Html =>
  html`<section class="card">
    <h1>Dead letter <small>${letter.id}</small></h1>
    <dl class="facts">
      ${fact('Why', why(letter))} ${fact('From', html`${called(label)} (${letter.pageId})`)}
      ${fact('To', html`${name !== null && html`${called(name)} `}${called(letter.psid ?? 'no visitor')}`)}
      ${fact('Visitor wrote', ago(letter.acceptedMs, nowMs))} ${fact('Given up', ago(letter.diedMs, nowMs))}
      ${fact('Window', windowWords(letter, nowMs))}
      ${
        letter.error !== null &&
        fact(
          'Graph said',
          html`${letter.error.message}
            <small
              >${letter.error.verdict}, code ${letter.error.code ?? 'none'}, fbtrace_id
              ${letter.error.fbtraceId ?? 'none'}</small
            >`,
        )
      }
    </dl>
    <h2>Message</h2>
    <pre tabindex="0">${pretty(letter.body)}</pre>
    ${
      mayAct &&
      html`<form method="post" action="${DEAD_LETTERS}" class="buttons">
        ${csrf}<input type="hidden" name="id" value="${letter.id}" />
        <button class="button primary" name="do" value="retry">Retry</button>
        <button class="button danger" name="do" value="drop">Drop</button>
      </form>`
    }
  </section>`

/** The result of the last change, shown above the list. */
export const outcomeWords = (did: string | undefined, number: number): string | null => {
  if (!Number.isSafeInteger(number) || number < 0) return null
  if (number === 0 && (did === 'retry' || did === 'drop')) return 'Nothing was ticked, so nothing was done.'
  if (did === 'retry') return `${count(number, 'reply', 'replies')} put back to be sent.`
  return did === 'drop' ? `${count(number, 'dead letter')} dropped.` : null
}

const row = (letter: DeadLetter, { nowMs, mayAct, labelOf, visitorName }: DeadLettersList): Html => {
  const { pageId, psid } = letter
  const to = psid === null ? 'no visitor' : (visitorName({ pageId, psid }) ?? psid)
  return html`<li>
    ${
      mayAct &&
      html`<label class="check"
        ><input type="checkbox" name="id" value="${letter.id}" /><span class="sr"
          >Tick the one to ${called(to)}</span
        ></label
      >`
    }
    <span class="who"
      ><a href="${DEAD_LETTERS}/${encodeURIComponent(letter.id)}">To ${called(to)}</a
      ><small>${called(labelOf(letter.pageId))}${isClosed(letter, nowMs) && ' · window closed'}</small></span
    >
    <span class="when">${ago(letter.diedMs, nowMs)}</span>
    <span class="badge bad">${REASONS[letter.reason]}</span>
  </li>`
}

const all = (total: number, csrf: Html): Html =>
  html`<details>
    <summary>Retry or drop all ${total.toLocaleString('en')}</summary>
    <form method="post" action="${DEAD_LETTERS}" class="buttons">
      ${csrf}<input type="hidden" name="all" value="yes" />
      <button class="button" name="do" value="retry">Retry all</button>
      <button class="button danger" name="do" value="drop">Drop all</button>
    </form>
  </details>`

const why = ({ reason }: DeadLetter): string =>
  ({
    outside_window: 'more than 24 hours had passed since the visitor wrote',
    unreachable: 'Facebook cannot reach this visitor',
    bad_request: 'Facebook does not accept this message',
    damaged: 'its record in the database cannot be read, as after damage to the disk',
  })[reason]

const isClosed = ({ windowEndsMs }: DeadLetter, nowMs: number): boolean =>
  windowEndsMs !== null && nowMs >= windowEndsMs

const windowWords = (letter: DeadLetter, nowMs: number): Html | string => {
  if (letter.windowEndsMs === null) return 'never open'
  return isClosed(letter, nowMs)
    ? html`closed ${ago(letter.windowEndsMs, nowMs)}`
    : 'open: it can still be sent'
}

const pretty = (body: string): string => {
  let value: Json
  try {
    value = parseJson(body)
  } catch {
    return body
  }
  return JSON.stringify(value, null, 2)
}
