import { join } from 'node:path'
import { writeFileSync } from 'node:fs'
import t, { type Test } from 'tap'
import { buildConsole, openTab, signedInTab } from '../../helpers/console.ts'
import { signed, textCallback } from '../../helpers/sign.ts'
import { until } from '../../helpers/until.ts'

const VISITORS = '/operator/visitors'
const ANSWER = '/operator/conversation/answer'
const CONVERSATION = '/operator/conversation?page=100&psid=700'
const SCRIPT = `
replies:
  person: { title: A person, when: [talk to a person], say: Somebody comes., do: handover }
handover: { back: The bot is back. }
fallback: { say: Pardon? }
`

/** Visitor 700 has asked for a person on a Page that has no token, so all that is said waits. */
const scene = async (t: Test, script = SCRIPT) => {
  const dir = t.testdir()
  const file = join(dir, 'bot.yaml')
  writeFileSync(file, script)
  const world = await buildConsole(t, { dir, env: { BOT_SCRIPT: file } })
  const { app, clock } = world
  let mid = 0
  const say = async (text: string, psid = '700'): Promise<void> => {
    await app.inject(signed(textCallback(text, `m_${(mid += 1)}`, { psid, atMs: clock.now() })))
    await handled()
  }
  const handled = (): Promise<void> => until(async () => (await app.store.counts()).inbox === 0)
  /** What waits to be said to the visitor. */
  const waiting = async (psid = '700'): Promise<string[]> => {
    await handled()
    const kept = await app.store.conversation({ pageId: '100', psid, limit: 20 })
    return (kept?.replies ?? []).map(({ body }) => {
      const { do: effect, message } = JSON.parse(body) as { do?: string; message?: { text: string } }
      return effect ?? message?.text ?? ''
    })
  }
  await say('talk to a person')
  return { ...world, say, waiting, tab: await signedInTab(app) }
}

t.test('who waits for a person is listed with since when and the last words', async (t) => {
  const { tab, say, clock, log } = await scene(t)
  await clock.advance(120_000)
  await say('where is my order <b>4711</b>?')
  await say('hello', '800')
  const { body } = await tab.get(VISITORS)
  t.match(body, /aria-current="page"\s*>Waiting for a person <b>1<\/b>/)
  t.match(
    body,
    /data-is="waiting"[^]*<bdi>700<\/bdi>[^]*<q dir="auto">where is my order &lt;b&gt;4711[^]*for\s+<time[^>]*>2 minutes/,
  )
  t.match(body, /can be answered for (?:1 day|23 hours)/)
  t.notMatch(body, /<bdi>800/)
  t.match((await tab.get(`${VISITORS}?show=all`)).body, /<bdi>800<\/bdi>[^]*with the bot/)
  t.notMatch(log(), /4711/)
})

t.test('a search finds words, ids and, by a whole PSID, every conversation that is kept', async (t) => {
  const { tab, say, app } = await scene(t)
  await say('WHERE is my order?')
  const found = async (query: string): Promise<string> =>
    (await tab.get(`${VISITORS}?q=${encodeURIComponent(query)}`)).body
  t.match(await found('where is'), /data-is="waiting"/)
  t.match(await found('70'), /data-is="waiting"/)
  t.match(await found('nowhere'), /No visitor was found/)
  await say('hello', '800')
  app.activity.forget()
  t.match(await tab.get(`${VISITORS}?q=800`), { statusCode: 303, headers: { location: /page=100&psid=800/ } })
})

t.test('a search by name finds visitors of long ago, until they are forgotten', async (t) => {
  const { tab, say, app, log } = await scene(t)
  await say('hello', '800')
  await app.store.keepName({ pageId: '100', psid: '800', name: 'Zoë <b>Müller' })
  app.activity.forget()
  const found = await tab.get(`${VISITORS}?q=muller`)
  t.match(found.body, /psid=800[^>]*><bdi>Zoë &lt;b&gt;Müller<\/bdi>/)
  t.notMatch(log(), /Müller/)
  await app.store.forget({ psid: '800' })
  t.match((await tab.get(`${VISITORS}?q=muller`)).body, /No visitor was found/)
})

t.test('an operator answers as the Page: once, in order, without a word of it in the log', async (t) => {
  const { tab, waiting, log, say } = await scene(t)
  t.match((await tab.get(CONVERSATION)).body, /Facebook takes it for\s+another\s+(?:23 hours|1 day)/)
  const page = tab.page()
  const sent = await tab.submit(ANSWER, { do: 'say', text: 'Hi, Ann here: secret 4711' })
  t.match(sent, { statusCode: 303, headers: { location: /&did=say$/ } })
  const [, id = ''] = /name="id" value="([^"]+)"/.exec(page) ?? []
  t.match(await tab.submit(ANSWER, { do: 'say', text: 'Hi, Ann here: secret 4711', id }), { statusCode: 303 })
  t.same(await waiting(), ['Somebody comes.', 'handover', 'take', 'Hi, Ann here: secret 4711'])
  t.notMatch(log(), /4711/)
  t.match(log(), /"did":"say".*"the operator acted in a conversation"|the operator acted in a conversation/)
  t.match((await tab.get(sent.headers.location ?? '')).body, /Your answer is on its way[^]*secret 4711/)
  await say('thank you')
  t.equal((await waiting()).length, 4, 'the bot is silent')
  t.match((await tab.get(VISITORS)).body, /No visitor\./)
  t.match((await tab.get(`${VISITORS}?show=attended`)).body, /data-is="attended"[^]*thank you/)
})

t.test('an operator hands back to the bot, or closes', async (t) => {
  const { tab, waiting, say } = await scene(t)
  await tab.get(CONVERSATION)
  t.match(await tab.submit(ANSWER, { do: 'hand_back' }), { statusCode: 303 })
  t.same(await waiting(), ['Somebody comes.', 'handover', 'take', 'The bot is back.'])
  await tab.get(CONVERSATION)
  t.notMatch(tab.page(), /Hand back/, 'the bot has it')
  await say('talk to a person')
  await tab.get(CONVERSATION)
  t.match(await tab.submit(ANSWER, { do: 'close' }), { statusCode: 303 })
  t.same((await waiting()).slice(4), ['Somebody comes.', 'handover', 'take'])
  await say('xyzzy')
  t.equal((await waiting()).at(-1), 'Pardon?')
})

t.test('an answer is refused when it is too late, empty, too long, or without a visitor', async (t) => {
  const { tab, clock, app } = await scene(t)
  await tab.get(CONVERSATION)
  const refused = async (fields: Record<string, string>, statusCode: number, body: RegExp): Promise<void> =>
    void t.match(await tab.submit(ANSWER, fields), { statusCode, body })
  const { page } = tab
  t.ok(page())
  await refused({ do: 'say', text: ' ' }, 400, /The answer is empty/)
  await tab.get(CONVERSATION)
  await refused({ do: 'say', text: 'x'.repeat(2001) }, 400, /has 2001 characters/)
  await tab.get(CONVERSATION)
  await refused({ do: 'dance' }, 400, /what to do in it/)
  await tab.get(CONVERSATION)
  await refused({ do: 'say', text: 'hi', psid: '999' }, 404, /no such conversation/)
  await tab.get(CONVERSATION)
  const before = tab.page()
  // Nothing else of a day matters here: the timers of a whole bot would take 17 s of CPU.
  clock.skip(24 * 3_600_000 + 60_000)
  t.ok(before)
  const late = await tab.submit(ANSWER, { do: 'say', text: 'hi' })
  t.ok(late.statusCode === 303 || late.statusCode === 400, String(late.statusCode))
  t.equal((await app.store.conversation({ pageId: '100', psid: '700', limit: 20 }))?.replies.length, 2)
})

t.test('where the script says so, an answer is taken for 7 days', async (t) => {
  const { tab } = await scene(t, SCRIPT.replace('handover: {', 'handover: { human_agent: true,'))
  t.match((await tab.get(VISITORS)).body, /can be answered for [67] days/)
})

t.test('strangers see and do nothing', async (t) => {
  const { app, waiting } = await scene(t)
  const tab = openTab(app)
  t.match(await tab.get(VISITORS), { statusCode: 303, headers: { location: '/operator/sign-in' } })
  const { statusCode } = await tab.submit(ANSWER, {
    do: 'close',
    page: '100',
    psid: '700',
    id: 'x'.repeat(20),
  })
  t.ok([303, 401, 403].includes(statusCode), String(statusCode))
  t.same(await waiting(), ['Somebody comes.', 'handover'])
})
