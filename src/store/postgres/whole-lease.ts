import { codeOf } from '../../base/error-code.ts'
import type { Clock } from '../../base/clock.ts'
import type { Log } from '../../base/logger.ts'
import { createLink, type ConnectionOptions, type Link } from './connection.ts'
import { migrate } from './schema.ts'
import { unopened } from './unopened.ts'

/**
 * The lease on the whole database: one row with an owner and an end by the database's clock. A process that works on all of the database
 * alone takes it, as `move-to-postgres` does, and as every instance did up to version 3 of the tables. Instances that keep Pages give it
 * to {@link SHARED} for ever, so an older instance stands by whenever it is started.
 */
export const SHARED = 'instances'

export interface Standby extends ConnectionOptions {
  /** Unique among all processes, over all time. */
  owner: string
  /** The host of this process, for messages. */
  host: string
  /** Of the program. */
  version: string
  clock: Clock
  log: Pick<Log, 'info'>
}

const LEASE_MS = 10_000
const BEAT_MS = 3000
const ASK_EVERY_MS = 1000
const TELL_AGAIN_MS = 10 * 60_000

/**
 * Waits until no process works on the whole database, and joins the instances that share it.
 *
 * @throws BotError `BOT_STORE_UNAVAILABLE` when the database cannot be reached at first; later it is waited for
 */
export const waitForTurn = (link: Link, options: Standby): Promise<void> =>
  waited(link, options, async () => {
    const { owner, host, version } = options
    const rows = await (
      await link.ready()
    ).query([
      {
        text: `update evergreen.keeper set owner = $1, host = null, since = clock_timestamp(), until = 'infinity', fence = fence + 1
               where owner is distinct from $1 and until < clock_timestamp()`,
        values: [SHARED],
      },
      {
        text: `insert into evergreen.instance (id, host, version, takes)
               select $1, $2, $3, false from evergreen.keeper where owner = $4
               on conflict (id) do nothing`,
        values: [owner, host, version, SHARED],
      },
      { text: 'select owner, host from evergreen.keeper' },
    ])
    const [row] = rows[2] ?? []
    return row?.['owner'] === SHARED ? null : ((row?.['host'] as string | null) ?? 'another process')
  })

/**
 * Waits until no process works on the database, and keeps all others out until `release` is called.
 *
 * @throws BotError `BOT_STORE_UNAVAILABLE`
 */
export const takeWhole = async (options: Standby): Promise<{ release: () => Promise<void> }> => {
  const { owner, host, clock } = options
  const link = createLink(options)
  await waited(link, options, async () => {
    const [, [row] = []] = await (
      await link.ready()
    ).query([
      {
        text: `update evergreen.keeper set owner = $1, host = $2, since = clock_timestamp(), fence = fence + 1,
                 until = clock_timestamp() + $3 * interval '1 ms'
               where until < clock_timestamp() or owner = $4 and not exists (
                 select from evergreen.instance where beat > clock_timestamp() - $3 * interval '1 ms')`,
        values: [owner, host, LEASE_MS, SHARED],
      },
      { text: 'select owner, host from evergreen.keeper' },
    ])
    return row?.['owner'] === owner ? null : ((row?.['host'] as string | null) ?? 'another instance')
  })
  const renew = (): void => {
    void link
      .ready()
      .then((open) =>
        open.query([
          {
            text: `update evergreen.keeper set until = clock_timestamp() + $2 * interval '1 ms' where owner = $1`,
            values: [owner, LEASE_MS],
          },
        ]),
      )
      .catch(() => undefined)
    cancel = clock.after(BEAT_MS, renew)
  }
  let cancel = clock.after(BEAT_MS, renew)
  return {
    release: async () => {
      cancel()
      const open = await link.ready().catch(() => null)
      await open
        ?.query([
          {
            text: `update evergreen.keeper set owner = null, until = '-infinity' where owner = $1`,
            values: [owner],
          },
        ])
        .catch(() => undefined)
      await link.close()
    },
  }
}

/** @param ask - resolves to the host of the process that is waited for; null for none */
const waited = async (
  link: Link,
  { clock, log }: Standby,
  ask: () => Promise<string | null>,
): Promise<void> => {
  try {
    await migrate(await link.ready())
    let told = { holder: '', ms: Number.NEGATIVE_INFINITY }
    for (;;) {
      const holder = await ask().catch((error: unknown) => {
        if (codeOf(error)?.startsWith('42') === true) throw error
        return ''
      })
      if (holder === null) return
      const ms = clock.elapsed()
      if (holder !== '' && (holder !== told.holder || ms - told.ms >= TELL_AGAIN_MS)) {
        told = { holder, ms }
        log.info({ keeper: holder }, 'another process works on the whole database: this one stands by')
      }
      await clock.sleep(ASK_EVERY_MS).catch(() => undefined)
    }
  } catch (error) {
    await link.close()
    throw unopened(error)
  }
}
