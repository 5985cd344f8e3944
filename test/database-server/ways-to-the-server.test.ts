import { writeFile } from 'node:fs/promises'
import { connect, createServer, type AddressInfo } from 'node:net'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import t, { type Test } from 'tap'
import { buildApp } from '../../app/bot.ts'
import { systemClock, type Clock } from '../../src/base/clock.ts'
import type { NewEvent } from '../../src/store/store.ts'
import { openPostgresStore } from '../../src/store/postgres/postgres-store.ts'
import { freshDatabase, ownDatabase, server, sql } from '../helpers/postgres.ts'
import { instance, keepsAll, TIMES, untilFound } from './instances.ts'
import { until } from '../helpers/until.ts'
import { createWay } from '../helpers/way.ts'
import { anyRoom, bodies, eventOf, handleAll, keys, newEvent, replyOf, sendAll } from '../store/steps.ts'

t.test(
  'a connection that breaks is opened anew, and nothing that waits is lost or claimed twice',
  async (t) => {
    const url = await freshDatabase()
    const { store, duty } = await instance(t, url)
    await keepsAll({ duty, store }, 'page-1')
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
    t.ok(duty.keeps('page-1'))
  },
)

t.test(
  'an instance that is cut off from the database alone says nothing more when its lease is over',
  async (t) => {
    const direct = await freshDatabase()
    const { url, cut, lead } = await createWay(t, direct)
    let aheadMs = 0
    let pauses = 0
    const clock: Clock = {
      ...systemClock,
      elapsed: () => systemClock.elapsed() + aheadMs,
      sleep: (ms, signal) => {
        pauses += 1
        return systemClock.sleep(Math.min(ms, 50), signal)
      },
    }
    const troubles: string[] = []
    const log = { info: () => {}, warn: (facts: unknown) => void troubles.push(JSON.stringify(facts)) }
    const first = await instance(t, url, { clock, log })
    await keepsAll(first, 'page-1')
    await first.store.accept([newEvent('a', { psid: 'a' }), newEvent('b', { psid: 'b' })])
    await handleAll(first.store, (key) => [key])
    const [out] = await first.store.claimOutbox(1, anyRoom)
    if (out === undefined) throw new Error('not claimed')
    const second = await instance(t, direct)
    await until(async () => (await sql(direct, 'select from evergreen.instance where takes')).length === 2)

    cut()
    // For both clocks the time of the lease goes by.
    aheadMs = TIMES.leaseMs
    await sql(direct, `update evergreen.lease set until = now() - interval '1 second' where page > 0`)
    await until(() => second.duty.keeps('page-1'))
    t.notOk(out.maySend())
    await t.rejects(first.store.accept([newEvent('c')]), { code: 'BOT_STORE_UNAVAILABLE' })
    await until(() => pauses > 3)
    t.ok(troubles.length > 0)
    t.same(troubles, [...new Set(troubles)], 'each trouble is told once, however often it is met')
    const sending = first.store.finishReply(out, replyOf(out), { status: 'sent', messageId: 'm_1' })
    const doubtful = await untilFound(() => second.store.claimOutbox(1, anyRoom))
    t.match(doubtful.replies, [{ body: replyOf(out).body, doubtSinceMs: Number }])

    lead(direct)
    await sending
    await until(() => !first.duty.keeps('page-1'))
    await first.store.releaseOutbox(out)
    t.same(await first.store.claimOutbox(10, anyRoom), [])
    t.same(await second.store.sentReplies({ pageId: 'page-1', psid: replyOf(out).body }), [
      { replyId: replyOf(out).id, messageId: 'm_1' },
    ])
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
    const common = { clock: systemClock, name: 'test', owner: 'test', leases: null }
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
    await store.finishEvent(claim, event, { replies: ['one', 'two'], claimReplies: true })
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

    await store.look()
    t.same(await store.claimOutbox(10, anyRoom), [])
    // What a connection that broke had asked for may be carried out a moment later.
    await sql(
      direct,
      `insert into evergreen.outbox (page, conversation, seq, accepted_ms, doubt_ms, body)
       select page, id, nextval('evergreen.seq'), 0, 0, 'late' from evergreen.conversation`,
    )
    // As at every beat.
    await store.look()
    t.same(bodies(await untilFound(() => store.claimOutbox(1, anyRoom))), ['late'])
  },
)

const FILED = `
select c.psid, i.body from evergreen.inbox i join evergreen.conversation c on c.id = i.conversation order by i.seq`

t.test(
  'numbers that a server has lost with its last commits become no other event, visitor or Page',
  async (t) => {
    const { urlOf } = await server()
    const [url, admin] = [await ownDatabase(t), urlOf('postgres')]
    const name = new URL(url).pathname.slice(1)
    const way = await createWay(t, url)
    const { store, duty } = await instance(t, way.url)
    await keepsAll({ duty, store }, 'page-1')
    const cut = async (): Promise<void> => {
      way.cut()
      await sql(admin, 'select pg_terminate_backend(pid) from pg_stat_activity where datname = $1', [name])
    }
    /** Facebook repeats what was not answered 200. */
    const accept = (event: NewEvent): Promise<void> =>
      until(() =>
        store.accept([event]).then(
          () => true,
          () => false,
        ),
      )
    await cut()
    await sql(admin, `create database ${name}_before template ${name}`)
    way.lead(url)
    await accept(newEvent('lost', { psid: 'one' }))
    const claim = await untilFound(() => store.claimInbox(1))
    await accept(newEvent('lost, too', { psid: 'one', pageId: 'page-of-one' }))
    await cut()
    await sql(admin, `drop database ${name}`)
    await sql(admin, `alter database ${name}_before rename to ${name}`)

    const other = await openPostgresStore({
      url,
      clock: systemClock,
      name: 'test',
      owner: 'test',
      leases: null,
    })
    t.teardown(() => other.close())
    await other.accept([newEvent('of another', { psid: 'new' })])
    await other.accept([newEvent('of another Page', { psid: 'new', pageId: 'page-of-another' })])
    way.lead(url)
    await accept(newEvent('of one', { psid: 'one', pageId: 'page-of-one' }))
    t.equal(await store.finishEvent(claim, eventOf(claim), { replies: ['to one'] }), null)
    t.same(await sql(url, FILED), [
      { psid: 'new', body: '{"key":"of another"}' },
      { psid: 'new', body: '{"key":"of another Page"}' },
      { psid: 'one', body: '{"key":"of one"}' },
    ])
    t.same(await sql(url, 'select from evergreen.outbox'), [])
  },
)

t.test('a server whose sequences lie behind its rows numbers on above them', async (t) => {
  const url = await ownDatabase(t)
  const before = await instance(t, url)
  const pages = Array.from({ length: 40 }, (_, n) => `page-${n}`)
  await before.store.accept(pages.map((pageId) => newEvent('earlier', { pageId })))
  await before.close()
  // As after logical replication, which brings rows alone.
  await sql(url, 'alter sequence evergreen.seq restart')
  await sql(
    url,
    `select setval(pg_get_serial_sequence('evergreen.page', 'no'), (select min(no) from evergreen.page))`,
  )

  const { store } = await instance(t, url)
  t.same(await store.accept([newEvent('later'), newEvent('first', { pageId: 'page-40' })]), {
    stored: 2,
    duplicates: 0,
  })
  const [row] = await sql(
    url,
    'select count(*)::int as n, max(seq) = max(seq) filter (where body ~ $1) as last from evergreen.inbox',
    ['first'],
  )
  t.same(row, { n: 42, last: true })
})

t.test('in tables that were restored under a running bot, no visitor is taken for another one', async (t) => {
  const url = await ownDatabase(t)
  const store = await openPostgresStore({
    url,
    clock: systemClock,
    name: 'test',
    owner: 'test',
    leases: null,
  })
  t.teardown(() => store.close())
  await store.accept([newEvent('before', { psid: 'one' })])
  // The number that the store has for the first visitor was given again after the restore.
  await sql(url, `delete from evergreen.inbox`)
  await sql(url, `update evergreen.conversation set psid = 'two'`)
  await store.accept([newEvent('after', { psid: 'one' }), newEvent('of two', { psid: 'two' })])
  t.same(await sql(url, FILED), [
    { psid: 'one', body: '{"key":"after"}' },
    { psid: 'two', body: '{"key":"of two"}' },
  ])
})

t.test('user and password are read from their file again once the server refuses them', async (t) => {
  const url = await freshDatabase()
  const [before, after] = [`evergreen_before_${process.pid}`, `evergreen_after_${process.pid}`]
  await sql(url, `create role ${before} superuser login`)
  const connections = (user: string) =>
    sql(url, 'select pid from pg_stat_activity where usename = $1', [user])
  const dir = t.testdir({ data: {} })
  const file = join(dir, 'address')
  const put = (user: string, more: Partial<URL> = {}) =>
    writeFile(file, Object.assign(new URL(url), { username: user, password: 'p@ss', ...more }).href)
  await put(before)
  const app = await buildApp({
    env: {
      FB_APP_ID: '600000000000001',
      FB_APP_SECRET: 'app-secret-1',
      FB_VERIFY_TOKEN: 'verify-1',
      FB_GRAPH_URL: 'http://127.0.0.1:9',
      BOT_SCRIPT: fileURLToPath(new URL('../../bot.example.yaml', import.meta.url)),
      DATA_DIR: join(dir, 'data'),
      DATABASE_URL_FILE: file,
      TOKEN_KEY: Buffer.alloc(32, 7).toString('base64'),
      DRAIN_SECONDS: '0',
      LOG_LEVEL: 'silent',
    },
  })
  const alive = setInterval(() => undefined, 1000)
  t.teardown(async () => {
    await app.close()
    clearInterval(alive)
    await sql(url, `drop role ${after}`)
  })
  await until(async () => (await connections(before)).length === 3)

  await sql(url, `alter role ${before} rename to ${after}`)
  await sql(url, 'select pg_terminate_backend(pid) from pg_stat_activity where usename = $1', [after])
  await put(after, { pathname: '/another' })
  const refusal = (key: string): Promise<unknown> =>
    app.store.accept([newEvent(key)]).then(
      () => t.fail(`${key}: was accepted`),
      (error: unknown) => error,
    )
  const unknownRole = { code: 'BOT_STORE_UNAVAILABLE', message: `"${before}" does not exist` }
  // The end of the connections may not have come yet; then the first refusal is that end.
  let first: unknown
  await until(async () => !/administrator command/.test(String((first = await refusal('reads the file')))))
  t.match(first, unknownRole)
  t.match(await refusal('does not go there'), unknownRole)
  await put(after)
  await until(async () => (await app.store.accept([newEvent('taken')]).catch(() => null)) !== null)
  await until(async () => (await connections(after)).length === 3)
})
