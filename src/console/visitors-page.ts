import { duration } from '../base/times.ts'
import { STANDARD_WINDOW_MS } from '../channel/messenger.ts'
import type { VisitorOfPerson } from '../findings/people.ts'
import { html, type Html } from '../web/html.ts'
import { called, count, lasting } from '../web/words.ts'
import { conversationUrl } from './conversation-page.ts'
import type { Named } from './view.ts'

/** The address of {@link visitorsPage}. */
export const VISITORS = '/operator/visitors'

/** A visitor in the list. `bot`: the bot has the conversation. */
export type Visitor = Omit<VisitorOfPerson, 'is' | 'sinceMs'> &
  Named & {
    is: VisitorOfPerson['is'] | 'bot'
    /** Null if only the stored name matched. */
    sinceMs: number | null
  }

export const VISITOR_LISTS = {
  waiting: 'Waiting for a person',
  attended: 'With a person',
  all: 'All, and the latest others',
} as const
export type Shown = keyof typeof VISITOR_LISTS

export interface Latest {
  visitors: Visitor[]
  /** How many more there are. */
  more: number
  /** How many visitors each list has. */
  counts: Record<Shown, number>
}

export interface VisitorsView {
  latest: Latest
  /** Visitors whose stored name matches the query. */
  named: readonly Visitor[]
  shown: Shown
  /** The search words; empty for none. */
  query: string
  nowMs: number
  /** How long after a visitor's last message a person may answer on a Page, ms. */
  answerableMs: (pageId: string) => number
}

export const visitorsPage = (view: VisitorsView): Html => {
  const { latest, named, shown, query } = view
  const { visitors, more, counts } = latest
  const known = new Set(visitors.map(({ pageId, psid }) => `${pageId} ${psid}`))
  const found = [...visitors, ...named.filter(({ pageId, psid }) => !known.has(`${pageId} ${psid}`))]
  return html`<section class="card">
    <h1>Visitors</h1>
    <p>
      Who asked for a person, and whom one has answered. Open a conversation to answer as the Page, to hand it
      back to the bot, or to close it. What a visitor wrote last is kept until then, and no longer.
    </p>
    <nav class="tabs" aria-label="Filter">
      ${(Object.keys(VISITOR_LISTS) as Shown[]).map(
        (one) =>
          html`<a href="${VISITORS}?show=${one}" ${query === '' && one === shown && html`aria-current="page"`}
            >${VISITOR_LISTS[one]} <b>${counts[one].toLocaleString('en')}</b></a
          >`,
      )}
    </nav>
    <form method="get" action="${VISITORS}" role="search" class="buttons">
      <label
        ><span class="sr">Name, PSID or a word</span>
        <input
          type="search"
          name="q"
          value="${query}"
          maxlength="100"
          dir="auto"
          placeholder="Name, PSID or a word"
      /></label>
      <button class="button">Search</button>
    </form>
    ${
      found.length === 0
        ? html`<p class="empty">
            ${query === '' ? 'No visitor.' : 'No visitor was found. A whole PSID finds every conversation that is kept.'}
          </p>`
        : html`<ul class="rows people">
            ${found.map((one) => row(one, view))}
          </ul>`
    }
    ${more > 0 && html`<p>and ${count(more, 'other')}: the search finds each by name, PSID or a word.</p>`}
  </section>`
}

const row = (visitor: Visitor, { nowMs, answerableMs }: VisitorsView): Html => {
  const { pageId, psid, pageLabel, visitorName, is, sinceMs, words, windowEndsMs } = visitor
  const url = conversationUrl(visitor)
  const name = called(visitorName ?? psid)
  return html`<li data-is="${is}">
    <span class="who"
      >${url === null ? name : html`<a href="${url}" rel="nofollow">${name}</a>`}<small>${called(pageLabel)}${visitorName !== null && html` · ${called(psid)}`}</small>${words !== null && html`<q dir="auto">${words}</q>`}</span
    >
    ${
      sinceMs !== null &&
      html`<span class="when"
        >${is === 'bot' ? 'heard' : 'for'} ${lasting(sinceMs, nowMs)}${is === 'bot' && ' ago'}</span
      >`
    }
    ${IS[is]}
    ${is !== 'bot' && windowBadge(windowEndsMs === null ? null : windowEndsMs - STANDARD_WINDOW_MS + answerableMs(pageId), nowMs)}
  </li>`
}

const IS: Record<Visitor['is'], Html> = {
  waiting: html`<span class="badge warn">waits for a person</span>`,
  missed: html`<span class="badge bad">never answered</span>`,
  attended: html`<span class="badge">with a person</span>`,
  bot: html`<span class="badge good">with the bot</span>`,
}

/** @param endsMs - until when a person may answer, ms since the epoch; null if the visitor never wrote */
export const windowBadge = (endsMs: number | null, nowMs: number): Html =>
  endsMs === null || endsMs <= nowMs
    ? html`<span class="badge bad">window closed</span>`
    : html`<span class="badge warn">can be answered for ${duration(endsMs - nowMs)}</span>`
