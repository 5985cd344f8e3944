import t, { type Test } from 'tap'
import { systemClock } from '../../src/base/clock.ts'
import { openPostgresStore } from '../../src/store/postgres/postgres-store.ts'
import { freshDatabase, ownDatabase, sql } from '../helpers/postgres.ts'
import { handleAll, newEvent, sendAll } from '../store/steps.ts'

/** A store on a server that refuses the first inserts into a table with that SQLSTATE. */
const openRefusing = async (t: Test, table: 'inbox' | 'outbox', sqlState: string, times: number) => {
  const url = await freshDatabase()
  // A sequence counts on where the transaction is rolled back.
  await sql(url, 'create sequence public.tries')
  await sql(
    url,
    `create function public.refuse_some() returns trigger language plpgsql as $$ begin
       if nextval('public.tries') <= ${times} then raise exception 'not now' using errcode = '${sqlState}'; end if;
       return new;
     end $$`,
  )
  await sql(
    url,
    `create trigger refuse_some before insert on evergreen.${table} for each row execute function public.refuse_some()`,
  )
  const store = await openPostgresStore({ url, clock: systemClock, name: 'test', owner: 'one', leases: null })
  t.teardown(async () => {
    await store.close()
    await sql(url, 'drop function public.refuse_some cascade')
    await sql(url, 'drop sequence public.tries')
  })
  const tries = async (): Promise<number> =>
    Number((await sql(url, 'select last_value from public.tries'))[0]?.['last_value'])
  return { store, tries }
}

for (const [what, sqlState] of [
  ['a deadlock', '40P01'],
  ['a serialization failure', '40001'],
] as const) {
  t.test(`${what} is tried again, and Facebook does not hear of it`, async (t) => {
    const { store, tries } = await openRefusing(t, 'inbox', sqlState, 2)
    t.same(await store.accept([newEvent('a')]), { stored: 1, duplicates: 0 })
    t.equal(await tries(), 3)
    t.same(await store.accept([newEvent('a')]), { stored: 0, duplicates: 1 })
    t.same(await handleAll(store, () => ['answer']), ['a'])
    t.same(await sendAll(store), ['answer'])
  })
}

t.test('one that does not pass is refused for now', async (t) => {
  const { store, tries } = await openRefusing(t, 'inbox', '40P01', 5)
  await t.rejects(store.accept([newEvent('a')]), { code: 'BOT_STORE_UNAVAILABLE', retryable: true })
  t.equal(await tries(), 5)
  t.same(await store.accept([newEvent('a')]), { stored: 1, duplicates: 0 })
})

t.test('a right that is missing for a while costs nothing that was accepted', async (t) => {
  const { store, tries } = await openRefusing(t, 'outbox', '42501', 1)
  await store.accept([newEvent('a')])
  t.same(await handleAll(store, () => ['answer']), ['a'])
  t.equal(await tries(), 2)
  t.same(await sendAll(store), ['answer'])
})

t.test('after the type of a column was changed the bot goes on', async (t) => {
  const url = await ownDatabase(t)
  const store = await openPostgresStore({ url, clock: systemClock, name: 'test', owner: 'one', leases: null })
  t.teardown(() => store.close())
  await store.accept([newEvent('a')])
  await sql(url, 'alter table evergreen.page alter no type bigint')
  const onNewPage = [newEvent('b', { pageId: 'page-2' })]
  await t.rejects(store.accept(onNewPage), { code: 'BOT_STORE_UNAVAILABLE', retryable: true })
  t.same(await store.accept(onNewPage), { stored: 1, duplicates: 0 }, 'when Facebook repeats it')
  t.same(await handleAll(store, (key) => [key]), ['a', 'b'])
})
