import type { Test } from 'tap'
import { systemClock, type Clock } from '../../src/base/clock.ts'
import type { OpenedStore } from '../../src/store/opened.ts'
import { openOnServer } from '../../src/store/postgres/open.ts'
import type { StoreReport } from '../../src/store/report.ts'
import { anyRoom } from '../store/steps.ts'
import { until } from '../helpers/until.ts'

/** Short beats; the lease stays longer than any pause of a test. */
export const TIMES = { leaseMs: 5000, beatMs: 100 }
const silent = { info: (..._said: unknown[]) => {}, warn: (..._said: unknown[]) => {} }

/** An instance on that database, which has begun to take Pages. */
export const instance = async (
  t: Test,
  url: string,
  {
    clock = systemClock,
    times = TIMES,
    report,
    log = silent,
  }: { clock?: Clock; times?: typeof TIMES; report?: StoreReport; log?: typeof silent } = {},
): Promise<OpenedStore> => {
  const opened = await openOnServer({
    url,
    dir: t.testdir(),
    version: '1',
    clock,
    log,
    times,
    ...(report && { report }),
  })
  // As the port of a bot does; while every connection is broken nothing else would.
  const alive = setInterval(() => undefined, 1000)
  t.teardown(async () => {
    await opened.close()
    clearInterval(alive)
  })
  opened.begin()
  return opened
}

export const untilFound = async <Claim>(claim: () => Promise<Claim[]>): Promise<Claim> => {
  let found: Claim | undefined
  await until(async () => {
    ;[found] = await claim()
    return found !== undefined
  })
  if (found === undefined) throw new Error('nothing was found')
  return found
}

/** Makes the Pages known, and waits until the instance keeps them all and has read what waits for them. */
export const keepsAll = async (
  { duty, store }: Pick<OpenedStore, 'duty' | 'store'>,
  ...pages: string[]
): Promise<void> => {
  await until(() => pages.filter(duty.keeps).length === pages.length)
  await store.claimOutbox(10, anyRoom)
}
