import type { Clock } from '../../base/clock.ts'
import type { Log } from '../../base/logger.ts'
import { codeOf, createLink, type Link } from './connection.ts'
import { unopened } from './database.ts'
import { CHANNEL } from './noticed-elsewhere.ts'
import { migrate } from './schema.ts'

/**
 * Which of several processes works on the queues: the keeper. Its lease is a row of the database with an end by the database's
 * clock. A process that takes the lease over raises the fence, and from then on no transaction of the one before can be kept.
 *
 * To Facebook there is no fence: {@link Lease.isHeld} goes by a deadline that lies before the database's, on a clock that is
 * never set, and has to be asked in the very moment in which something is sent.
 */
export interface Lease {
  fence: number
  isHeld: () => boolean
  /** How long it is held without another word of the database, ms; not above zero when it has run out. */
  leftMs: () => number
  /** Calls the listener when another process may have written, and at every beat. */
  onLook: (listener: () => void) => void
  /** Lets another process take it at once. Call it when nothing is sent any more. */
  release: () => Promise<void>
}

export interface LeaseOptions {
  url: string
  name: string
  /** Unique among all processes, over all time. */
  owner: string
  /** Where this process runs, for those who wait. */
  host: string
  clock: Clock
  log: Pick<Log, 'info' | 'warn'>
  /** Another process has it: this one must end. */
  onLost: (error: Error) => void
  times?: LeaseTimes
}

export interface LeaseTimes {
  leaseMs: number
  beatMs: number
}

/** A shorter lease would make a lapse, and replies in doubt, of every failover of the database. */
export const LEASE_TIMES: LeaseTimes = { leaseMs: 10_000, beatMs: 3000 }

/** So much before the database's deadline ours lies. */
const MARGIN_MS = 200
/** How often a process that waits asks, besides when it is told. */
const ASK_EVERY_MS = 1000
const TELL_AGAIN_MS = 10 * 60_000
const RECONNECT_MS = 250

/**
 * Waits until no other process has the lease, and takes it.
 *
 * @throws BotError `BOT_STORE_UNAVAILABLE` when the database cannot be reached at first; later it is waited for
 */
export const takeLease = async (options: LeaseOptions): Promise<Lease> => {
  const { owner, host, clock, log, onLost, times = LEASE_TIMES } = options
  let wake = (): void => undefined
  let look = (): void => undefined

  const link = createLink(options, async (opened) => {
    void opened.closed.then(() => wake())
    opened.onNotification((sender) => {
      wake()
      if (sender !== owner) look()
    })
    await opened.query([{ text: `listen ${CHANNEL}` }])
  })

  /** Ends early when something happens. */
  const pause = async (ms: number): Promise<void> => {
    const { promise, resolve } = Promise.withResolvers<void>()
    const cancel = clock.after(ms, resolve)
    wake = resolve
    await promise
    cancel()
    wake = () => undefined
  }

  let heldUntilMs = Number.NEGATIVE_INFINITY
  const prolong = (askedMs: number): void => {
    heldUntilMs = askedMs + times.leaseMs - MARGIN_MS
  }

  const fence = await (async (): Promise<number> => {
    await migrate(await link.ready()).catch((error: unknown) => {
      throw unopened(error)
    })
    const told = { holder: '', ms: Number.NEGATIVE_INFINITY }
    for (;;) {
      const askedMs = clock.elapsed()
      const taken = await take(link, owner, host, times).catch(() => null)
      if (taken !== null && 'fence' in taken) {
        prolong(askedMs)
        return taken.fence
      }
      if (taken !== null && (taken.holder !== told.holder || askedMs - told.ms >= TELL_AGAIN_MS)) {
        Object.assign(told, { holder: taken.holder, ms: askedMs })
        log.info({ keeper: taken.holder }, 'another instance works on this database: this one stands by')
      }
      await pause(ASK_EVERY_MS)
    }
  })().catch(async (error: unknown) => {
    await link.close()
    throw unopened(error)
  })

  let isOver = false
  const renew = async (): Promise<void> => {
    const askedMs = clock.elapsed()
    try {
      const open = await link.ready()
      const [rows = []] = await open.query([
        {
          text: `update evergreen.keeper set until = clock_timestamp() + $1 * interval '1 ms'
                 where owner = $2 and fence = $3 returning fence`,
          values: [times.leaseMs, owner, fence],
        },
      ])
      if (isOver) return
      if (rows.length > 0) return prolong(askedMs)
      isOver = true
      heldUntilMs = Number.NEGATIVE_INFINITY
      onLost(new Error('another instance has taken over'))
    } catch (error) {
      if (!isOver) log.warn({ code: codeOf(error) }, 'the lease could not be renewed; tried again at once')
      await clock.sleep(RECONNECT_MS).catch(() => undefined)
    }
  }

  const beat = async (): Promise<void> => {
    while (!isOver) {
      await pause(link.isOpen() ? times.beatMs : 0)
      if (isOver) return
      await renew()
      look()
    }
  }
  const beating = beat()

  return {
    fence,
    isHeld: () => clock.elapsed() < heldUntilMs,
    leftMs: () => heldUntilMs - clock.elapsed(),
    onLook: (listener) => {
      look = listener
    },
    release: async () => {
      isOver = true
      heldUntilMs = Number.NEGATIVE_INFINITY
      wake()
      await beating
      const open = await link.ready().catch(() => null)
      // Without it the lease runs out by itself.
      await open
        ?.query([
          {
            text: `update evergreen.keeper set owner = null, until = '-infinity' where owner = $1 and fence = $2`,
            values: [owner, fence],
          },
          { text: 'select pg_notify($1, $2)', values: [CHANNEL, owner] },
        ])
        .catch(() => undefined)
      await link.close()
    },
  }
}

const take = async (
  link: Link,
  owner: string,
  host: string,
  { leaseMs }: LeaseTimes,
): Promise<{ fence: number } | { holder: string }> => {
  const [[taken] = [], [row] = []] = await (
    await link.ready()
  ).query([
    {
      text: `update evergreen.keeper set fence = fence + 1, owner = $1, host = $2, since = clock_timestamp(),
               until = clock_timestamp() + $3 * interval '1 ms'
             where until < clock_timestamp() returning fence`,
      values: [owner, host, leaseMs],
    },
    { text: 'select host from evergreen.keeper' },
  ])
  if (taken !== undefined) return { fence: taken['fence'] as number }
  return { holder: (row?.['host'] as string | null) ?? 'another instance' }
}
