import { join } from 'node:path'
import t from 'tap'
import { createGraph } from '../../src/graph/client.ts'
import { createTokenStore } from '../../src/store/tokens/token-store.ts'
import { bootstrap } from '../../src/token/bootstrap.ts'
import { systemClock } from '../../src/base/clock.ts'
import { createSandbox } from '../../sandbox/src/server.ts'
import { startBotProcess, type BotProcess } from '../helpers/bot-process.ts'

const APP = { id: '600000000000001', secret: 'app-secret-1', verifyToken: 'verify-1' }
const VISITORS = 12
const TEXTS = 5

const SCRIPT = `
replies:
  echo: { when: '/^say (?<word>[a-z0-9]+)$/', say: ['one {{word}}', 'two {{word}}'] }
fallback: { say: What? }
`

t.test('SIGTERM in the middle of the work loses nothing, doubles nothing, and keeps the order', async (t) => {
  const dir = t.testdir({ 'bot.yaml': SCRIPT })
  const dataDir = join(dir, 'data')
  const sandbox = await createSandbox({
    appId: APP.id,
    appSecret: APP.secret,
    seed: 5,
    latencyMs: 20,
    visitors: Array.from({ length: VISITORS }, (_, n) => ({ name: `Visitor ${n}` })),
  })
  t.teardown(() => sandbox.close())
  const [pageId = ''] = sandbox.world.pages.keys()
  const psids = [...sandbox.world.visitors.keys()]
  const said = (psid: string) =>
    (sandbox.conversation(pageId, psid)?.messages ?? []).flatMap(({ from, text }) =>
      from === 'page' ? [text] : [],
    )
  const total = () => psids.reduce((sum, psid) => sum + said(psid).length, 0)
  const start = async (): Promise<BotProcess> => {
    const env = {
      FB_GRAPH_URL: sandbox.origin,
      BOT_SCRIPT: join(dir, 'bot.yaml'),
      // The pace of a Page is not what the replies wait for here.
      MESSAGES_PER_SECOND: '300',
    }
    const bot = await startBotProcess(t, { dataDir, env })
    sandbox.setWebhook({ url: `${bot.address}/webhook`, verifyToken: APP.verifyToken })
    sandbox.courier.hurry()
    return bot
  }
  await connect(sandbox.origin, sandbox.userToken(), dataDir)

  let bot = await start()
  const words = Array.from({ length: TEXTS }, (_, n) => `w${n}`)
  for (const word of words)
    for (const psid of psids) sandbox.act(pageId, psid, { type: 'text', text: `say ${word}` })
  await sandbox.until(() => total() >= VISITORS)
  bot.child.kill('SIGTERM')
  t.same(await bot.ended, [0, null], 'it ends by itself')
  t.match(bot.lines.at(-1), /"msg":"stopped"/)
  t.ok(total() < VISITORS * TEXTS * 2, 'replies still wait')
  bot = await start()
  await sandbox.until(() => psids.every((psid) => said(psid).length >= words.length * 2), 60_000)
  await sandbox.courier.idle()

  const expected = words.flatMap((word) => [`one ${word}`, `two ${word}`])
  for (const psid of psids) t.same(said(psid), expected)
  bot.child.kill('SIGTERM')
  t.same(await bot.ended, [0, null])
})

/** What `npm run bootstrap-token` does. */
async function connect(origin: string, userToken: string, dataDir: string): Promise<void> {
  const graph = createGraph({ origin, version: 'v25.0', appId: APP.id, appSecret: APP.secret })
  const store = await createTokenStore({ dir: dataDir, key: null })
  await bootstrap({ graph, store, appId: APP.id, clock: systemClock, userToken, subscribe: true })
  await store.close()
  await graph.close()
}
