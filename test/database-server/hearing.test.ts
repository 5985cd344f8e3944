import t from 'tap'
import { systemClock } from '../../src/base/clock.ts'
import { openPostgresStore } from '../../src/store/postgres/postgres-store.ts'
import { freshDatabase, sql } from '../helpers/postgres.ts'
import { instance, keepsAll, TIMES, untilFound } from './instances.ts'
import { until } from '../helpers/until.ts'
import { anyRoom, bodies, handleAll, keys, newEvent, replyOf } from '../store/steps.ts'

t.test('instances hear of each other, and of what commands do', async (t) => {
  const url = await freshDatabase()
  const beatsRarely = { times: { leaseMs: 1_200_000, beatMs: 600_000 } }
  const first = await instance(t, url, beatsRarely)
  await keepsAll(first, 'page-1')
  const second = await instance(t, url, beatsRarely)
  let heard = 0
  first.instances.onTold('sign-outs', () => (heard += 1))
  const before = heard
  second.instances.tell('sign-outs')
  await until(() => heard > before)

  await first.store.accept([newEvent('a')])
  await handleAll(first.store, (key) => [key])
  const [claim] = await first.store.claimOutbox(1, anyRoom)
  if (claim === undefined) throw new Error('not claimed')
  await first.store.finishReply(claim, replyOf(claim), { status: 'dead', reason: 'unreachable' })
  await first.store.releaseOutbox(claim)
  const command = await openPostgresStore({ url, clock: systemClock, name: 'test', owner: 'c', leases: null })
  t.teardown(() => command.close())
  t.equal((await command.deadLetters.retry({ all: true, pageId: 'page-1' })).length, 1)
  t.same(bodies(await untilFound(() => first.store.claimOutbox(1, anyRoom))), ['a'])

  const forgetful = [first, second].map(
    ({ store }) => new Promise<void>((resolve) => store.onForgotten(resolve)),
  )
  await command.forget({ psid: 'psid-1' })
  await Promise.all(forgetful)

  let hasCome = false
  first.store.onWork((queue) => (hasCome ||= queue === 'inbox'))
  await second.store.accept([newEvent('b')])
  await until(() => hasCome)
  t.same(await handleAll(first.store, () => []), ['b'])
})

t.test(
  'events of a conversation are handled in the order of their numbers, whichever of them is told first',
  async (t) => {
    const url = await freshDatabase()
    const { store, duty } = await instance(t, url, { times: { ...TIMES, beatMs: 60_000 } })
    await keepsAll({ duty, store }, 'page-1')
    await store.accept([newEvent('a')])
    t.same(await handleAll(store, () => []), ['a'])
    // As another instance does it whose transactions take their time: what it tells of the first comes late.
    const [told] = await sql(url, ADD_EVENT, ['{"key":"b"}'])
    await sql(url, ADD_EVENT, ['{"key":"c"}'])
    await sql(url, 'select pg_notify($1, $2)', ['evergreen', `another events ${told?.['seq']} *`])
    t.same(keys(await untilFound(() => store.claimInbox(1))), ['b', 'c'])
  },
)

const ADD_EVENT = `
insert into evergreen.inbox (seq, conversation, accepted_ms, body)
select nextval('evergreen.seq'), id, 0, $1 from evergreen.conversation returning seq`

t.test('what nothing has told of is found at the next beat', async (t) => {
  const url = await freshDatabase()
  const { store, duty } = await instance(t, url)
  await keepsAll({ duty, store }, 'page-1')
  await store.accept([newEvent('a')])
  await handleAll(store, (key) => [key])
  const [claim] = await store.claimOutbox(1, anyRoom)
  if (claim === undefined) throw new Error('not claimed')
  await store.finishReply(claim, replyOf(claim), { status: 'dead', reason: 'unreachable' })
  await store.releaseOutbox(claim)
  // As a command and another instance do it, but without their notifications.
  await sql(
    url,
    `with taken as (delete from evergreen.dead returning *), counted as (
       insert into evergreen.meta values ('returned', '1')
       on conflict (name) do update set value = (evergreen.meta.value::bigint + 1)::text)
     insert into evergreen.outbox select page, conversation, seq, accepted_ms, null, body from taken`,
  )
  await sql(
    url,
    `insert into evergreen.inbox (seq, conversation, accepted_ms, body)
     select nextval('evergreen.seq'), id, 0, '{"key":"b"}' from evergreen.conversation`,
  )
  t.same(bodies(await untilFound(() => store.claimOutbox(1, anyRoom))), ['a'])
  t.same(keys(await untilFound(() => store.claimInbox(1))), ['b'])
})
