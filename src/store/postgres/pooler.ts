import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { setTimeout as sleepFor } from 'node:timers/promises'
import type { Client } from 'pg'
import type { Clock } from '../../base/clock.ts'
import { BotError } from '../../base/errors.ts'

/** Time limit for a notification through a pooler in session mode. */
const HEARD_WITHIN_MS = 2000

/**
 * Detects a pooler in transaction mode, which gives each transaction any session of the server: time limits are lost, and `LISTEN` gets
 * nothing, without an error. The notification is sent by a second connection, because a session hears itself in either mode.
 *
 * @param open - opens another connection with the same settings
 * @throws BotError `BOT_STORE_UNAVAILABLE` behind a pooler in transaction mode
 */
export const assertOwnSession = async (
  client: Client,
  open: () => Promise<Client>,
  sleep: Clock['sleep'] = (ms, signal) => sleepFor(ms, undefined, { signal }),
): Promise<void> => {
  const channel = `evergreen_${randomBytes(8).toString('hex')}`
  const enough = new AbortController()
  // A connection that breaks says nothing about the pooler: its error is thrown.
  const heard = once(client, 'notification', enough).then(() => true)
  heard.catch(() => undefined)
  await client.query(`listen ${channel}`)
  const other = await open()
  try {
    await other.query('select pg_notify($1, $2)', [channel, ''])
    if (!(await Promise.race([heard, isOver(other, sleep, enough.signal)]))) throw pooled()
  } finally {
    enough.abort()
    void other.end().catch(() => undefined)
  }
  await client.query(`unlisten ${channel}`)
}

/**
 * Resolves to false when the time is over and the server has answered once more: if this process or the machine stood still for that
 * long, the notification is read before the answer.
 */
const isOver = async (other: Client, sleep: Clock['sleep'], signal: AbortSignal): Promise<false> => {
  await sleep(HEARD_WITHIN_MS, signal)
  await other.query('select 1')
  return false
}

/** Whether another server process answers than the one that the connection was made to. */
export const isPooled = (client: Client, pid: number): boolean =>
  (client as Client & { processID: number | null }).processID !== pid

const pooled = (): BotError =>
  new BotError(
    'BOT_STORE_UNAVAILABLE',
    'a pooler in transaction mode stands in front of the database: LISTEN hears nothing through it',
    {
      remedy:
        'Give DATABASE_URL the direct address of the server, or the one of a pooler in session mode (PgBouncer: pool_mode=session).',
    },
  )
