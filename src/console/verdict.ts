import { WHOLE_BOT } from '../alerts/needs.ts'
import { holdsReplies } from '../alerts/causes.ts'
import { manyNeeds } from '../alerts/notice.ts'
import { conditionOf } from '../alerts/causes.ts'
import { html, type Html } from '../web/html.ts'
import { icons } from '../web/icons.ts'
import type { NeedView, Verdict } from './view.ts'
import { ago, called, count, lasting, withCommands } from '../web/words.ts'

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
  const [tone, icon] = isOnlyLooks(verdict) ? (['warn', icons.needed] as const) : LOOKS[verdict.is]
  return html`<section class="verdict ${tone}" data-verdict="${verdict.is}" aria-labelledby="verdict-title">
    ${icon}
    <div>
      <h2 id="verdict-title">${verdictTitle(verdict)}</h2>
      ${words(verdict, nowMs)}
    </div>
  </section>`
}

/** Visitors are answered all the same. */
const isOnlyLooks = (verdict: Verdict): boolean =>
  verdict.is === 'needed' && verdict.needs.every(({ cause }) => cause === 'profile')

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
      return needs(verdict.needs, nowMs)
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

/** Several that one new token may mend are told what to do once. */
const needs = (all: readonly NeedView[], nowMs: number): Html => {
  const isShared = (one: NeedView): boolean =>
    all.length > 1 && (one.cause === 'token_invalid' || one.cause === 'token_missing')
  return html`<ul class="needs">
      ${all.map(
        (one) =>
          html`<li>
            <p>${all.length > 1 && html`<strong>${called(one.label)}:</strong> `}${one.what}</p>
            <p>
              For ${lasting(one.sinceMs, nowMs)}. ${one.waiting !== null && one.waiting > 0 && parked(one)}
            </p>
            ${!isShared(one) && html`<p><b>To do:</b> ${one.byToken && html`${BELOW} Or: `}${withCommands(one.remedy)}</p>`}
          </li>`,
      )}
    </ul>
    ${
      all.some(isShared) &&
      html`<p>
        <b>To do:</b> ${BELOW} One may be good for several Pages. Or: Run
        <code>npm run bootstrap-token -- --all</code>.
      </p>`
    }`
}

const BELOW = html`Give it a token <a href="#repair">below</a>.`

const parked = ({ waiting, cause }: NeedView): Html | false =>
  waiting !== null &&
  html`<strong data-waiting="${waiting}">${count(waiting, 'reply waits', 'replies wait')}</strong>${
      holdsReplies(cause) &&
      html` and ${waiting === 1 ? 'leaves by itself' : 'leave by themselves'} once this is mended`
    }.`
