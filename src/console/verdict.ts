import { WHOLE_BOT } from '../operator/needs.ts'
import { conditionOf, manyNeeds } from '../operator/notice.ts'
import { html, type Html } from './html.ts'
import { icons } from './icons.ts'
import type { NeedView, Verdict } from './view.ts'
import { ago, count, lasting, withCommands } from './words.ts'

/** The answer in one line, for the tab too. */
export const verdictTitle = (verdict: Verdict): string => {
  switch (verdict.is) {
    case 'needed': {
      const [only] = verdict.needs
      if (verdict.needs.length > 1 || only === undefined) return manyNeeds(verdict.needs)
      if (only.cause === 'token_missing' && only.pageId === WHOLE_BOT) return 'The bot needs its first token'
      return `${only.pageId === WHOLE_BOT ? 'The bot' : only.label} ${conditionOf(only.cause)}`
    }
    case 'unavailable':
      return 'The database does not answer'
    case 'checking':
      return `Checking the token of ${verdict.pages.join(', ')}`
    case 'behind':
      return 'Catching up'
    case 'well':
      return 'All is well'
  }
}

/** The answer with what to do about it. */
export const verdictBanner = (verdict: Verdict, nowMs: number): Html => {
  const [tone, icon] = LOOKS[verdict.is]
  return html`<section class="verdict ${tone}" data-verdict="${verdict.is}" aria-labelledby="verdict-title">
    ${icon}
    <div>
      <h2 id="verdict-title">${verdictTitle(verdict)}</h2>
      ${words(verdict, nowMs)}
    </div>
  </section>`
}

const LOOKS: Record<Verdict['is'], [tone: 'good' | 'warn' | 'bad', icon: Html]> = {
  needed: ['bad', icons.needed],
  unavailable: ['bad', icons.needed],
  checking: ['warn', icons.busy],
  behind: ['warn', icons.busy],
  well: ['good', icons.well],
}

const words = (verdict: Verdict, nowMs: number): Html => {
  switch (verdict.is) {
    case 'needed':
      return html`<ul class="needs">
        ${verdict.needs.map((one) => need(one, verdict.needs.length > 1, nowMs))}
      </ul>`
    case 'unavailable':
      return html`<p>
        Webhooks are refused until it does, and Facebook sends them again. The log says why, under
        <code>BOT_STORE_UNAVAILABLE</code>.
      </p>`
    case 'checking':
      return html`<p>
        Facebook refused a call because of it. Whether it is dead is known within seconds; replies wait
        meanwhile.
      </p>`
    case 'behind':
      return html`<p>
        ${count(verdict.waiting, 'message')} in the queues, the oldest for ${lasting(verdict.sinceMs, nowMs)}.
        Sending is tried again by itself; nothing is lost.
      </p>`
    case 'well':
      return html`<p>
        ${verdict.pages === 1 ? 'Your Page answers its visitors.' : `${verdict.pages} Pages answer their visitors.`}
        ${verdict.lastHeardMs !== null && html`Last heard from one ${ago(verdict.lastHeardMs, nowMs)}.`}
      </p>`
  }
}

const need = (one: NeedView, isNamed: boolean, nowMs: number): Html =>
  html`<li>
    <p>${isNamed && html`<strong>${one.label}:</strong> `}${one.what}</p>
    <p>
      For ${lasting(one.sinceMs, nowMs)}. ${one.waiting !== null && one.waiting > 0 && parked(one.waiting)}
    </p>
    <p>
      <b>To do:</b>
      ${one.byToken && html`Give it a token <a href="#repair">below</a>. Or: `}${withCommands(one.remedy)}
    </p>
  </li>`

const parked = (waiting: number): Html =>
  html`<strong data-waiting="${waiting}">${count(waiting, 'reply waits', 'replies wait')}</strong> and
    ${waiting === 1 ? 'leaves by itself' : 'leave by themselves'} once this is mended.`
