import t, { type Test } from 'tap'
import { systemClock } from '../../src/base/clock.ts'
import { openPostgresStore } from '../../src/store/postgres/postgres-store.ts'
import { placeInRow } from '../../src/store/postgres/token-row.ts'
import type { Store } from '../../src/store/store.ts'
import { openTokenStore } from '../../src/store/tokens/token-store.ts'
import { bareDatabase, freshDatabase, sql } from '../helpers/postgres.ts'
import { handleAll, newEvent } from '../store/steps.ts'

const COMMON = { clock: systemClock, name: 'test', owner: 'test', leases: null }

const open = async (t: Test): Promise<Store> => {
  const store = await openPostgresStore({ url: await freshDatabase(), ...COMMON })
  t.teardown(() => store.close())
  return store
}

t.test('a value that the server refuses, and quotes, is in no error', async (t) => {
  const store = await open(t)
  const refusal: unknown = await store
    .prune('sent', 'words of a visitor' as unknown as number)
    .catch((error: unknown) => error)
  t.match(refusal, { code: 'BOT_STORE_REFUSED', message: /does not take this "prune"/ })
  t.notMatch(String((refusal as Error).message), /words of a visitor/)
})

t.test('a name with a zero byte, which the server takes in no text, is kept without it', async (t) => {
  const store = await open(t)
  await store.accept([newEvent('a')])
  await handleAll(store, () => [])
  await store.keepName({ pageId: 'page-1', psid: 'psid-1', name: 'Ada\0Lovelace' })
  t.match(await store.findByName({ words: 'lovelace', limit: 10 }), [{ psid: 'psid-1' }])
})

t.test('a database or a user that is not there is told with what to do', async (t) => {
  const address = await freshDatabase()
  const changed = (change: (url: URL) => void): string => {
    const url = new URL(address)
    change(url)
    return url.href
  }
  await t.rejects(openPostgresStore({ ...COMMON, url: changed((url) => (url.pathname = '/nowhere')) }), {
    code: 'BOT_STORE_UNAVAILABLE',
    remedy: /createdb NAME/,
  })
  await t.rejects(openPostgresStore({ ...COMMON, url: changed((url) => (url.username = 'stranger')) }), {
    code: 'BOT_STORE_UNAVAILABLE',
    remedy: /the user and the password in DATABASE_URL/,
  })
})

t.test('a schema that is not the bot’s, or was restored in part, ends the start and is told', async (t) => {
  for (const table of ['page (id integer)', 'meta (name text, value text)']) {
    const url = await bareDatabase(t)
    await sql(url, 'create schema evergreen')
    await sql(url, `create table evergreen.${table}`)
    await t.rejects(openPostgresStore({ ...COMMON, url }), {
      code: 'BOT_STORE_UNAVAILABLE',
      message: /already exists/,
      remedy: /schema evergreen is not the bot’s/,
    })
  }
})

t.test('a user without a connection left, and one that may not write, are told', async (t) => {
  const url = await freshDatabase()
  const user = `evergreen_limited_${process.pid}`
  await sql(url, `create role ${user} login connection limit 0`)
  t.teardown(() => sql(url, `drop role ${user}`))
  const limited = new URL(url)
  limited.username = user
  await t.rejects(openPostgresStore({ ...COMMON, url: limited.href }), {
    code: 'BOT_STORE_UNAVAILABLE',
    remedy: /max_connections/,
  })
  await t.rejects(openTokenStore({ place: placeInRow(limited.href, Buffer.alloc(32)) }), {
    code: 'BOT_STORE_UNAVAILABLE',
    remedy: /max_connections/,
  })
  const reading = new URL(url)
  reading.searchParams.set('options', '-c default_transaction_read_only=on')
  await t.rejects(openPostgresStore({ ...COMMON, url: reading.href }), {
    code: 'BOT_STORE_UNAVAILABLE',
    remedy: /default_transaction_read_only is off/,
  })
})
