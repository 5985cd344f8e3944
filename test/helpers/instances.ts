import { randomBytes } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Test } from 'tap'
import { LEASE_TIMES } from '../../src/store/postgres/leases.ts'
import { startBalancer } from './balancer.ts'
import {
  FIELDS_OF_TALK,
  SCRIPT_OF_TALK,
  startTown,
  subscribeApp,
  type BotProcess,
  type Town,
  type TownOptions,
} from './bot.ts'
import { isTorture, SEED } from './faults.ts'
import { freshDatabase, sql } from './postgres.ts'
import { withConnection, type Ask } from './postgres-server.ts'
import { SHORT_TIMES } from './short-times.ts'

export interface InstancesOfTown {
  town: Town
  /** The address of the database. */
  url: string
  /** The town's bot, which runs, and others that do not yet. */
  instances: BotProcess[]
  /** How many callbacks were not answered with 200. */
  failed: () => number
  /** Resolves to the instance that keeps the Page. */
  keeperOf: (pageId: string) => Promise<BotProcess>
}

/**
 * A town whose bot has twins on one PostgreSQL database, behind a load balancer.
 *
 * @param options.count - of instances; three when left out
 */
export const startInstances = async (
  t: Test,
  {
    env = {},
    url: given,
    count = 3,
    fields = FIELDS_OF_TALK,
    script = SCRIPT_OF_TALK,
    ...options
  }: TownOptions & { url?: string; count?: number },
): Promise<InstancesOfTown> => {
  const url = given ?? (await freshDatabase())
  // Long enough for a balancer to see the 503 at /readyz before the instance closes.
  const shared = { DATABASE_URL: url, TOKEN_KEY: randomBytes(32).toString('base64'), DRAIN_SECONDS: '1' }
  const town = await startTown(t, { ...options, fields, script, env: { ...shared, ...env }, seed: SEED })
  const instances = [town.bot]
  while (instances.length < count) instances.push(await town.bot.twin('elsewhere'))
  const { address, failed } = await startBalancer(
    t,
    instances.map((instance) => instance.address),
  )
  await subscribeApp(town.sandbox, address, fields)
  const keeperOf = (pageId: string): Promise<BotProcess> =>
    untilFound(url, async (ask) => {
      const [row] = await ask(KEEPER, [pageId])
      return instances.find(({ pid }) => String(row?.['host']).endsWith(`process ${pid()}`)) ?? null
    })
  return { town, url, instances, failed, keeperOf }
}

const KEEPER = `
select i.host from evergreen.lease l join evergreen.page p on p.no = l.page join evergreen.instance i on i.id = l.owner
where p.id = $1 and l.until > clock_timestamp()`

/** How long a killed instance counts as living. */
const { leaseMs } = isTorture ? LEASE_TIMES : SHORT_TIMES['store/postgres/leases.ts'].LEASE_TIMES

const KEPT = `
select (select count(*) from evergreen.lease l where l.owner = i.id and l.page > 0 and l.until > now())::int as n
from evergreen.instance i where beat > now() - ${leaseMs} * interval '1 ms'`

/** Waits until the instances keep so many Pages each, the fewest first. */
export const untilKept = async (url: string, pages: readonly number[]): Promise<void> => {
  await untilFound(url, async (ask) => {
    const kept = (await ask(KEPT)).map((row) => row['n'] as number)
    return kept.toSorted((a, b) => a - b).join() === pages.join() || null
  })
}

/** Ends all leases of Pages, so that the instances take their shares at once and not one Page a beat. */
export const shareAnew = (url: string): Promise<unknown> =>
  sql(url, `update evergreen.lease set owner = null, until = '-infinity' where page > 0`)

/**
 * Repeats a query until it finds a result. All queries use one connection, because the server starts a process for each
 * connection.
 */
const untilFound = <Found>(url: string, look: (ask: Ask) => Promise<Found | null>): Promise<Found> =>
  withConnection(url, async (ask) => {
    for (;;) {
      const found = await look(ask)
      if (found !== null) return found
      await sleep(LOOK_EVERY_MS)
    }
  })

const LOOK_EVERY_MS = 50
