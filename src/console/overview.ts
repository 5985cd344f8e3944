import { conversationUrl } from './conversation-page.ts'
import { html, type Html } from '../web/html.ts'
import { pageCard, webhookCard } from './page-card.ts'
import { verdictBanner } from './verdict.ts'
import type { ConsoleView, Figures } from './view.ts'
import { ago, called, count, REASONS } from '../web/words.ts'

/** The parts of the overview that are kept up to date, by the id of their place. */
export type Fragments = Record<(typeof PLACES)[number], Html>

export const PLACES = ['verdict', 'figures', 'pages', 'conversations', 'dead'] as const

export const fragments = (view: ConsoleView): Fragments => ({
  verdict: verdictBanner(view.verdict, view.nowMs),
  figures: figures(view.figures, view.nowMs),
  pages: pages(view),
  conversations: conversations(view),
  dead: deadLetters(view),
})

/** The overview; `repair` holds forms, which nothing may replace under the operator's hands. */
export const overview = (parts: Fragments, repair: Html): Html => {
  const place = (id: keyof Fragments): Html => html`<div id="${id}" data-part>${parts[id]}</div>`
  return html`<h1 class="sr">Is my bot well?</h1>
    <p id="announce" class="sr" role="status"></p>
    ${place('verdict')} ${repair} ${place('figures')} ${place('pages')}
    <div class="pair">${place('conversations')} ${place('dead')}</div>`
}

const figures = ({ waitingIn, waitingOut, dead, repliesLastHour }: Figures, nowMs: number): Html => {
  const since = (queue: Figures['waitingIn']): Html | string =>
    queue?.sinceMs === null || queue?.sinceMs === undefined
      ? 'nothing waits'
      : html`oldest ${ago(queue.sinceMs, nowMs)}`
  return html`<dl class="figures" aria-label="Now">
    ${figure('To be handled', waitingIn?.count, since(waitingIn))}
    ${figure('To be sent', waitingOut?.count, since(waitingOut))}
    ${figure('Dead letters', dead, dead === 0 ? 'nothing was given up' : html`<a href="/operator/dead-letters">look</a>`)}
    ${figure('Replies', repliesLastHour, 'in the last hour')}
  </dl>`
}

const figure = (name: string, value: number | null | undefined, note: Html | string): Html =>
  html`<div data-figure="${name}">
    <dt>${name}</dt>
    <dd><b>${value?.toLocaleString('en') ?? '?'}</b> <small>${note}</small></dd>
  </div>`

const pages = (view: ConsoleView): Html =>
  html`${view.pages.map((page) => pageCard(page, view.nowMs, view.pages.length <= UNFOLDED))}
  ${webhookCard(view.appWebhook)}`

const conversations = ({ conversations: list, nowMs }: ConsoleView): Html =>
  html`<section class="card" aria-labelledby="conversations-title">
    <h2 id="conversations-title">Last conversations</h2>
    ${
      list.length === 0
        ? html`<p class="empty">Nobody has written since this process started.</p>`
        : html`<ul class="rows">
            ${list.slice(0, SHOWN).map(
              ({ pageId, pageLabel, psid, lastHeardMs, lastKind, lastSentMs, unsent, silent }) =>
                html`<li>
                  <span class="who"
                    >${opening(pageId, psid)}<small
                      >${called(pageLabel)} · ${lastKind.replaceAll('_', ' ')}</small
                    ></span
                  >
                  <span class="when">${ago(lastHeardMs, nowMs)}</span>
                  ${conversationState({ silent, unsent, lastSentMs })}
                </li>`,
            )}
          </ul>`
    }
  </section>`

/** Looking at it is logged, so nothing but a click leads there. */
const opening = (pageId: string, psid: string): Html => {
  const url = conversationUrl({ pageId, psid })
  return url === null ? called(psid) : html`<a href="${url}" rel="nofollow">${called(psid)}</a>`
}

/** More Pages than these are a list first, each to be unfolded. */
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
                ({ id, psid, reason, diedMs, pageLabel: label }) =>
                  html`<li>
                    <span class="who"
                      ><a href="/operator/dead-letters/${encodeURIComponent(id)}"
                        >To ${called(psid ?? 'nobody')}</a
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
