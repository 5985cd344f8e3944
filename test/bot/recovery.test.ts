import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import t, { type Test } from 'tap'
import { buildApp } from '../../app/bot.ts'
import { cheapDatabaseThread } from '../helpers/database-thread.ts'
import { createClock } from '../../sandbox/src/clock.ts'
import { createSandbox, type Sandbox } from '../../sandbox/src/server.ts'
import { createFakeClock } from '../helpers/clock.ts'

const MINUTE_MS = 60_000
/** A slow machine takes some thousand steps for a talk, which has to end within Facebook's 24 hours. */
const STEP_MS = 10_000
const APP = { id: '600000000000001', secret: 'app-secret-1', verifyToken: 'verify-1' }

t.test('an outage longer than Facebook repeats loses no visitor', async (t) => {
  const { sandbox, pageId, ann, bob, say, said } = await facebook(t)
  const dir = t.testdir({ 'bot.yaml': SCRIPT })
  const first = await startBot(t, { sandbox, dir })
  await first.app.bootstrapToken({ userToken: sandbox.userToken() })
  await first.advance(MINUTE_MS)
  say(ann, 'say one')
  await sandbox.replies(pageId, ann, 1)
  await sandbox.courier.idle()
  await first.app.close()

  say(ann, 'say two')
  sandbox.act(pageId, bob, { type: 'postback', title: 'Opening hours', payload: 'hours' })
  await sandbox.until(() => sandbox.courier.backingOff() === 2)
  sandbox.clock.advance(61 * MINUTE_MS)
  await sandbox.until(() => !isSubscribed(sandbox, pageId))
  say(ann, 'say three')
  say(bob, 'say four')
  sandbox.clock.advance(30 * MINUTE_MS)

  const second = await startBot(t, { sandbox, dir })
  await second.until(/"recovered":4/)
  await paced(second, () => said(ann).length === 3 && said(bob).length === 2)
  t.ok(isSubscribed(sandbox, pageId))
  say(bob, 'say five')
  await paced(second, () => said(bob).length === 3)
  t.same(said(ann), ['You said one.', 'You said two.', 'You said three.'])
  t.same(said(bob), ['We are open.', 'You said four.', 'You said five.'])
  t.match(second.lines.join(''), /no longer subscribed[^]*"recovered":4/)

  // Once more, and there is nothing left to take in.
  await sandbox.courier.idle()
  await second.app.close()
  sandbox.clock.advance(20 * MINUTE_MS)
  const third = await startBot(t, { sandbox, dir })
  await third.until(/"recovered":0/)
  t.equal(said(ann).length + said(bob).length, 6)

  // Facebook does not list the conversations this time: those of whom the bot knows are read one by one.
  await third.app.close()
  say(ann, 'say six')
  await sandbox.until(() => sandbox.courier.backingOff() === 1)
  sandbox.clock.advance(61 * MINUTE_MS)
  await sandbox.until(() => !isSubscribed(sandbox, pageId))
  const error = {
    code: 1,
    message: "Please reduce the amount of data you're asking for, then retry your request",
  }
  sandbox.trouble('fail', { edge: 'all_conversations', times: 1000, error })
  const fourth = await startBot(t, { sandbox, dir })
  await fourth.until(/"recovered":1.*Facebook refuses to list the conversations/)
  await paced(fourth, () => said(ann).length === 4)
  sandbox.trouble('calm')
  await fourth.until(/"recovered":0/)
})

t.test('a short absence is bridged by Facebook itself, and no visitor is answered twice', async (t) => {
  const { sandbox, pageId, ann, bob, say, said } = await facebook(t)
  const dir = t.testdir({ 'bot.yaml': SCRIPT })
  const first = await startBot(t, { sandbox, dir })
  await first.app.bootstrapToken({ userToken: sandbox.userToken() })
  await first.advance(MINUTE_MS)
  await first.app.close()

  say(ann, 'say one')
  sandbox.act(pageId, bob, { type: 'postback', title: 'Something else', payload: 'hours' })
  await sandbox.until(() => sandbox.courier.backingOff() === 2)
  sandbox.clock.advance(20 * MINUTE_MS)
  await sandbox.until(() => sandbox.courier.backingOff() === 2)

  const second = await startBot(t, { sandbox, dir })
  sandbox.courier.hurry()
  await sandbox.replies(pageId, ann, 1)
  await sandbox.replies(pageId, bob, 1)
  await second.until(/"recovered":0,"known":2/)
  t.same([said(ann), said(bob)], [['You said one.'], ['We are open.']])
})

t.test('a Page that is unsubscribed for good is a need until it can be subscribed again', async (t) => {
  const { sandbox, pageId } = await facebook(t)
  const { app, advance, until, lines } = await startBot(t, {
    sandbox,
    dir: t.testdir({ 'bot.yaml': SCRIPT }),
  })
  await app.bootstrapToken({ userToken: sandbox.userToken() })
  while (!app.recovery.subscription(pageId)?.fields) await advance(1000)
  sandbox.world.pages.get(pageId)?.subscriptions.delete(APP.id)
  const error = { code: 200, message: 'Requires pages_manage_metadata permission' }
  sandbox.trouble('fail', { edge: 'subscribed_apps', times: 1000, error })

  await until(/"notice":"needed"/)
  t.match(app.needs.open(), [
    {
      pageId,
      cause: 'unsubscribed',
      what: /pages_manage_metadata/,
      remedy: /npm run bootstrap-token/,
      byToken: true,
    },
  ])
  t.match(lines.join(''), /Evergreen needs you: .* may not hear its visitors/)

  sandbox.trouble('calm')
  await until(/"notice":"well"/)
  t.same(app.needs.open(), [])
  t.ok(isSubscribed(sandbox, pageId))
})

const SCRIPT = `
replies:
  hours: { title: Opening hours, when: [when are you open], say: We are open. }
  echo: { when: '/^say (?<word>[a-z]+)$/', say: 'You said {{word}}.' }
fallback: { say: What? }
`

const isSubscribed = (sandbox: Sandbox, pageId: string): boolean =>
  sandbox.world.pages.get(pageId)?.subscriptions.has(APP.id) ?? false

/** Waits for replies. Only the pace holds them back: of 35 messages a second two go at once, each other one after 30 ms. */
const paced = async (
  bot: { advance: (ms: number) => Promise<void> },
  isDone: () => boolean,
): Promise<void> => {
  while (!isDone()) await bot.advance(30)
}

async function facebook(t: Test) {
  const sandbox = await createSandbox({
    appId: APP.id,
    appSecret: APP.secret,
    clock: createClock({ frozen: true, startMs: Date.UTC(2026, 10, 21, 12) }),
    seed: 11,
  })
  t.teardown(() => sandbox.close())
  const pageId = [...sandbox.world.pages.keys()][0] ?? ''
  const [ann = '', bob = ''] = sandbox.world.visitors.keys()
  return {
    sandbox,
    pageId,
    ann,
    bob,
    say: (psid: string, text: string) => sandbox.act(pageId, psid, { type: 'text', text }),
    said: (psid: string): (string | null)[] =>
      (sandbox.conversation(pageId, psid)?.messages ?? [])
        .filter(({ from }) => from === 'page')
        .map(({ text }) => text),
  }
}

/** The whole bot, on a clock that goes with Facebook's, with its address in the App Dashboard. */
async function startBot(t: Test, { sandbox, dir }: { sandbox: Sandbox; dir: string }) {
  const clock = createFakeClock(sandbox.clock.nowMs())
  const lines: string[] = []
  const app = await buildApp({
    databaseThread: cheapDatabaseThread(),
    env: {
      FB_APP_ID: APP.id,
      FB_APP_SECRET: APP.secret,
      FB_VERIFY_TOKEN: APP.verifyToken,
      FB_GRAPH_URL: sandbox.origin,
      DATA_DIR: join(dir, 'data'),
      BOT_SCRIPT: join(dir, 'bot.yaml'),
    },
    clock,
    logStream: { write: (line) => void lines.push(line) },
  })
  t.teardown(() => app.close())
  await app.listen({ host: '127.0.0.1', port: 0 })
  const { port } = app.server.address() as AddressInfo
  sandbox.setWebhook({ url: `http://127.0.0.1:${port}/webhook`, verifyToken: APP.verifyToken })
  /** The bot waits for times that Facebook tells, so its time passes there, too. */
  const advance = async (ms: number): Promise<void> => {
    sandbox.clock.advance(ms)
    await clock.advance(ms)
  }
  /** Lets time pass until a log line says so; in small steps, as it also passes while a call is under way. */
  const until = async (pattern: RegExp): Promise<void> => {
    for (let step = 0; !lines.some((line) => pattern.test(line)); step += 1) {
      if (step > 10_000) throw new Error(`never logged: ${pattern.source}`)
      await advance(STEP_MS)
    }
  }
  return { app, lines, until, advance }
}
