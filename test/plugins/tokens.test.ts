import { readFile, rename, symlink, writeFile } from 'node:fs/promises'
import Fastify from 'fastify'
import t, { type Test } from 'tap'
import { bootstrapPlugin } from '../../plugins/bootstrap.ts'
import { clockPlugin } from '../../plugins/clock.ts'
import { envPlugin } from '../../plugins/env.ts'
import { graphPlugin } from '../../plugins/graph.ts'
import { metricsPlugin } from '../../plugins/metrics.ts'
import { needsPlugin } from '../../plugins/needs.ts'
import { rosterPlugin } from '../../plugins/roster.ts'
import { storePlugin } from '../../plugins/store.ts'
import { tokensPlugin } from '../../plugins/tokens.ts'
import { WHOLE_BOT, type Need } from '../../src/alerts/needs.ts'
import { systemClock } from '../../src/base/clock.ts'
import { createTokenStore } from '../../src/store/tokens/token-store.ts'
import type { PageTokenStatus } from '../../src/token/page-tokens.ts'
import { APP_ID, APP_SECRET, PAGE_ID, pageFacts, startFakeGraph } from '../helpers/graph-server.ts'
import { pageToken } from '../store/tokens/sample.ts'
import { refused } from '../helpers/token-status.ts'

const build = async (t: Test, over: Record<string, string> = {}) => {
  const fake = await startFakeGraph(t)
  const dir = t.testdir()
  const app = Fastify()
  const env = {
    FB_APP_ID: APP_ID,
    FB_APP_SECRET: APP_SECRET,
    FB_VERIFY_TOKEN: 'verify-1',
    FB_GRAPH_URL: fake.origin,
    DATA_DIR: dir,
    ...over,
  }
  app.register(envPlugin, { env })
  app.register(clockPlugin, { clock: systemClock })
  app.register(metricsPlugin)
  app.register(storePlugin)
  app.register(rosterPlugin)
  app.register(needsPlugin)
  app.register(graphPlugin)
  app.register(tokensPlugin)
  app.register(bootstrapPlugin)
  t.teardown(() => app.close())
  return { fake, dir, app }
}

/** Resolves with the next status that is `state`. What tells of it keeps no process alive, so the wait has to. */
const state = (
  app: Awaited<ReturnType<typeof build>>['app'],
  wanted: PageTokenStatus['state'],
): Promise<PageTokenStatus> =>
  new Promise((resolve) => {
    const alive = setInterval(() => undefined, 1000)
    app.tokens.onChange((status) => {
      if (status.state !== wanted) return
      clearInterval(alive)
      resolve(status)
    })
  })

t.test('a token written by another process is in use without a restart', async (t) => {
  const { app, dir } = await build(t)
  await app.ready()
  t.equal(app.tokens.tokenFor(PAGE_ID), null)

  const valid = state(app, 'valid')
  const cli = await createTokenStore({ dir, key: null })
  await cli.save({ pages: [pageToken({ pageId: PAGE_ID })] })
  await valid
  t.equal(app.tokens.tokenFor(PAGE_ID), 'page-token-1')
})

t.test('bootstrapToken saves a token that the bot uses at once', async (t) => {
  const { app } = await build(t)
  await app.ready()
  const steps: string[] = []
  const report = ({ name, status }: { name: string; status: string }) => steps.push(`${name} ${status}`)
  t.match(await app.bootstrapToken({ userToken: 'user-token-1', report }), [
    { id: PAGE_ID, subscribed: true },
  ])
  t.equal(app.tokens.tokenFor(PAGE_ID), 'page-token-1')
  t.equal(steps.at(-1), 'read done')
})

t.test('a token that died while the bot was down is found dead at start', async (t) => {
  const { app, dir, fake } = await build(t)
  const earlier = await createTokenStore({ dir, key: null })
  await earlier.save({ pages: [pageToken({ pageId: PAGE_ID })] })
  fake.tokens.set('page-token-1', { is_valid: false, error: { code: 190, subcode: 460, message: 'x' } })
  await app.after()
  const invalid = state(app, 'invalid')
  await app.ready()
  t.match(await invalid, { pageId: PAGE_ID, reason: /password was changed/ })
})

t.test('a dead token is replaced without a person while the user token lives', async (t) => {
  const { app, dir, fake } = await build(t)
  await app.ready()
  await app.bootstrapToken({ userToken: 'user-token-1' })
  fake.tokens.set('page-token-1', { is_valid: false, error: { code: 190, subcode: 460, message: 'x' } })
  fake.tokens.set('page-token-2', pageFacts(PAGE_ID))
  for (const page of fake.pages) page.token = 'page-token-2'
  const states: string[] = []
  app.tokens.onChange((status) => states.push(status.state))

  app.tokens.suspect(PAGE_ID, 'page-token-1', refused('error 190'))
  await state(app, 'valid')
  t.equal(app.tokens.tokenFor(PAGE_ID), 'page-token-2')
  t.strictSame(states, ['suspect', 'valid'])
  t.strictSame(app.needs.open(), [])
  const kept = await createTokenStore({ dir, key: null })
  t.match(kept.pages(), [{ token: 'page-token-2', subscribedFields: ['messages'] }])
})

t.test('wrong app credentials become a need of their own', async (t) => {
  const { app, dir } = await build(t, { FB_APP_SECRET: 'another-secret' })
  const earlier = await createTokenStore({ dir, key: null })
  await earlier.save({ pages: [pageToken({ pageId: PAGE_ID })] })
  await app.after()
  const raised = new Promise((resolve) => app.needs.onChange(({ need }) => resolve(need)))
  await app.ready()
  t.match(await raised, { pageId: PAGE_ID, cause: 'configuration', remedy: /FB_APP_SECRET/ })
  t.equal(app.tokens.status(PAGE_ID).state, 'valid')
})

t.test('an unreadable token file stops the start', async (t) => {
  const { app, dir } = await build(t)
  await writeFile(`${dir}/tokens.json`, '{"half')
  await t.rejects(async () => app.ready(), { code: 'BOT_TOKEN_STORE_UNREADABLE' })
})

t.test('tokens that cannot be read under the running bot are a need, until they can', async (t) => {
  const { app, dir } = await build(t)
  const cli = await createTokenStore({ dir, key: null })
  await cli.save({ pages: [pageToken({ pageId: PAGE_ID })] })
  await app.after()
  const usable = state(app, 'valid')
  await app.ready()
  await usable
  const path = `${dir}/tokens.json`
  const whole = await readFile(path)
  const change = (isOpened: boolean): Promise<Need> =>
    new Promise((resolve) => {
      const alive = setInterval(() => undefined, 1000)
      const stop = app.needs.onChange(({ need, opened }) => {
        if (need.cause !== 'token_file' || opened !== isOpened) return
        stop()
        clearInterval(alive)
        resolve(need)
      })
    })
  // Renamed into place: a moment without a file would be one without tokens.
  const put = (aside: Promise<void>): Promise<void> => aside.then(() => rename(`${path}.aside`, path))
  const breaks = {
    half: () => put(writeFile(`${path}.aside`, '{"half')),
    // What root may not read either.
    folder: () => put(symlink(dir, `${path}.aside`)),
  }
  for (const [how, spoil] of Object.entries(breaks)) {
    const raised = change(true)
    await spoil()
    t.match(
      await raised,
      { pageId: WHOLE_BOT, what: /tokens\.json cannot be read: .*goes on with the tokens/, remedy: /\w/ },
      how,
    )
    t.equal(app.tokens.tokenFor(PAGE_ID), 'page-token-1')
    const settled = change(false)
    await put(writeFile(`${path}.aside`, whole))
    await settled
    t.equal(app.tokens.tokenFor(PAGE_ID), 'page-token-1')
  }
})
