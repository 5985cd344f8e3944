import { AUTOMATIC_REPLIES } from '../alerts/automatic-replies.ts'
import { NEEDED_SCOPES } from '../channel/messenger.ts'
import type { ProfileStatus } from '../profile/profile-sync.ts'
import type { PageTokenState, PageTokenStatus } from '../token/page-tokens.ts'
import { html, type Html } from '../web/html.ts'
import { fact } from './figures.ts'
import { plot } from './plot.ts'
import { WEBHOOK_FIELDS } from '../channel/messenger.ts'
import type { AppWebhookState } from '../findings/facts.ts'
import { copyable } from '../web/copyable.ts'
import type { PageView } from './view.ts'
import { ago, ahead, called, count, day, lasting, latency, shortened } from '../web/words.ts'

/** The card of one Page on the overview. */
export const pageCard = (page: PageView, nowMs: number, isOpen: boolean): Html => {
  const { status, activity } = page
  const name = status.pageName ?? 'A Page without a name'
  const id = `page-${status.pageId}`
  return html`<section
    class="card page"
    aria-labelledby="${id}"
    data-page="${status.pageId}"
    data-token="${status.state}"
  >
    <header>
      <h2 id="${id}">${called(name)} <small>${status.pageId}</small></h2>
      ${tokenBadge(status.state)}
    </header>
    ${status.reason !== null && html`<p class="reason">${status.reason}</p>`}
    <details ${isOpen && html` open`}>
      <summary>${inShort(page, nowMs)}</summary>
      <div class="columns">
        <div>
          <h3>Sending</h3>
          ${plot(activity.repliesPerMinute)}
          <dl class="facts">
            ${fact('Waiting', waiting(page, nowMs))} ${fact('Takes', takes(page))}
            ${fact('Refused', refusals(page))}
          </dl>
        </div>
        <div>
          <h3>Token</h3>
          <dl class="facts">
            ${fact(SINCE[status.state], html`for ${lasting(status.sinceMs, nowMs)}`)}
            ${status.provedAtMs !== null && fact('Proved', proved(status.provedAtMs, status.expiresAtMs, nowMs))}
            ${fact('Granted by', page.grantedBy === null ? 'not known' : html`person ${page.grantedBy}`)}
            ${status.fingerprint !== null && fact('Fingerprint', html`<code>${status.fingerprint}</code>`)}
            ${fact('Permissions', scopes(status.scopes))} ${fact('Tasks', tasks(status, nowMs))}
            ${fact('Data access', dataAccess(status.dataAccessExpiresAtMs, nowMs))}
          </dl>
        </div>
        <div>
          <h3>At Facebook</h3>
          <dl class="facts">
            ${fact('Webhooks', subscription(page, nowMs))}
            ${fact(
              'Last heard',
              activity.lastHeardMs === null
                ? 'none since this process started'
                : ago(activity.lastHeardMs, nowMs),
            )}
            ${fact('Profile', profile(page.profile, nowMs))}
            ${
              page.automaticRepliesMs !== null &&
              fact('Beside the bot', automaticReplies(page.automaticRepliesMs, nowMs))
            }
          </dl>
        </div>
      </div>
    </details>
  </section>`
}

/** The short text of a Page without findings. */
const inShort = ({ activity, waiting: queue }: PageView, nowMs: number): Html => {
  const replies = activity.repliesPerMinute.reduce((sum, minute) => sum + minute, 0)
  return html`${count(replies, 'reply', 'replies')} in the last
  hour${
    queue !== null && queue.count > 0 && html`, ${queue.count.toLocaleString('en')} waiting`
  }${activity.lastHeardMs !== null && html`; last heard ${ago(activity.lastHeardMs, nowMs)}`}`
}

/** The app's webhook address, which all Pages share. It is shown to every role, so it holds no secret. */
export const webhookCard = (webhook: AppWebhookState | null): Html | false => {
  if (webhook === null) return false
  return html`<section class="card" aria-labelledby="webhook-title">
    <header>
      <h2 id="webhook-title">Webhook of the app</h2>
      ${webhookBadge(webhook)}
    </header>
    ${webhookWords(webhook)}
  </section>`
}

/** The values to enter in the App dashboard. */
export interface WebhookEntry {
  /** Null if the bot does not know its public address. */
  url: string | null
  verifyToken: string
}

/** The values that set the webhook up, for roles that may see them; nothing if it is set or its state is not known. */
export const webhookEntryCard = (
  webhook: AppWebhookState | null,
  { url, verifyToken }: WebhookEntry,
): Html | false =>
  webhook !== null &&
  !isSet(webhook) &&
  html`<section class="card" aria-labelledby="webhook-entry-title">
    <h2 id="webhook-entry-title">To enter in the App dashboard</h2>
    <p>Messenger, Settings, Webhooks:</p>
    <dl class="facts">
      ${fact('Callback URL', url === null ? html`<code>https://your.address/webhook</code>` : copyable(url, 'the callback URL'))}
      ${fact('Verify token', copyable(verifyToken, 'the verify token'))}
      ${fact('Fields', copyable(WEBHOOK_FIELDS.join(', '), 'the fields'))}
    </dl>
  </section>`

const isSet = (webhook: AppWebhookState): boolean =>
  webhook.is === 'unknown' || (webhook.is === 'set' && webhook.isActive && webhook.missing.length === 0)

const webhookBadge = (webhook: AppWebhookState): Html => {
  if (webhook.is === 'unknown') return html`<span class="badge">not known</span>`
  return webhook.is === 'set' && webhook.isActive && webhook.missing.length === 0
    ? html`<span class="badge good">set</span>`
    : html`<span class="badge bad">${webhook.is === 'absent' ? 'not set' : 'incomplete'}</span>`
}

const webhookWords = (webhook: AppWebhookState): Html => {
  if (webhook.is === 'unknown') return html`<p>${webhook.why}</p>`
  if (webhook.is === 'absent') {
    return html`<p>
      Facebook sends nothing until address, verify token and fields are entered in the App dashboard:
      Messenger, Settings, Webhooks. Operators and owners find them on this page.
    </p>`
  }
  return html`<p>Facebook calls <code>${webhook.url ?? 'an address it does not tell'}</code>.</p>
    ${!webhook.isActive && html`<p>It is switched off: verify it again in the App dashboard.</p>`}
    ${webhook.missing.length > 0 && html`<p>Not subscribed there: ${webhook.missing.join(', ')}.</p>`}`
}

const TOKENS: Record<PageTokenState, [tone: string, words: string]> = {
  valid: ['good', 'token valid'],
  suspect: ['warn', 'token in doubt'],
  invalid: ['bad', 'token dead'],
  missing: ['bad', 'no token'],
}

const SINCE: Record<PageTokenState, string> = {
  valid: 'Valid',
  suspect: 'In doubt',
  invalid: 'Dead',
  missing: 'Missing',
}

const tokenBadge = (state: PageTokenState): Html => {
  const [tone, words] = TOKENS[state]
  return html`<span class="badge ${tone}">${words}</span>`
}

const waiting = ({ waiting: queue }: PageView, nowMs: number): Html | string => {
  if (queue === null) return 'not known'
  if (queue.count === 0 || queue.sinceMs === null) return 'nothing'
  return html`${count(queue.count, 'reply', 'replies')}, the oldest for ${lasting(queue.sinceMs, nowMs)}`
}

const takes = ({ activity }: PageView): string =>
  activity.latency === null
    ? 'nothing sent in the last hour'
    : `half within ${latency(activity.latency.p50Ms)}, 95 of 100 within ${latency(activity.latency.p95Ms)}`

const refusals = ({ activity }: PageView): string =>
  activity.refusals.length === 0
    ? 'nothing in the last hour'
    : activity.refusals
        .map(({ verdict, count: times }) => `${verdict.replaceAll('_', ' ')} ${times}×`)
        .join(', ')

const scopes = (granted: readonly string[]): Html => {
  const missing = NEEDED_SCOPES.filter((scope) => !granted.includes(scope))
  return html`${granted.length === 0 ? 'not known' : granted.join(', ')}${
    granted.length > 0 && missing.length > 0 && html` <strong>missing: ${missing.join(', ')}</strong>`
  }`
}

/** The person's tasks on the Page. Facebook tells them only while the token is made. */
const tasks = ({ tasks: given, provedAtMs }: PageTokenStatus, nowMs: number): Html | string => {
  if (given.length === 0) return 'not told by Facebook'
  const named = given.map((task) => task.toLowerCase().replaceAll('_', ' ')).join(', ')
  return html`${named}${provedAtMs !== null && html`; as of ${ago(provedAtMs, nowMs)}`}`
}

/** When the token was proved never to expire, and the end that a later probe found, if any. */
const proved = (provedAtMs: number, expiresAtMs: number | null, nowMs: number): Html =>
  expiresAtMs === null
    ? html`${ago(provedAtMs, nowMs)}: it never expires`
    : html`${ago(provedAtMs, nowMs)} to have no end, but now
        <strong>it ${expiresAtMs > nowMs ? 'expires' : 'expired'} on ${day(expiresAtMs)}</strong>`

/** The end of data access, with the explanation that messaging goes on after it. */
const dataAccess = (endsMs: number | null, nowMs: number): Html | string => {
  if (endsMs === null) return 'no end'
  return html`${endsMs > nowMs ? 'until' : 'ended'} ${day(endsMs)}; that is about reading the person’s own
  data, and sending goes on after it`
}

const subscription = ({ webhooks }: PageView, nowMs: number): Html | string => {
  switch (webhooks.is) {
    case 'subscribed':
      return html`this app hears of everything it needs${told(webhooks.checkedMs, nowMs)}`
    case 'partly':
      return html`<strong>not for ${webhooks.missing.join(', ')}</strong>${told(webhooks.checkedMs, nowMs)}`
    case 'none':
      return html`<strong>none: visitors are not heard</strong>${checked(webhooks.checkedMs, nowMs)}`
    case 'unknown':
      return 'not known since the token was saved'
  }
}

const profile = ({ is, checkedMs, differs, error, nextMs }: ProfileStatus, nowMs: number): Html | string => {
  const next = nextMs !== null && nextMs > nowMs && html`; looked at again ${ahead(nextMs, nowMs)}`
  switch (is) {
    case 'left_alone':
      return 'left alone: the script says nothing about it'
    case 'unknown':
      return 'not compared with the script yet'
    case 'in_step':
      return html`as the script wants it${checked(checkedMs, nowMs)}`
    case 'waiting':
      return html`waits, as Facebook allows few calls${differing(differs)}${next}`
    case 'differs':
      return html`<strong>does not stay as it is set</strong
        >${differing(differs)}${checked(checkedMs, nowMs)}`
    case 'failed':
      return html`<strong>could not be brought up to date</strong>:
        ${shortened(error ?? '', 300)}${differing(differs)}${next}`
  }
}

const automaticReplies = (seenMs: number, nowMs: number): Html =>
  html`<strong>${AUTOMATIC_REPLIES.what}</strong> (last seen ${ago(seenMs, nowMs)}).
    ${AUTOMATIC_REPLIES.remedy}`

const differing = (fields: readonly string[]): Html | false =>
  fields.length > 0 && html`; to be set: ${fields.map((field) => field.replaceAll('_', ' ')).join(', ')}`

const checked = (atMs: number | null, nowMs: number): Html | false =>
  atMs !== null && html`; checked ${ago(atMs, nowMs)}`

/** When the subscription was last checked; before the first check, that it is known from the bootstrap. */
const told = (atMs: number | null, nowMs: number): Html | false =>
  atMs === null ? html`, when the token was saved` : checked(atMs, nowMs)
