import { EventEmitter } from 'node:events'
import type { Client } from 'pg'
import t, { type Test } from 'tap'
import { systemClock } from '../../src/base/clock.ts'
import type { OpenedStore } from '../../src/store/opened.ts'
import { createLink } from '../../src/store/postgres/connection.ts'
import { inspectServer } from '../../src/store/postgres/inspect.ts'
import { openOnServer } from '../../src/store/postgres/open.ts'
import { assertOwnSession } from '../../src/store/postgres/pooler.ts'
import { openPostgresStore } from '../../src/store/postgres/postgres-store.ts'
import { createFakeClock, settle } from '../helpers/clock.ts'
import { freshDatabase } from '../helpers/postgres.ts'
import { hasPgBouncer, startPgBouncer, startSharedWay } from '../helpers/pooler.ts'
import { handleAll, newEvent } from '../store/steps.ts'

const open = (t: Test, url: string): Promise<OpenedStore> =>
  openOnServer({
    url,
    dir: t.testdir(),
    version: '1.0.0',
    clock: systemClock,
    log: { info: () => undefined, warn: () => undefined },
  })

const refused = async (t: Test, url: string): Promise<void> => {
  // Each waits two seconds for a notification.
  const inspecting = inspectServer(url, systemClock)
  await t.rejects(open(t, url), {
    code: 'BOT_STORE_UNAVAILABLE',
    message: /a pooler in transaction mode/,
    remedy: /direct address/,
  })
  t.match(await inspecting, {
    status: 'unreachable',
    why: /a pooler in transaction mode/,
    next: /pool_mode=session/,
  })
}

t.test('a start behind a pooler in transaction mode ends, and start and doctor say why', async (t) => {
  await refused(t, await startSharedWay(t, await freshDatabase()))
})

/** A connection that answers each statement with what the test does for it. */
const connectionThat = (answer: (text: string) => void): Client =>
  Object.assign(new EventEmitter(), {
    query: async (text: string) => {
      answer(text)
      await settle(1)
    },
    end: async () => undefined,
  }) as unknown as Client

t.test('a notification that is late because everything stood still is no pooler', async (t) => {
  const clock = createFakeClock()
  const client = connectionThat(() => undefined)
  const other = connectionThat((text) => {
    // The time is over before the notification is read, and what came first is read first.
    if (text.includes('pg_notify')) setImmediate(() => void clock.advance(60_000))
    else client.emit('notification', {})
  })
  await t.resolves(assertOwnSession(client, async () => other, clock.sleep))
})

t.test('a connection that breaks while the pooler is looked for is told as that', async (t) => {
  const client = connectionThat(() => undefined)
  const broken = new Error('Connection terminated unexpectedly')
  const other = connectionThat(() => setImmediate(() => client.emit('error', broken)))
  await t.rejects(
    assertOwnSession(client, async () => other, createFakeClock().sleep),
    broken,
  )
})

const skip = !hasPgBouncer() && 'pgbouncer is not installed on this machine'

t.test('PgBouncer in transaction mode is refused', { skip }, async (t) => {
  await refused(t, await startPgBouncer(t, await freshDatabase(), 'transaction'))
})

t.test('by way of PgBouncer in session mode the store works', { skip }, async (t) => {
  const url = await startPgBouncer(t, await freshDatabase(), 'session')
  const common = { clock: systemClock, name: 'test', owner: 'test', onExit: () => undefined }
  const store = await openPostgresStore({ url, ...common, leases: null })
  await store.accept([newEvent('a')])
  t.same(await handleAll(store, () => []), ['a'])
  await store.close()
})

t.test('a password that PgBouncer refuses is read from its file again, too', { skip }, async (t) => {
  const url = Object.assign(new URL(await freshDatabase()), { password: 'after' }).href
  const after = await startPgBouncer(t, url, 'session', 'scram-sha-256')
  let address = Object.assign(new URL(after), { password: 'before' }).href
  const link = createLink({ url: { current: () => address, refused: () => (address = after) }, name: 'test' })
  t.teardown(link.close)
  // PgBouncer says that the protocol was violated where a server would say that the password is wrong.
  await t.rejects(link.ready(), { code: '08P01' })
  await t.resolves(link.ready())
})
