import { sum } from '../base/numbers.ts'
import { WHOLE_BOT, type OpenNeed } from '../alerts/needs.ts'
import { causeOf, holdsReplies, type Level, type NeedCause } from '../alerts/causes.ts'
import { manyNeeds, pageLabel } from '../alerts/notice.ts'
import type { ProfileStatus } from '../profile/profile-sync.ts'
import type { QueueCounts } from '../store/store.ts'
import type { PageTokenStatus } from '../token/page-tokens.ts'
import type { AppWebhookState, Subscription } from './facts.ts'
import { noWebhooks, whyNone } from './no-webhooks.ts'

/** Trouble that exists now. The console, /readyz, the doctor and the alerts show the same findings. */
export interface Finding {
  kind: FindingKind
  level: Exclude<Level, 'well'>
  /** A Page's id, or {@link WHOLE_BOT}. */
  pageId: string
  /** A few words, for a headline and the title of the browser tab. */
  headline: string
  /** The trouble, as a sentence. */
  what: string
  /** The remedy; null if the trouble ends by itself. */
  remedy: string | null
  /** Whether a new user token mends it. */
  byToken: boolean
  /** Since when it exists, ms since the epoch; null if that is not known. */
  sinceMs: number | null
  /** The number of replies it holds back; null if there are none or their number is not known. */
  waiting: number | null
}

export type FindingKind =
  | NeedCause
  | 'database'
  | 'graph'
  | 'checking'
  | 'behind'
  | 'page_webhook'
  | 'app_webhook'
  | 'permissions'
  | 'page_profile'

/** The state of the bot at one moment. */
export interface BotFacts {
  nowMs: number
  needs: readonly OpenNeed[]
  tokens: readonly PageTokenStatus[]
  /** Null when the database does not answer. */
  counts: QueueCounts | null
  webhooksOf: (pageId: string) => Subscription
  profileOf: (pageId: string) => ProfileStatus
  /** Null while it is not known. */
  appWebhook: AppWebhookState | null
  /** The address that Facebook is to call; null where the bot has none. */
  webhookUrl: string | null
  /** Since when Facebook has answered no call, ms since the epoch; null while it answers. */
  graphSilentSinceMs: number | null
  /** The permissions that the token of a Page must have. */
  neededScopes: readonly string[]
}

/** All findings, `needed` before `look`; within a level in the order of {@link SOURCES}. */
export const findingsOf = (facts: BotFacts): Finding[] => {
  const all = SOURCES.flatMap((source) => source(facts))
  return [...all.filter(({ level }) => level === 'needed'), ...all.filter(({ level }) => level === 'look')]
}

/** The state of the whole bot: the level of its worst finding. */
export const levelOfAll = ([worst]: readonly Pick<Finding, 'level'>[]): Level => worst?.level ?? 'well'

/** The state of the whole bot in a few words. */
export const headlineOf = (findings: readonly Pick<Finding, 'level' | 'headline' | 'kind'>[]): string => {
  const [worst] = findings
  if (worst === undefined) return 'All is well'
  const needed = findings.filter(({ level }) => level === 'needed')
  if (needed.length > 1) return manyNeeds(needed.map(({ kind }) => ({ cause: kind })))
  if (worst.level === 'needed') return worst.headline
  return findings.length === 1
    ? worst.headline
    : `${worst.headline}, and ${findings.length - 1} more to look at`
}

type Source = (facts: BotFacts) => Finding[]

const finding = (
  some: Partial<Finding> & Pick<Finding, 'kind' | 'level' | 'headline' | 'what'>,
): Finding => ({
  pageId: WHOLE_BOT,
  remedy: null,
  byToken: false,
  sinceMs: null,
  waiting: null,
  ...some,
})

const needs: Source = ({ needs: open, counts }) =>
  open.map((need) => ({
    kind: need.cause,
    level: causeOf(need.cause).level,
    pageId: need.pageId,
    headline: headlineOfNeed(need),
    what: need.what,
    remedy: need.remedy,
    byToken: need.byToken === true,
    sinceMs: need.sinceMs,
    waiting: counts && holdsReplies(need.cause) ? waitingOf(need.pageId, counts) : null,
  }))

const headlineOfNeed = (need: OpenNeed): string => {
  if (need.cause === 'token_missing' && need.pageId === WHOLE_BOT) return 'The bot needs its first token'
  const label = need.pageId === WHOLE_BOT ? 'The bot' : (need.pageName ?? pageLabel(need))
  return `${label} ${causeOf(need.cause).condition}`
}

const waitingOf = (pageId: string, counts: QueueCounts): number =>
  pageId === WHOLE_BOT ? sum(counts.outbox.values()) : (counts.outbox.get(pageId) ?? 0)

const database: Source = ({ counts }) =>
  counts !== null
    ? []
    : [
        finding({
          kind: 'database',
          level: 'needed',
          headline: 'The database does not answer',
          what: 'Webhooks are refused until it does, and Facebook sends them again.',
          remedy:
            'The log says why, under `BOT_STORE_UNAVAILABLE`; `npm run doctor` looks at disk and folder.',
        }),
      ]

const graph: Source = ({ graphSilentSinceMs: sinceMs }) =>
  sinceMs === null
    ? []
    : [
        finding({
          kind: 'graph',
          level: 'look',
          headline: 'Facebook does not answer',
          what: 'Calls of the Graph API fail. Replies wait and leave by themselves once Facebook answers; nothing is lost.',
          remedy:
            'See metastatus.com; if Facebook is well, `npm run doctor` tells what keeps this machine from it.',
          sinceMs,
        }),
      ]

const checking: Source = ({ tokens }) =>
  tokens
    .filter(({ state }) => state === 'suspect')
    .map((status) =>
      finding({
        kind: 'checking',
        level: 'look',
        pageId: status.pageId,
        headline: `Checking the token of ${status.pageName ?? pageLabel(status)}`,
        what: 'Facebook refused a call because of it. Whether it is dead is known within seconds; replies wait meanwhile.',
      }),
    )

// Events and replies that have waited for less count as being worked on.
const BEHIND_MS = 60_000

/** A long queue is a finding only if no paused Page explains it. */
const behind: Source = ({ nowMs, counts, needs: open, tokens, graphSilentSinceMs }) => {
  if (counts === null || graphSilentSinceMs !== null) return []
  const isHeld = (pageId: string): boolean =>
    open.some((need) => holdsReplies(need.cause) && [pageId, WHOLE_BOT].includes(need.pageId)) ||
    tokens.some((status) => status.pageId === pageId && status.state === 'suspect')
  const free = [...counts.oldest.outboxMs].filter(([pageId]) => !isHeld(pageId))
  const sinceMs = Math.min(counts.oldest.inboxMs ?? nowMs, ...free.map(([, ms]) => ms))
  if (nowMs - sinceMs < BEHIND_MS) return []
  const waiting = counts.inbox + sum(free.map(([pageId]) => counts.outbox.get(pageId) ?? 0))
  return [
    finding({
      kind: 'behind',
      level: 'look',
      headline: 'Catching up',
      what: `${waiting.toLocaleString('en')} ${waiting === 1 ? 'message' : 'messages'} in the queues. Sending is tried again by itself; nothing is lost.`,
      sinceMs,
    }),
  ]
}

/** Whether an open need reports the same trouble already. */
const isTold = (open: readonly OpenNeed[], pageId: string, ...causes: NeedCause[]): boolean =>
  open.some((need) => causes.includes(need.cause) && [pageId, WHOLE_BOT].includes(need.pageId))

const pageWebhooks: Source = ({ tokens, webhooksOf, needs: open }) =>
  tokens
    .filter(({ pageId, state }) => state === 'valid' && !isTold(open, pageId, 'unsubscribed'))
    .flatMap(({ pageId, pageName }) => {
      const webhooks = webhooksOf(pageId)
      const name = pageName ?? `Page ${pageId}`
      const remedy = `Run \`npm run bootstrap-token -- --page ${pageId}\`; it subscribes the Page again.`
      const common = { kind: 'page_webhook', pageId, remedy, byToken: true } as const
      if (webhooks.is === 'none' || (webhooks.is === 'partly' && webhooks.missing.includes('messages'))) {
        return [
          finding({
            ...common,
            level: 'needed',
            headline: `${name} may not hear its visitors`,
            what: 'The Page does not send its messages to this app.',
          }),
        ]
      }
      if (webhooks.is !== 'partly') return []
      return [
        finding({
          ...common,
          level: 'look',
          headline: `${name} hears not everything`,
          what: `The Page is not subscribed to ${webhooks.missing.join(', ')}.`,
        }),
      ]
    })

const appWebhooks: Source = ({ appWebhook: webhook, webhookUrl, needs: open }) => {
  if (webhook === null || isTold(open, WHOLE_BOT, 'webhook', 'silent')) return []
  const why = whyNone(webhook)
  if (why !== null) {
    const headline = 'The bot hears nothing from Facebook'
    return [finding({ kind: 'webhook', level: 'needed', headline, ...noWebhooks(why, webhookUrl) })]
  }
  if (webhook.is === 'unknown') {
    return [
      finding({
        kind: 'app_webhook',
        level: 'look',
        headline: 'It is not known where webhooks go',
        what: `Facebook was asked where it sends the webhooks of this app, and did not say: ${webhook.why}`,
        remedy: 'It is asked again within a minute; `npm run doctor` asks now.',
      }),
    ]
  }
  if (webhook.is === 'absent' || webhook.missing.length === 0) return []
  return [
    finding({
      kind: 'app_webhook',
      level: 'look',
      headline: 'The app is not subscribed to everything',
      what: `The webhook of the app leaves out ${webhook.missing.join(', ')}.`,
      remedy: 'Tick these fields in App dashboard > Messenger > Settings > Webhooks.',
    }),
  ]
}

const permissions: Source = ({ tokens, needs: open, neededScopes }) =>
  tokens
    .filter(({ pageId, state }) => state === 'valid' && !isTold(open, pageId, 'permission'))
    .flatMap(({ pageId, pageName, scopes }) => {
      const missing = neededScopes.filter((scope) => !scopes.includes(scope))
      if (scopes.length === 0 || missing.length === 0) return []
      return [
        finding({
          kind: 'permissions',
          level: 'look',
          pageId,
          headline: `${pageName ?? `Page ${pageId}`} lacks a permission`,
          what: `The token works, and lacks ${missing.join(', ')}.`,
          remedy: `Run \`npm run bootstrap-token -- --page ${pageId}\` with a user token that has it.`,
          byToken: true,
        }),
      ]
    })

const profiles: Source = ({ tokens, needs: open, profileOf }) =>
  tokens
    .filter(({ pageId, state }) => state === 'valid' && !isTold(open, pageId, 'profile'))
    .flatMap(({ pageId, pageName }) => {
      const { is, error } = profileOf(pageId)
      if (is !== 'failed' && is !== 'differs') return []
      return [
        finding({
          kind: 'page_profile',
          level: 'look',
          pageId,
          headline: `${pageName ?? `Page ${pageId}`} ${causeOf('profile').condition}`,
          what:
            is === 'failed'
              ? `The Messenger profile could not be set: ${error ?? 'Facebook did not say why'}.`
              : 'The Messenger profile does not stay as it is set.',
          remedy: 'It is tried again by itself; look for "profile" in the log.',
        }),
      ]
    })

const SOURCES: readonly Source[] = [
  needs,
  database,
  checking,
  graph,
  behind,
  pageWebhooks,
  appWebhooks,
  permissions,
  profiles,
]
