import { connect, createServer, type AddressInfo } from 'node:net'
import t, { type Test } from 'tap'
import { systemClock } from '../../src/base/clock.ts'
import type { OpenedStore } from '../../src/store/opened.ts'
import { openOnServer } from '../../src/store/postgres/open.ts'
import { openPostgresStore } from '../../src/store/postgres/postgres-store.ts'
import { freshDatabase, sql } from '../helpers/postgres.ts'
import { anyRoom, handleAll, keys, newEvent, sendAll } from './steps.ts'

/** An instance on that database; it waits until it is its turn. */
const instance = async (
  t: Test,
  url: string,
  say: (text: string) => void = () => undefined,
): Promise<OpenedStore> => {
  const log = { info: (_about: object, text = '') => say(text), warn: () => undefined }
  const opened = await openOnServer({ url, dir: t.testdir(), clock: systemClock, log })
  t.teardown(() => opened.close())
  return opened
}

const other = "owner = 'another', host = 'elsewhere', fence = fence + 1"

t.test('one instance works on a database, a second one stands by and goes on at once', async (t) => {
  const url = await freshDatabase()
  const first = await instance(t, url)
  await first.store.accept([newEvent('a'), newEvent('b')])
  await handleAll(first.store, (key) => [key])
  const [out] = await first.store.claimOutbox(1, anyRoom)
  t.equal(out?.replies.length, 1)
  await first.store.accept([newEvent('c')])

  const told = Promise.withResolvers<string>()
  const waiting = instance(t, url, told.resolve)
  t.match(await told.promise, /stands by/)
  t.ok(first.maySend())
  const beganMs = performance.now()
  await first.close()
  t.notOk(first.maySend())

  const second = await waiting
  t.ok(performance.now() - beganMs < 5000, 'well before a lease would have run out')
  const [claim] = await second.store.claimInbox(10)
  t.same(claim && keys(claim), ['c'])
  const [again] = await second.store.claimOutbox(10, anyRoom)
  t.match(again?.replies, [
    { body: 'a', doubtSinceMs: Number },
    { body: 'b', doubtSinceMs: null },
  ])
  await t.rejects(first.store.accept([newEvent('d')]), { code: 'BOT_STORE_UNAVAILABLE' })
})

t.test(
  'after another one has taken over nothing is kept, nothing is sent, and the process ends',
  async (t) => {
    const url = await freshDatabase()
    const { store, maySend, lost } = await instance(t, url)
    await store.accept([newEvent('a')])
    t.ok(maySend())
    await sql(url, `update evergreen.keeper set ${other}, until = now() + interval '1 minute'`)

    await t.rejects(store.accept([newEvent('b')]), { code: 'BOT_STORE_UNAVAILABLE', message: /taken over/ })
    t.match(await lost, { message: /taken over/ })
    const [kept] = await sql(url, 'select count(*)::int as events from evergreen.inbox')
    t.same(kept, { events: 1 }, 'the fence stands in every transaction')
  },
)

t.test(
  'what another process retries is heard of at once, and at the next beat if nothing tells',
  async (t) => {
    const url = await freshDatabase()
    const { store } = await instance(t, url)
    await store.accept([newEvent('a')])
    await handleAll(store, (key) => [key])
    const [claim] = await store.claimOutbox(1, anyRoom)
    const [reply] = claim?.replies ?? []
    if (claim === undefined || reply === undefined) throw new Error('nothing was handed out')
    await store.finishReply(claim, reply, { status: 'dead', reason: 'unreachable' })
    await store.releaseOutbox(claim)

    const { promise, resolve } = Promise.withResolvers<void>()
    store.onWork((queue) => queue === 'outbox' && resolve())
    // As a command does it, but without its notification.
    await sql(
      url,
      `with taken as (delete from evergreen.dead returning *), counted as (
       insert into evergreen.meta values ('returned', '1')
       on conflict (name) do update set value = (evergreen.meta.value::bigint + 1)::text)
     insert into evergreen.outbox select page, conversation, seq, accepted_ms, null, body from taken`,
    )
    await promise
    t.same(await sendAll(store), ['a'])
  },
)

t.test(
  'a connection that breaks is opened anew, and nothing that waits is lost or handed out twice',
  async (t) => {
    const url = await freshDatabase()
    const { store, maySend } = await instance(t, url)
    const name = new URL(url).pathname.slice(1)
    const cut = () =>
      sql(
        url.replace(name, 'postgres'),
        `select pg_terminate_backend(pid) from pg_stat_activity where datname = $1`,
        [name],
      )
    const accepted: string[] = []
    for (let n = 0; n < 30; n += 1) {
      const key = `e.${n}`
      const accepting = store.accept([newEvent(key, { psid: `psid-${n % 3}` })])
      if (n % 10 === 5) await cut()
      // Facebook repeats what was not answered 200.
      await accepting.catch(() => store.accept([newEvent(key, { psid: `psid-${n % 3}` })]))
      accepted.push(key)
    }
    await cut()
    const handled = await handleAll(store, (key) => [key])
    t.same(handled.toSorted(), accepted.toSorted())
    await cut()
    t.same((await sendAll(store)).toSorted(), accepted.toSorted())
    t.ok(maySend())
  },
)

/** A way to the server on which the answer to what is asked next gets lost, together with the connection. */
const leakyWay = async (t: Test, url: string): Promise<{ url: string; loseNext: () => void }> => {
  let isLosing = false
  const { hostname, port } = new URL(url)
  const way = createServer((client) => {
    const server = connect(Number(port), hostname)
    for (const socket of [client, server]) socket.on('error', () => undefined)
    client.on('data', (data) => server.write(data))
    server.on('data', (data) => {
      if (!isLosing) return client.write(data)
      isLosing = false
      client.destroy()
      // The server carries out what it has got.
      return server.end()
    })
    client.on('close', () => server.end())
    server.on('close', () => client.destroy())
  })
  await new Promise<void>((resolve) => way.listen(0, '127.0.0.1', resolve))
  t.teardown(() => way.close())
  const through = new URL(url)
  through.port = String((way.address() as AddressInfo).port)
  return { url: through.href, loseNext: () => (isLosing = true) }
}

t.test(
  'a commit whose answer gets lost is found in the rows: at the accept, the end of an event, a send',
  async (t) => {
    const direct = await freshDatabase()
    const { url, loseNext } = await leakyWay(t, direct)
    const common = { clock: systemClock, name: 'test', owner: 'test', fence: null, onExit: () => undefined }
    const store = await openPostgresStore({ url, ...common })
    t.teardown(() => store.close())
    t.same(await store.claimInbox(1), [], 'nothing waits in the rows, as far as is known here')
    // So that the numbers of Page and visitor are known, and the next transaction is one of its own.
    await store.accept([newEvent('known')])
    t.same(await handleAll(store, () => []), ['known'])

    const alive = setInterval(() => undefined, 1000)
    t.teardown(() => clearInterval(alive))
    loseNext()
    await t.rejects(store.accept([newEvent('a')]), { code: 'BOT_STORE_UNAVAILABLE', retryable: true })
    t.same(await store.accept([newEvent('a')]), { stored: 0, duplicates: 1 }, 'it was kept')
    const claim = await untilFound(() => store.claimInbox(1))
    t.same(keys(claim), ['a'], 'and is handled, although nothing had told of it')

    const [event] = claim.events
    if (event === undefined) throw new Error('no event')
    loseNext()
    await store.finishEvent(claim, event, { replies: ['one', 'two'], handOut: true })
    await store.releaseInbox(claim)
    const out = await untilFound(() => store.claimOutbox(10, anyRoom))
    t.same(
      out.replies.map(({ body, doubtSinceMs }) => [body, doubtSinceMs !== null]),
      [
        ['one', true],
        ['two', true],
      ],
      'what may have been sent is in doubt',
    )

    loseNext()
    for (const reply of out.replies)
      await store.finishReply(out, reply, { status: 'sent', messageId: `m ${reply.id}` })
    await store.releaseOutbox(out)
    t.match(await store.counts(), { inbox: 0, outbox: new Map() })
    t.match(await sql(direct, 'select count(*)::int as n from evergreen.sent'), [{ n: 2 }])
  },
)

const untilFound = async <Claim>(claim: () => Promise<Claim[]>): Promise<Claim> => {
  for (;;) {
    const [found] = await claim()
    if (found !== undefined) return found
    await new Promise((resolve) => setTimeout(resolve, 20))
  }
}
