import { growingMs } from '../base/backoff.ts'
import type { Log } from '../base/logger.ts'
import type { Clock } from '../base/clock.ts'
import { BotError } from '../base/errors.ts'
import type { Graph } from '../graph/graph.ts'
import type { StoredPageToken, StoredUserToken } from '../store/tokens/records.ts'
import type { TokenStore } from '../store/tokens/token-store.ts'
import { pageWithToken } from './pages.ts'
import { inspect, prove } from './prove.ts'
import { toRefusal } from './refusals.ts'

export interface HealerDeps {
  store: Pick<TokenStore, 'users' | 'save'>
  graph: Pick<Graph, 'debugToken' | 'page' | 'me'>
  appId: string
  clock: Clock
  log: Pick<Log, 'info'>
}

/**
 * Tries to replace a dead Page token without a person, by a user token that is still good. Resolves to whether a new token was proved and
 * stored. Never throws.
 */
export type Healer = (dead: StoredPageToken) => Promise<boolean>

/** The last attempt for a Page. */
interface Attempt {
  /** Identifies the dead token and the user tokens of the attempt: with other tokens the next try may come at once. */
  with: string
  failures: number
  /** By the monotonic clock. */
  notBeforeMs: number
}

/** User tokens tried for one dead Page token; the token file rarely holds more. */
const MOST_CANDIDATES = 3
/** Waits between tries while Graph gives no usable answer; after them the operator is told. */
const PAUSES_MS = [2000, 8000]
/** Back-off after a refusal. It may pass: a lost role, for example, may be given back. */
const AGAIN = { baseMs: 15 * 60_000, capMs: 6 * 3_600_000 }

export const createHealer = (deps: HealerDeps): Healer => {
  const { store, clock, log } = deps
  const attempts = new Map<string, Attempt>()
  /** User tokens that Facebook called dead; they stay so. */
  const deadUsers = new Set<string>()

  const candidatesFor = (dead: StoredPageToken): StoredUserToken[] =>
    store
      .users()
      .filter(({ token, appId }) => appId === deps.appId && !deadUsers.has(token))
      // The owner of the dead token had a role on the Page; other people may have none. Expired user tokens are tried, too, because our
      // clock may be wrong and Facebook decides.
      .toSorted(
        (a, b) =>
          Number(isOver(a, clock.now())) - Number(isOver(b, clock.now())) ||
          rank(b, dead) - rank(a, dead) ||
          b.savedAtMs - a.savedAtMs,
      )
      .slice(0, MOST_CANDIDATES)

  const replaceWith = async (user: StoredUserToken, dead: StoredPageToken): Promise<boolean> => {
    for (const pauses = [...PAUSES_MS]; ;) {
      try {
        await replace(deps, user, dead)
        log.info({ pageId: dead.pageId }, 'the page token was replaced by a new one without a person')
        return true
      } catch (error) {
        const why = toRefusal(error)
        const pauseMs = pauses.shift()
        if (why instanceof BotError && why.retryable && pauseMs !== undefined) {
          await clock.sleep(pauseMs)
          continue
        }
        if (why instanceof BotError && why.code === 'BOT_USER_TOKEN_INVALID') deadUsers.add(user.token)
        log.info({ pageId: dead.pageId, err: why }, 'the page token could not be replaced without a person')
        return false
      }
    }
  }

  return async (dead) => {
    const candidates = candidatesFor(dead)
    if (candidates.length === 0) return false
    const tried = [dead, ...candidates].map(({ token }) => token).join(' ')
    const before = attempts.get(dead.pageId)
    const last =
      before?.with === tried ? before : { with: tried, failures: 0, notBeforeMs: Number.NEGATIVE_INFINITY }
    if (clock.elapsed() < last.notBeforeMs) return false
    for (const user of candidates) {
      if (!(await replaceWith(user, dead))) continue
      attempts.delete(dead.pageId)
      return true
    }
    const pauseMs = growingMs(last.failures, AGAIN)
    attempts.set(dead.pageId, {
      with: tried,
      failures: last.failures + 1,
      notBeforeMs: clock.elapsed() + pauseMs,
    })
    return false
  }
}

/** Stores nothing before everything is proved, as the bootstrap does. */
const replace = async (
  { graph, store, appId, clock }: HealerDeps,
  user: StoredUserToken,
  dead: StoredPageToken,
): Promise<void> => {
  await inspect(graph, appId, user.token)
  const page = await pageWithToken(graph, user.token, dead.pageId, [])
  const { pageToken, name, tasks, facts } = await prove(graph, appId, page)
  const made: StoredPageToken = {
    ...dead,
    token: pageToken,
    name: name ?? dead.name,
    userId: facts.userId,
    scopes: facts.scopes,
    tasks: tasks ?? dead.tasks,
    provedAtMs: clock.now(),
    dataAccessExpiresAtMs: facts.dataAccessExpiresAtMs ?? null,
  }
  await store.save({ pages: [made] })
}

const isOver = ({ expiresAtMs }: StoredUserToken, nowMs: number): boolean =>
  expiresAtMs !== null && expiresAtMs <= nowMs

const rank = ({ userId }: StoredUserToken, dead: StoredPageToken): number => (userId === dead.userId ? 1 : 0)
