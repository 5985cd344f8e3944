import { sum } from '../base/numbers.ts'
import type { PageActivity, ActiveConversation } from '../metrics/activity.ts'
import type { AppWebhookState, Subscription } from '../findings/facts.ts'
import type { Finding } from '../findings/findings.ts'
import type { WaitingVisitor } from '../findings/people.ts'
import type { ProfileStatus } from '../profile/profile-sync.ts'
import type { QueueCounts } from '../store/store.ts'
import type { DeadLetter } from '../store/dead-letters.ts'
import type { PageTokenStatus } from '../token/page-tokens.ts'

/** The state of the bot's parts at one moment. */
export interface ConsoleFacts {
  nowMs: number
  findings: readonly Finding[]
  tokens: readonly PageTokenStatus[]
  /** Further facts of the stored tokens. */
  stored: readonly { pageId: string; userId: string | null }[]
  /** Null when the database does not answer. */
  counts: QueueCounts | null
  activityOf: (pageId: string) => PageActivity
  profileOf: (pageId: string) => ProfileStatus
  webhooksOf: (pageId: string) => Subscription
  /** When an automatic reply of the Page itself was last seen, ms since the epoch; null if none was. */
  automaticRepliesOf: (pageId: string) => number | null
  conversations: readonly ActiveConversation[]
  /** Visitors who wait for a person; null when the database does not answer. */
  waiting: readonly WaitingVisitor[] | null
  /** A visitor's name at Facebook; null if the bot does not have it yet. */
  visitorName: (visitor: { pageId: string; psid: string }) => string | null
  /** The latest dead letters. */
  dead: readonly DeadLetter[]
  /** The app-level subscription; null while it is not known. */
  appWebhook: AppWebhookState | null
}

/** The content of the overview. */
export interface ConsoleView {
  nowMs: number
  /** The findings, the most serious first. */
  findings: readonly Finding[]
  /** When the last event of a visitor came, ms since the epoch; null before the first one. */
  lastHeardMs: number | null
  figures: Figures
  pages: PageView[]
  appWebhook: AppWebhookState | null
  conversations: (ActiveConversation & Named)[]
  waiting: (WaitingVisitor & Named)[]
  dead: { count: number; latest: (DeadLetter & Named)[] }
}

/** The names that are shown with ids. */
export interface Named {
  pageLabel: string
  visitorName: string | null
}

export interface Figures {
  waitingIn: { count: number; sinceMs: number | null } | null
  waitingOut: { count: number; sinceMs: number | null } | null
  dead: number | null
  repliesLastHour: number
}

export interface PageView {
  status: PageTokenStatus
  /** App-scoped id of the person behind the token. */
  grantedBy: string | null
  webhooks: Subscription
  profile: ProfileStatus
  automaticRepliesMs: number | null
  waiting: { count: number; sinceMs: number | null } | null
  activity: PageActivity
}

export const toConsoleView = (facts: ConsoleFacts): ConsoleView => {
  const { nowMs, tokens, counts, activityOf } = facts
  const pages = tokens.map((status) => toPageView(facts, status))
  return {
    nowMs,
    findings: facts.findings,
    lastHeardMs: lastOf(tokens.flatMap(({ pageId }) => activityOf(pageId).lastHeardMs ?? [])),
    figures: {
      waitingIn: counts && { count: counts.inbox, sinceMs: counts.oldest.inboxMs },
      waitingOut: counts && { count: sum(counts.outbox.values()), sinceMs: oldestOf(counts) },
      dead: counts?.dead ?? null,
      repliesLastHour: sum(tokens.flatMap(({ pageId }) => activityOf(pageId).repliesPerMinute)),
    },
    pages,
    appWebhook: facts.appWebhook,
    conversations: facts.conversations.map((one) => ({ ...one, ...namesOf(facts, one) })),
    waiting: (facts.waiting ?? []).map((one) => ({ ...one, ...namesOf(facts, one) })),
    dead: {
      count: counts?.dead ?? facts.dead.length,
      latest: facts.dead.map((letter) => ({ ...letter, ...namesOf(facts, letter) })),
    },
  }
}

const namesOf = (
  { tokens, visitorName }: ConsoleFacts,
  { pageId, psid }: { pageId: string; psid: string | null },
): Named => ({
  pageLabel: pageNameOf(tokens, pageId),
  visitorName: psid === null ? null : visitorName({ pageId, psid }),
})

/** The name of a Page, for places that show its id separately or do not need it. */
export const pageNameOf = (tokens: readonly PageTokenStatus[], pageId: string): string =>
  tokens.find((status) => status.pageId === pageId)?.pageName ?? `Page ${pageId}`

const toPageView = (facts: ConsoleFacts, status: PageTokenStatus): PageView => {
  const { stored, counts, activityOf } = facts
  const { pageId } = status
  const record = stored.find((page) => page.pageId === pageId)
  return {
    status,
    grantedBy: record?.userId ?? null,
    webhooks: facts.webhooksOf(pageId),
    profile: facts.profileOf(pageId),
    automaticRepliesMs: facts.automaticRepliesOf(pageId),
    waiting: counts && {
      count: counts.outbox.get(pageId) ?? 0,
      sinceMs: counts.oldest.outboxMs.get(pageId) ?? null,
    },
    activity: activityOf(pageId),
  }
}

const lastOf = (moments: readonly number[]): number | null =>
  moments.length === 0 ? null : Math.max(...moments)

const oldestOf = ({ oldest }: QueueCounts): number | null =>
  oldest.outboxMs.size === 0 ? null : Math.min(...oldest.outboxMs.values())
