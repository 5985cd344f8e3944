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
  /** The town's bot, which runs, and two that do not yet. */
  instances: BotProcess[]
  /** How many callbacks were not answered with 200. */
  failed: () => number
}

/** A town whose bot has two twins on one PostgreSQL database, behind a load balancer. */
export const startInstances = async (
  t: Test,
  { env = {}, url: given, ...options }: TownOptions & { url?: string },
): Promise<InstancesOfTown> => {
  const url = given ?? (await freshDatabase())
  const shared = { DATABASE_URL: url, TOKEN_KEY: randomBytes(32).toString('base64'), DRAIN_SECONDS: '0.5' }
  const town = await startTown(t, { ...options, env: { ...shared, ...env }, seed: SEED })
  const instances = [town.bot, await town.bot.twin('elsewhere'), await town.bot.twin('elsewhere')]
  const { address, failed } = await startBalancer(
    t,
    instances.map((instance) => instance.address),
  )
  town.sandbox.setWebhook({ url: `${address}/webhook`, verifyToken: 'verify-1' })
  return { town, url, instances, failed }
}

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
