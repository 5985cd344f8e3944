import { WEBHOOK_FIELDS } from '../channel/messenger.ts'
import type { PageActivity, RecentConversation } from '../metrics/activity.ts'
import { WHOLE_BOT, type OpenNeed } from '../alerts/needs.ts'
import { pageLabel } from '../alerts/notice.ts'
import type { ProfileStatus } from '../profile/profile-sync.ts'
import type { DeadLetter, QueueCounts } from '../store/store.ts'
import type { PageTokenStatus } from '../token/keeper.ts'

/** What the parts of the bot know at one moment. */
export interface ConsoleFacts {
  nowMs: number
  needs: readonly OpenNeed[]
  tokens: readonly PageTokenStatus[]
  /** What the token file says besides. */
  stored: readonly { pageId: string; userId: string | null; subscribedFields: string[] | null }[]
  /** Null when the database does not answer. */
  counts: QueueCounts | null
  activityOf: (pageId: string) => PageActivity
  profileOf: (pageId: string) => ProfileStatus
  /** What Facebook last told of the Page's webhooks; null before it did. */
  subscriptionOf: (pageId: string) => ToldFields | null
  conversations: readonly RecentConversation[]
  /** The latest dead letters. */
  dead: readonly DeadLetter[]
  /** Where Facebook sends this app's webhooks; null while that is not known. */
  appWebhook: AppWebhook | null
}

/** The fields the app is subscribed to at a Page; null where it is not subscribed at all. */
export interface ToldFields {
  checkedMs: number
  fields: readonly string[] | null
}

/** The app-level subscription, without which no webhook comes at all. */
export type AppWebhook =
  | { is: 'set'; url: string | null; isActive: boolean; missing: readonly string[] }
  | { is: 'absent' }
  | { is: 'unknown'; why: string }

/** What the overview shows. */
export interface ConsoleView {
  nowMs: number
  verdict: Verdict
  figures: Figures
  pages: PageView[]
  appWebhook: AppWebhook | null
  conversations: (RecentConversation & { pageLabel: string })[]
  dead: { count: number; latest: (DeadLetter & { pageLabel: string })[] }
}

/** The answer to "is my bot well?". */
export type Verdict =
  | { is: 'needed'; needs: NeedView[] }
  | { is: 'unavailable' }
  | { is: 'checking'; pages: string[] }
  | { is: 'behind'; waiting: number; sinceMs: number }
  | { is: 'well'; pages: number; lastHeardMs: number | null }

export interface NeedView extends OpenNeed {
  label: string
  /** Replies held back; null when that could not be found out. */
  waiting: number | null
  /** Whether a new user token mends it, by the forms of the console. */
  byToken: boolean
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
  waiting: { count: number; sinceMs: number | null } | null
  activity: PageActivity
}

/** `checkedMs` is null when it is only known from when the token was saved. */
export type Subscription =
  | { is: 'subscribed'; checkedMs: number | null }
  | { is: 'partly'; checkedMs: number | null; missing: readonly string[] }
  | { is: 'none'; checkedMs: number }
  | { is: 'unknown' }

// Younger than this, what waits is simply being worked on.
const BEHIND_MS = 60_000

export const toConsoleView = (facts: ConsoleFacts): ConsoleView => {
  const { nowMs, tokens, counts, activityOf } = facts
  const pages = tokens.map((status) => toPageView(facts, status))
  return {
    nowMs,
    verdict: verdictOf(facts),
    figures: {
      waitingIn: counts && { count: counts.inbox, sinceMs: counts.oldest.inboxMs },
      waitingOut: counts && { count: sum(counts.outbox.values()), sinceMs: oldestOf(counts) },
      dead: counts?.dead ?? null,
      repliesLastHour: sum(tokens.flatMap(({ pageId }) => activityOf(pageId).repliesPerMinute)),
    },
    pages,
    appWebhook: facts.appWebhook,
    conversations: facts.conversations.map((conversation) => ({
      ...conversation,
      pageLabel: nameOf(tokens, conversation.pageId),
    })),
    dead: {
      count: counts?.dead ?? facts.dead.length,
      latest: facts.dead.map((letter) => ({ ...letter, pageLabel: nameOf(tokens, letter.pageId) })),
    },
  }
}

/** How a Page is called where its id stands beside it or does not matter. */
export const nameOf = (tokens: readonly PageTokenStatus[], pageId: string): string =>
  tokens.find((status) => status.pageId === pageId)?.pageName ?? `Page ${pageId}`

const verdictOf = ({ nowMs, needs, tokens, counts, activityOf }: ConsoleFacts): Verdict => {
  if (needs.length > 0) return { is: 'needed', needs: needs.map((need) => toNeedView(need, counts)) }
  if (counts === null) return { is: 'unavailable' }
  const suspect = tokens.filter(({ state }) => state === 'suspect')
  if (suspect.length > 0)
    return { is: 'checking', pages: suspect.map((status) => status.pageName ?? pageLabel(status)) }
  const sinceMs = Math.min(counts.oldest.inboxMs ?? nowMs, oldestOf(counts) ?? nowMs)
  const waiting = counts.inbox + sum(counts.outbox.values())
  if (waiting > 0 && nowMs - sinceMs >= BEHIND_MS) return { is: 'behind', waiting, sinceMs }
  const heard = tokens.flatMap(({ pageId }) => activityOf(pageId).lastHeardMs ?? [])
  return { is: 'well', pages: tokens.length, lastHeardMs: heard.length === 0 ? null : Math.max(...heard) }
}

const toNeedView = (need: OpenNeed, counts: QueueCounts | null): NeedView => ({
  ...need,
  label: need.pageName ?? pageLabel(need),
  waiting:
    counts &&
    (need.pageId === WHOLE_BOT ? sum(counts.outbox.values()) : (counts.outbox.get(need.pageId) ?? 0)),
  byToken: need.byToken === true,
})

const toPageView = (facts: ConsoleFacts, status: PageTokenStatus): PageView => {
  const { stored, counts, activityOf } = facts
  const { pageId } = status
  const record = stored.find((page) => page.pageId === pageId)
  return {
    status,
    grantedBy: record?.userId ?? null,
    webhooks: webhooksOf(facts.subscriptionOf(pageId), record?.subscribedFields ?? null),
    profile: facts.profileOf(pageId),
    waiting: counts && {
      count: counts.outbox.get(pageId) ?? 0,
      sinceMs: counts.oldest.outboxMs.get(pageId) ?? null,
    },
    activity: activityOf(pageId),
  }
}

const webhooksOf = (seen: ToldFields | null, saved: readonly string[] | null): Subscription => {
  const checkedMs = seen?.checkedMs ?? null
  if (seen?.fields === null) return { is: 'none', checkedMs: seen.checkedMs }
  const fields = seen?.fields ?? saved
  if (fields === null) return { is: 'unknown' }
  const missing = WEBHOOK_FIELDS.filter((field) => !fields.includes(field))
  return missing.length === 0 ? { is: 'subscribed', checkedMs } : { is: 'partly', checkedMs, missing }
}

const oldestOf = ({ oldest }: QueueCounts): number | null =>
  oldest.outboxMs.size === 0 ? null : Math.min(...oldest.outboxMs.values())

const sum = (numbers: Iterable<number>): number => [...numbers].reduce((total, number) => total + number, 0)
