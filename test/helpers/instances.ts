import { randomBytes } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Test } from 'tap'
import { startBalancer } from './balancer.ts'
import { startTown, type BotProcess, type Town, type TownOptions } from './bot.ts'
import { SEED } from './faults.ts'
import { freshDatabase, sql } from './postgres.ts'

export interface InstancesOfTown {
  town: Town
  /** The address of the database. */
  url: string
  /** The town's bot, which runs, and others that do not yet. */
  instances: BotProcess[]
  /** How many callbacks were not answered with 200. */
  failed: () => number
  /** The instance that keeps the Page, once one does. */
  keeperOf: (pageId: string) => Promise<BotProcess>
}

/**
 * A town whose bot has twins on one PostgreSQL database, behind a load balancer.
 *
 * @param options.count - of instances; three when left out
 */
export const startInstances = async (
  t: Test,
  { env = {}, url: given, count = 3, ...options }: TownOptions & { url?: string; count?: number },
): Promise<InstancesOfTown> => {
  const url = given ?? (await freshDatabase())
  // Long enough for a balancer on a busy machine to see the 503 at /readyz before the instance closes.
  const shared = { DATABASE_URL: url, TOKEN_KEY: randomBytes(32).toString('base64'), DRAIN_SECONDS: '2' }
  const town = await startTown(t, { ...options, env: { ...shared, ...env }, seed: SEED })
  const instances = [town.bot]
  while (instances.length < count) instances.push(await town.bot.twin('elsewhere'))
  const { address, failed } = await startBalancer(
    t,
    instances.map((instance) => instance.address),
  )
  town.sandbox.setWebhook({ url: `${address}/webhook`, verifyToken: 'verify-1' })
  const keeperOf = async (pageId: string): Promise<BotProcess> => {
    for (;;) {
      const [row] = await sql(url, KEEPER, [pageId])
      const keeper = instances.find(({ pid }) => String(row?.['host']).endsWith(`process ${pid()}`))
      if (keeper !== undefined) return keeper
      await sleep(50)
    }
  }
  return { town, url, instances, failed, keeperOf }
}

const KEEPER = `
select i.host from evergreen.lease l join evergreen.page p on p.no = l.page join evergreen.instance i on i.id = l.owner
where p.id = $1 and l.until > clock_timestamp()`

/** How many Pages each keeps, the fewest first. */
const kept = async (url: string): Promise<number[]> => {
  const rows = await sql(
    url,
    `select (select count(*) from evergreen.lease l where l.owner = i.id and l.page > 0 and l.until > now())::int as n
     from evergreen.instance i where beat > now() - interval '10 seconds' order by since`,
  )
  return rows.map((row) => row['n'] as number).toSorted((a, b) => a - b)
}

/** Waits until the instances keep so many Pages each, the fewest first. */
export const untilKept = async (url: string, pages: readonly number[]): Promise<void> => {
  while ((await kept(url)).join() !== pages.join()) await sleep(50)
}

/** Ends every lease of a Page, so that the instances that are there take their shares at once rather than one Page a beat. */
export const shareAnew = (url: string): Promise<unknown> =>
  sql(url, `update evergreen.lease set owner = null, until = '-infinity' where page > 0`)
