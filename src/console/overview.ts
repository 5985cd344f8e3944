import { figure } from './figures.ts'
import { conversationUrl } from './conversation-page.ts'
import { html, type Html } from '../web/html.ts'
import { pageCard, webhookCard } from './page-card.ts'
import { VISITORS, windowBadge } from './visitors-page.ts'
import { verdictBanner } from './verdict.ts'
import type { ConsoleView, Figures, Named } from './view.ts'
import { ago, called, count, lasting, REASONS } from '../web/words.ts'

/** The live parts of the overview, by the id of their element. */
export type Fragments = Record<'verdict' | 'figures' | 'people' | 'pages' | 'conversations' | 'dead', Html>

export const fragments = (view: ConsoleView): Fragments => ({
  verdict: verdictBanner(view),
  figures: figures(view.figures, view.nowMs),
  people: people(view),
  pages: pages(view),
  conversations: conversations(view),
  dead: deadLetters(view),
})

/**
 * The overview. The live parts are the same for every role. `repair` is not live, because it holds forms that an operator may be
 * filling in; `webhookEntry` is for some roles only.
 */
export const overview = (
  parts: Fragments,
  { repair, webhookEntry, alerts }: { repair: Html | false; webhookEntry: Html | false; alerts: Html },
): Html => {
  const place = (id: keyof Fragments): Html => html`<div id="${id}" data-part>${parts[id]}</div>`
  return html`<h1 class="sr">Is my bot well?</h1>
    <p id="announce" class="sr" role="status"></p>
    ${place('verdict')} ${repair} ${place('figures')} ${place('people')} ${place('pages')} ${webhookEntry}
    <div class="pair">${place('conversations')} ${place('dead')}</div>
    ${alerts}`
}

const figures = ({ waitingIn, waitingOut, dead, repliesLastHour }: Figures, nowMs: number): Html => {
  const since = (queue: Figures['waitingIn']): Html | string =>
    queue?.sinceMs === null || queue?.sinceMs === undefined
      ? 'nothing waits'
      : html`oldest ${ago(queue.sinceMs, nowMs)}`
  return html`<dl class="figures" aria-label="Now">
    ${figure('To be handled', shown(waitingIn?.count), since(waitingIn))}
    ${figure('To be sent', shown(waitingOut?.count), since(waitingOut))}
    ${figure('Dead letters', shown(dead), dead === 0 ? 'nothing was given up' : html`<a href="/operator/dead-letters">look</a>`)}
    ${figure('Replies', shown(repliesLastHour), 'in the last hour')}
  </dl>`
}

const shown = (value: number | null | undefined): string => value?.toLocaleString('en') ?? '?'

const pages = (view: ConsoleView): Html =>
  html`${view.pages.map((page) => pageCard(page, view.nowMs, view.pages.length <= UNFOLDED))}
  ${webhookCard(view.appWebhook)}`

/** The visitors who wait for a person; empty if there are none. */
const people = ({ waiting, nowMs }: ConsoleView): Html =>
  waiting.length === 0
    ? html``
    : html`<section class="card" aria-labelledby="people-title" data-people="${waiting.length}">
        <h2 id="people-title">Waiting for a person</h2>
        <p>
          They asked for one, and no one has written yet. Open a conversation to answer, here or in the Page’s
          inbox; the bot is silent meanwhile. <a href="${VISITORS}">All who are with a person</a>
        </p>
        <ul class="rows">
          ${waiting.slice(0, SHOWN).map(
            (one) =>
              html`<li>
                <span class="who">${opening(one)}<small>${called(one.pageLabel)}</small></span>
                <span class="when">for ${lasting(one.sinceMs, nowMs)}</span>
                ${windowBadge(one.windowEndsMs, nowMs)}
              </li>`,
          )}
        </ul>
        ${waiting.length > SHOWN && html`<p>and ${count(waiting.length - SHOWN, 'other')}</p>`}
      </section>`

const conversations = ({ conversations: list, nowMs }: ConsoleView): Html =>
  html`<section class="card" aria-labelledby="conversations-title">
    <h2 id="conversations-title">Last conversations</h2>
    ${
      list.length === 0
        ? html`<p class="empty">No visitor has written since this process started.</p>`
        : html`<ul class="rows">
            ${list.slice(0, SHOWN).map(
              ({ lastHeardMs, lastKind, lastSentMs, unsent, silent, ...one }) =>
                html`<li>
                  <span class="who"
                    >${opening(one)}<small
                      >${called(one.pageLabel)} · ${lastKind.replaceAll('_', ' ')}</small
                    ></span
                  >
                  <span class="when">${ago(lastHeardMs, nowMs)}</span>
                  ${conversationState({ silent, unsent, lastSentMs })}
                </li>`,
            )}
          </ul>`
    }
  </section>`

/** The link to a conversation. Opening one is logged, so nothing but a click may load it. */
const opening = ({ pageId, psid, visitorName }: Named & { pageId: string; psid: string }): Html => {
  const url = conversationUrl({ pageId, psid })
  const name = called(visitorName ?? psid)
  return url === null ? name : html`<a href="${url}" rel="nofollow">${name}</a>`
}

/** With more Pages than this, the cards are folded. */
const UNFOLDED = 2
const SHOWN = 12

const conversationState = ({
  silent,
  unsent,
  lastSentMs,
}: {
  silent: boolean
  unsent: number
  lastSentMs: number | null
}): Html => {
  if (unsent > 0) return html`<span class="badge warn">${count(unsent, 'reply waits', 'replies wait')}</span>`
  if (silent) return html`<span class="badge">with a person</span>`
  return lastSentMs === null
    ? html`<span class="badge">no reply</span>`
    : html`<span class="badge good">answered</span>`
}

const deadLetters = ({ dead, nowMs }: ConsoleView): Html =>
  html`<section class="card" aria-labelledby="dead-title">
    <h2 id="dead-title">Dead letters</h2>
    ${
      dead.count === 0
        ? html`<p class="empty">None: every reply went out or is still to go.</p>`
        : html`<ul class="rows">
              ${dead.latest.map(
                ({ id, psid, reason, diedMs, pageLabel: label, visitorName }) =>
                  html`<li>
                    <span class="who"
                      ><a href="/operator/dead-letters/${encodeURIComponent(id)}"
                        >To ${called(visitorName ?? psid ?? 'no visitor')}</a
                      ><small>${called(label)}</small></span
                    >
                    <span class="when">${ago(diedMs, nowMs)}</span>
                    <span class="badge bad">${REASONS[reason]}</span>
                  </li>`,
              )}
            </ul>
            <p><a href="/operator/dead-letters">All ${dead.count.toLocaleString('en')}</a></p>`
    }
  </section>`
