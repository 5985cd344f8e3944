import t, { type Test } from 'tap'
import { systemClock } from '../../src/base/clock.ts'
import type { OpenedStore } from '../../src/store/opened.ts'
import { inspectServer } from '../../src/store/postgres/inspect.ts'
import { openOnServer } from '../../src/store/postgres/open.ts'
import { openPostgresStore } from '../../src/store/postgres/postgres-store.ts'
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
