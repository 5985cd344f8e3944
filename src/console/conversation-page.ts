import { html, type Html } from '../web/html.ts'
import type { TranscriptLine, LineState, Transcript } from './transcript.ts'
import { ago, ahead, called, moment, REASONS, shortened } from '../web/words.ts'

/** The address of {@link conversationPage}. */
export const CONVERSATION = '/operator/conversation'

/** The address of one conversation; null if its ids are too long for an address. */
export const conversationUrl = ({ pageId, psid }: { pageId: string; psid: string }): string | null =>
  pageId.length + psid.length > LONGEST_IDS
    ? null
    : `${CONVERSATION}?${new URLSearchParams({ page: pageId, psid }).toString()}`

/** Facebook's ids have under twenty digits. */
const LONGEST_IDS = 500
const LONGEST_SHOWN = 4000

/** A conversation with its messages. The caller must log that it is shown. */
export const conversationPage = (
  { pageId, psid, windowEndsMs, lines, withoutFacebook }: Transcript,
  nowMs: number,
  pageName: string,
  visitorName: string | null,
): Html =>
  html`<section class="card narrow">
    <h1>${visitorName === null ? 'Conversation' : called(visitorName)} <small>${called(psid)}</small></h1>
    <p>With ${called(pageName)} <small>${called(pageId)}</small>. ${window(windowEndsMs, nowMs)}</p>
    ${
      withoutFacebook !== null &&
      html`<p class="outcome warn" role="status">
        Facebook keeps what was said, and ${withoutFacebook}. Here is only what the bot keeps itself.
      </p>`
    }
    ${
      lines.length === 0
        ? html`<p class="empty">Nothing of it is kept here any more: all of it was handled long ago.</p>`
        : html`<ol class="transcript">
            ${lines.map((line) => said(line))}
          </ol>`
    }
    <p>
      <small
        >The bot keeps what a visitor wrote only until it is answered, and for 30 days that a reply was sent
        and who wrote it. All else here is Facebook’s copy, its latest 50 messages. That you have opened it is
        in the log.</small
      >
    </p>
    <p><a class="button" href="/operator">Back to the overview</a></p>
  </section>`

const said = ({ atMs, by, text, state }: TranscriptLine): Html =>
  html`<li class="${typeof by === 'string' ? by : 'person'}" data-state="${state.is}">
    <p class="meta">
      <b>${typeof by === 'string' ? BY[by] : html`Person: ${called(by.person)}`}</b>
      ${atMs !== null && moment(atMs)} ${badge(state)}
    </p>
    ${
      text === null
        ? html`<p class="empty">Sent; the words are not kept here.</p>`
        : html`<p>${quoted(text)}</p>`
    }
    ${state.is === 'dead' && whatGraphSaid(state)}
  </li>`

const whatGraphSaid = ({ said: message, reason }: LineState & { is: 'dead' }): Html | false =>
  message !== null &&
  html`<p class="hint">
    ${message}.
    ${
      reason === 'unreachable' &&
      'If another app or the Page inbox has the conversation: answer there, or make this app the default app of the Page (Page settings, Conversation routing) and retry.'
    }
  </p>`

const quoted = (text: string): Html =>
  html`<span class="text" dir="auto" ${isLong(text) && html`tabindex="0"`}
    >${shortened(text, LONGEST_SHOWN)}</span
  >`

/** Whether the text gets a scrolling box, which must be reachable by keyboard. */
const isLong = (text: string): boolean => text.length > 800 || text.split('\n').length > 12

const BY = { visitor: 'Visitor', bot: 'Bot', page: 'Page inbox' } as const

const badge = (state: LineState): Html | false => {
  switch (state.is) {
    case 'received':
      return false
    case 'unhandled':
      return html`<span class="badge warn">not handled yet</span>`
    case 'waiting':
      return html`<span class="badge warn">waiting</span>`
    case 'in_doubt':
      return html`<span class="badge warn">being sent</span>`
    case 'sent':
      return html`<span class="badge good">sent</span>`
    case 'elsewhere':
      return html`<span class="badge">a person there, another app, or the bot long ago</span>`
    case 'dead':
      return html`<a class="badge bad" href="/operator/dead-letters/${encodeURIComponent(state.id)}"
        >dead letter: ${REASONS[state.reason]}</a
      >`
  }
}

const window = (endsMs: number | null, nowMs: number): Html => {
  if (endsMs === null) return html`The bot may not write first.`
  return endsMs > nowMs
    ? html`The bot may write; the window closes ${ahead(endsMs, nowMs)}.`
    : html`The bot may not write: the window closed ${ago(endsMs, nowMs)}.`
}
