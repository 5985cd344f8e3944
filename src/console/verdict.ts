import { holdsReplies } from '../alerts/causes.ts'
import { inTwoSteps } from '../alerts/two-steps.ts'
import { headlineOf, levelOfAll, type Finding } from '../findings/findings.ts'
import { html, type Html } from '../web/html.ts'
import { icons } from '../web/icons.ts'
import { ago, count, lasting, withCommands } from '../web/words.ts'
import type { ConsoleView } from './view.ts'

type Shown = Pick<ConsoleView, 'findings' | 'lastHeardMs' | 'nowMs'> & { pages: { length: number } }

/** The state of the bot in one line, also for the title of the browser tab. */
export const verdictTitle = ({ findings }: Pick<ConsoleView, 'findings'>): string => headlineOf(findings)

/** The state of the bot with its findings and their remedies. */
export const verdictBanner = (view: Shown): Html => {
  const level = levelOfAll(view.findings)
  const [tone, icon] = LOOKS[level]
  return html`<section class="verdict ${tone}" data-verdict="${level}" aria-labelledby="verdict-title">
    ${icon}
    <div>
      <h2 id="verdict-title">${verdictTitle(view)}</h2>
      ${level === 'well' ? well(view) : list(view.findings, view.nowMs)}
    </div>
  </section>`
}

const LOOKS = {
  needed: ['bad', icons.needed],
  look: ['warn', icons.needed],
  well: ['good', icons.well],
} as const

const well = ({ pages, lastHeardMs, nowMs }: Shown): Html =>
  html`<p>
    ${pages.length === 1 ? 'Your Page answers its visitors.' : `${pages.length} Pages answer their visitors.`}
    ${lastHeardMs !== null && html`Last heard from one ${ago(lastHeardMs, nowMs)}.`}
  </p>`

/** The list of findings. If one new token may mend several of them, its remedy is shown once. */
const list = (findings: readonly Finding[], nowMs: number): Html => {
  const isShared = ({ kind }: Finding): boolean =>
    findings.length > 1 && (kind === 'token_invalid' || kind === 'token_missing')
  const shared = findings.filter(isShared)
  return html`<ul class="needs">
      ${findings.map(
        (one) =>
          html`<li data-finding="${one.kind}" data-level="${one.level}">
            <p>${findings.length > 1 && html`<strong>${one.headline}.</strong> `}${one.what}</p>
            ${(one.sinceMs !== null || one.waiting !== null) && html`<p>${since(one, nowMs)} ${parked(one)}</p>`}
            ${
              one.remedy !== null &&
              !(isShared(one) && shared.length > 1) &&
              html`<p><b>To do:</b> ${toDo(one.remedy, one.byToken)}</p>`
            }
          </li>`,
      )}
    </ul>
    ${shared.length > 1 && html`<p><b>To do:</b> ${BELOW} One may be good for several Pages.</p>`}`
}

/**
 * The remedy. If it has a first step, the link to the token form comes after it, because a token given earlier would be refused.
 */
const toDo = (remedy: string, byToken: boolean): Html => {
  if (!byToken) return withCommands(remedy)
  const { first, run } = inTwoSteps(remedy)
  return first === null
    ? html`${BELOW} Or: ${withCommands(run)}`
    : html`First: ${withCommands(first)} Then: ${BELOW} Or: ${withCommands(run)}`
}

const BELOW = html`Give it a token <a href="#repair">below</a>.`

const since = ({ sinceMs }: Finding, nowMs: number): Html | false =>
  sinceMs !== null && html`For ${lasting(sinceMs, nowMs)}.`

const parked = ({ waiting, kind }: Finding): Html | false =>
  waiting !== null &&
  waiting > 0 &&
  html`<strong data-waiting="${waiting}">${count(waiting, 'reply waits', 'replies wait')}</strong>${
      holdsReplies(kind) &&
      html` and ${waiting === 1 ? 'leaves by itself' : 'leave by themselves'} once this is mended`
    }.`
