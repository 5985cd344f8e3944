import type { Clock } from '../base/clock.ts'
import { WHOLE_BOT, type Needs } from '../alerts/needs.ts'
import type { Log } from '../base/logger.ts'
import { within } from '../base/within.ts'
import type { Store } from '../store/store.ts'
import type { PageTokens } from '../token/page-tokens.ts'
import type { Repair } from './repair.ts'
import type { RepairOrder, Repairs } from './repairs.ts'

/** Starts repairs with a pasted token or by a login. */
export interface RepairDesk {
  /** Begins a repair of the Pages that a new token may mend. Resolves as {@link RepairDesk.soon} does. */
  begin: (asked: RepairRequest) => Promise<Repair>
  /**
   * Resolves when the repair is over or needs a choice, at the latest after {@link PATIENCE_MS}, so that the operator sees its
   * page soon.
   */
  soon: (repair: Repair) => Promise<void>
  /** Number of replies of the mended Pages that are not sent yet; null before a Page is mended. */
  waiting: (repair: Repair) => Promise<number | null>
}

export interface RepairRequest extends Pick<RepairOrder, 'id' | 'session' | 'userToken'> {
  /** For the log: the operator's network address, and how the token comes. */
  client: string
  by: string
  /** The Pages the operator named; empty for none. */
  pageIds: readonly string[]
  /** Whether the operator wants to choose the Pages. */
  mayChoose: boolean
}

/** Most repairs end within this time, and their page is then complete without JavaScript. */
const PATIENCE_MS = 1500

export const createRepairDesk = (deps: {
  repairs: Repairs
  needs: Pick<Needs, 'open'>
  tokens: Pick<PageTokens, 'statuses'>
  store: Pick<Store, 'counts'>
  clock: Pick<Clock, 'after'>
  log: Pick<Log, 'info'>
}): RepairDesk => {
  const { repairs, needs, tokens, store, clock, log } = deps

  /** The Pages with a need that a new token may mend. Without repeats, because a Page may have several such needs. */
  const sickPages = (): string[] => {
    const mendable = needs.open().filter(({ pageId, byToken }) => pageId !== WHOLE_BOT && byToken === true)
    return [...new Set(mendable.map(({ pageId }) => pageId))]
  }

  const soon: RepairDesk['soon'] = (repair) => within(clock, PATIENCE_MS, repair.settled(), undefined)

  return {
    begin: async ({ id, session, userToken, client, by, pageIds, mayChoose }) => {
      const sick = sickPages()
      const counts = await store.counts().catch(() => null)
      const repair = repairs.begin({
        id,
        session,
        isFirst: tokens.statuses().every(({ state }) => state === 'missing'),
        waiting: counts?.outbox ?? new Map(),
        userToken,
        // If a single Page needs a token, the repair is about that Page, even if Facebook does not list it.
        pageIds: pageIds.length > 0 ? pageIds : sick.length === 1 && !mayChoose ? sick : [],
        likely: sick.length > 0 ? sick : tokens.statuses().map(({ pageId }) => pageId),
      })
      log.info({ client, by, repair: repair.id }, 'the operator started a repair')
      void repair.settled().then(() => {
        const { is, pages, failure } = repair.view()
        const facts = { repair: repair.id, pages: pages.map(({ id }) => id), code: failure?.code }
        log.info(facts, `the repair is ${is}`)
      })
      await soon(repair)
      return repair
    },
    soon,
    waiting: async (repair) => {
      const { is, pages } = repair.view()
      if (is !== 'done') return null
      const counts = await store.counts().catch(() => null)
      return counts && pages.reduce((sum, { id }) => sum + (counts.outbox.get(id) ?? 0), 0)
    },
  }
}
