import type { Clock } from '../base/clock.ts'
import { WHOLE_BOT, type Need, type Needs } from '../alerts/needs.ts'
import type { Store } from '../store/store.ts'
import { refusedAgainAndAgain } from './refused-replies.ts'
import { noWebhooks, whyNone } from './no-webhooks.ts'
import type { AppWebhookState } from './facts.ts'
import type { WaitingVisitor } from './people.ts'

export interface WatchDeps {
  needs: Pick<Needs, 'raise' | 'update' | 'settle' | 'open'>
  deadLetters: Pick<Store['deadLetters'], 'list'>
  /** Visitors who wait for a person. */
  waiting: () => Promise<WaitingVisitor[]>
  /** Whether it is a quiet hour, in which no alert about waiting visitors is sent. */
  isQuiet: () => boolean
  /** The app-level subscription; null if it is not known, or while there is no Page with a token. */
  appWebhook: () => AppWebhookState | null
  /** The address that Facebook is to call; null where the bot has none. */
  webhookUrl: string | null
  nameOf: (pageId: string) => string | null
  clock: Pick<Clock, 'elapsed' | 'after'>
  log: { warn: (facts: object, message: string) => void }
}

const EVERY_MS = 15_000
/** Visitors who ask within this time share one notice. */
const PERSON_QUIET_MS = 10 * 60_000
const PATIENCE_MS = 60_000
/** Larger numbers are told as "more than" this. */
const MOST_REFUSED = 50

/** Every 15 seconds checks dead letters, visitors who wait for a person and the app's webhook, and raises needs for them. */
export const createWatch = (
  deps: WatchDeps,
): { start: () => void; stop: () => void; look: () => Promise<void> } => {
  const { needs, clock, log } = deps
  const personRaisedMs = new Map<string, number>()
  let cancel = (): void => undefined
  let isStopped = true
  let unheardSinceMs: number | null = null
  /** The sentences about refused replies that were told last. */
  let toldRefused: ReadonlySet<string> = new Set()

  const bring = (need: Need): void => {
    if (isOpen(need)) needs.update(need)
    else needs.raise(need)
  }

  const isOpen = ({ pageId, cause }: Pick<Need, 'pageId' | 'cause'>): boolean =>
    needs.open().some((need) => need.pageId === pageId && need.cause === cause)

  const lookAtRefused = async (): Promise<void> => {
    const { letters, next } = await deps.deadLetters.list({ reason: 'bad_request', limit: MOST_REFUSED })
    const [latest] = letters
    if (latest === undefined) return needs.settle(WHOLE_BOT, 'refused')
    const number = `${next === null ? '' : 'more than '}${letters.length}`
    const again = refusedAgainAndAgain(letters)
    // Another refused reply gets a new alert; further refusals of the same reply do not.
    if (again.some((reply) => !toldRefused.has(reply))) needs.settle(WHOLE_BOT, 'refused')
    toldRefused = new Set(again)
    bring({
      pageId: WHOLE_BOT,
      pageName: null,
      cause: 'refused',
      what: `${again.map((reply) => `${reply} `).join('')}Facebook did not accept ${number} ${letters.length === 1 ? 'reply' : 'replies'}, which ${letters.length === 1 ? 'is a dead letter' : 'are dead letters'} now. Of the latest it said: ${latest.error?.message ?? 'nothing'}.`,
      remedy:
        again.length > 0
          ? 'Correct the named reply in the script (BOT_SCRIPT) as Facebook says, then retry or drop the refused replies with `npm run dead-letters`, or in the console.'
          : 'Look at each with `npm run dead-letters`, or in the console; retry it once the cause is mended, or drop it.',
    })
  }

  const lookAtPeople = async (): Promise<void> => {
    const byPage = Map.groupBy(await deps.waiting(), ({ pageId }) => pageId)
    for (const need of needs.open()) {
      if (need.cause === 'person' && !byPage.has(need.pageId)) needs.settle(need.pageId, 'person')
    }
    for (const [pageId, visitors] of byPage) {
      const need = personNeed(pageId, deps.nameOf(pageId), visitors.length)
      const quietUntilMs = (personRaisedMs.get(pageId) ?? Number.NEGATIVE_INFINITY) + PERSON_QUIET_MS
      if (isOpen(need)) needs.update(need)
      else if (clock.elapsed() >= quietUntilMs && !deps.isQuiet()) {
        personRaisedMs.set(pageId, clock.elapsed())
        needs.raise(need)
      }
    }
  }

  const lookAtWebhook = (): void => {
    const webhook = deps.appWebhook()
    if (webhook === null || webhook.is === 'unknown') return
    const trouble = whyNone(webhook)
    if (trouble === null) {
      unheardSinceMs = null
      return needs.settle(WHOLE_BOT, 'webhook')
    }
    unheardSinceMs ??= clock.elapsed()
    // After a Page has been connected, the bot or its operator needs some time to set the webhook.
    if (clock.elapsed() - unheardSinceMs < PATIENCE_MS) return
    bring({
      pageId: WHOLE_BOT,
      pageName: null,
      cause: 'webhook',
      ...noWebhooks(trouble, deps.webhookUrl),
    })
  }

  const look = async (): Promise<void> => {
    const looked = await Promise.allSettled([
      lookAtRefused(),
      lookAtPeople(),
      Promise.resolve().then(lookAtWebhook),
    ])
    for (const one of looked) {
      if (one.status === 'rejected' && !isStopped)
        log.warn({ err: one.reason as unknown }, 'one of the looks at the bot failed')
    }
  }

  const again = (): void => {
    cancel = clock.after(EVERY_MS, () => {
      void look().then(() => {
        if (!isStopped) again()
      })
    })
  }

  return {
    start: () => {
      isStopped = false
      again()
    },
    stop: () => {
      isStopped = true
      cancel()
    },
    look,
  }
}

const personNeed = (pageId: string, pageName: string | null, number: number): Need => ({
  pageId,
  pageName,
  cause: 'person',
  what: `${number === 1 ? 'A visitor has' : `${number} visitors have`} asked for a person and heard from none yet.`,
  remedy:
    "Answer in the console, or in the Page's inbox (business.facebook.com/latest/inbox). ALERT_PERSON=off ends these notices, ALERT_QUIET=22:00-07:00 holds them back at night.",
})
