import { fileURLToPath } from 'node:url'
import t, { type Test } from 'tap'
import { buildApp } from '../../app/bot.ts'
import { cheapDatabaseThread } from '../helpers/database-thread.ts'
import type { Env } from '../../src/base/config.ts'
import { toNewEvents } from '../../src/webhook/inbox.ts'
import { createFakeClock } from '../helpers/clock.ts'
import { signed, textCallback } from '../helpers/sign.ts'
import { ENV } from '../helpers/surface.ts'
import { until } from '../helpers/until.ts'

t.test('the whole bot takes a callback, before there is any token', async (t) => {
  const { app } = await build(t)

  t.match(await app.inject(signed(textCallback('hi'))), { statusCode: 200, body: 'EVENT_RECEIVED' })
  const ready = await app.inject('/readyz')
  t.equal(ready.statusCode, 200)
  t.match(ready.json(), { status: 'ready', store: 'ok', tokens: [] })
})

t.test('what was answered with 200 is known after a restart', async (t) => {
  const dir = t.testdir()
  const first = await build(t, dir)
  await first.app.inject(signed(textCallback('hi', 'm_kept')))
  await first.app.close()

  const { app } = await build(t, dir)
  const again = toNewEvents(textCallback('hi', 'm_kept').entry, app.clock.now())
  t.same(await app.store.accept(again), { stored: 0, duplicates: 1 })
})

t.test('no part of the running bot knows a visitor who was forgotten', async (t) => {
  const { app } = await build(t)
  await app.listen({ host: '127.0.0.1', port: 0 })
  await app.inject(signed(textCallback('hi')))
  await until(() => app.activity.conversations().length > 0)
  const [{ psid } = { psid: '' }] = app.activity.conversations()
  let cleared = 0
  app.visitorProfiles.clear = () => void (cleared += 1)

  t.match(await app.store.forget({ psid }), { conversations: 1 })
  t.same(app.activity.conversations(), [])
  t.ok(cleared > 0, 'names among it')
})

t.test('a bot that does not listen answers no visitor', async (t) => {
  const { app } = await build(t)
  await app.inject(signed(textCallback('hi')))
  // Each asks the database once, which is far more often than handling an event does.
  for (let n = 0; n < 50; n += 1) await app.store.counts()
  t.match(await app.store.counts(), { inbox: 1 })
})

t.test('no answers of a form leave a bot that does not listen', async (t) => {
  const { app } = await build(t)
  let looks = 0
  const { due } = app.store.formAnswers
  app.store.formAnswers.due = (...where) => {
    looks += 1
    return due(...where)
  }
  await app.inject(signed(textCallback('hi')))
  const [claim] = await app.store.claimInbox(1)
  const [event] = claim?.events ?? []
  if (claim === undefined || event === undefined) throw new Error('there was no event')
  const answers = [{ form: 'book', url: 'https://127.0.0.1:9/', body: '{}' }]
  await app.store.finishEvent(claim, event, { replies: [], answers })
  t.equal(looks, 0)
  await app.listen({ host: '127.0.0.1', port: 0 })
  t.equal(looks, 1)
})

t.test('a start that never listened does not count as having been there', async (t) => {
  const dir = t.testdir()
  const first = await build(t, dir)
  await first.app.close()
  const { app } = await build(t, dir)
  t.equal(await app.store.recall('alive'), null)
})

for (const host of ['127.0.0.1', 'localhost', '0.0.0.0']) {
  t.test(`wherever it listens, it answers: ${host}`, async (t) => {
    const { app } = await build(t)
    // It waits for a token: that it is waiting says that the event was handled.
    await app.inject(signed(textCallback('hi')))
    t.match(await app.store.counts(), { inbox: 1 })
    await app.listen({ host, port: 0 })
    for (;;) {
      const { inbox, outbox } = await app.store.counts()
      if (inbox > 0) continue
      t.equal(outbox.size, 1)
      break
    }
  })
}

t.test('a configuration that cannot be used builds nothing', async (t) => {
  await t.rejects(buildApp({ env: {} }), { code: 'BOT_CONFIG_INVALID', message: /FB_APP_ID is missing/ })
})

t.test('a part that cannot start takes the others down with it', async (t) => {
  const dir = t.testdir()
  await build(t, dir)
  await t.rejects(build(t, dir), { code: 'BOT_DATA_DIR_IN_USE' })
})

t.test('a Graph API that is reached in the clear, over a network, is told of at every start', async (t) => {
  const { lines } = await build(t, t.testdir(), { FB_GRAPH_URL: 'http://sandbox.example:4000' })
  t.match(
    lines.join(''),
    /"level":40.*"origin":"http:\/\/sandbox\.example:4000".*neither https nor on this machine/,
  )
})

t.test('secrets of the environment stay out of the log', async (t) => {
  const { app, lines } = await build(t)
  app.log.info({ config: app.config }, 'the whole configuration')
  t.match(lines.join(''), /the whole configuration/)
  t.notMatch(lines.join(''), new RegExp(`${ENV.FB_APP_SECRET}|${ENV.FB_VERIFY_TOKEN}`))
})

async function build(t: Test, dir = t.testdir(), env: Env = {}) {
  const lines: string[] = []
  const app = await buildApp({
    databaseThread: cheapDatabaseThread(),
    env: {
      ...ENV,
      DATA_DIR: dir,
      // No server listens there.
      FB_GRAPH_URL: 'http://127.0.0.1:9',
      BOT_SCRIPT: fileURLToPath(new URL('../../bot.example.yaml', import.meta.url)),
      ...env,
    },
    clock: createFakeClock(),
    logStream: { write: (line) => void lines.push(line) },
  })
  t.teardown(() => app.close())
  return { app, lines }
}
