import t, { type Test } from 'tap'
import { buildConsole, openTab, signedInTab } from '../../helpers/console.ts'
import { signed, textCallback } from '../../helpers/sign.ts'
import { until } from '../../helpers/until.ts'

const addressOf = (psid: string, pageId = '100'): string =>
  `/operator/conversation?${new URLSearchParams({ page: pageId, psid }).toString()}`

/** A visitor has written to a Page that has no token, so that the reply waits. */
const scene = async (t: Test, text: string, psid = '700') => {
  const world = await buildConsole(t)
  await world.app.inject(signed(textCallback(text, 'm_1', { psid })))
  await until(async () => (await world.app.store.counts()).outbox.size > 0)
  return { ...world, tab: await signedInTab(world.app) }
}

t.test(
  'a conversation opens on demand, with times and states, and that is logged without its content',
  async (t) => {
    const { tab, app, log } = await scene(t, 'my secret is 4711')
    const overview = await tab.get('/operator')
    const [, link = ''] = /<a href="([^"]*conversation\?[^"]*)"/.exec(overview.body) ?? []
    t.equal(link.replaceAll('&amp;', '&'), addressOf('700'))
    t.notMatch(log(), /opened a conversation/)

    const { statusCode, headers, body } = await tab.get(addressOf('700'))
    t.equal(statusCode, 200)
    t.match(headers, { 'cache-control': 'no-store', 'content-security-policy': /default-src 'none'/ })
    t.match(body, /Facebook keeps what was said, and it cannot be asked until/)
    t.match(body, /data-state="waiting"/)
    t.match(body, /<time datetime="[^"]+">\d{4}-\d\d-\d\d \d\d:\d\d UTC<\/time>/)
    const opened = log()
      .split('\n')
      .filter((line) => line.includes('opened a conversation'))
    t.equal(opened.length, 1)
    t.match(JSON.parse(opened[0] ?? ''), { level: 30, client: '127.0.0.1', pageId: '100', psid: '700' })
    t.notMatch(log(), /4711/)
    const [reply = ''] = /dir="auto"[^>]*>[^<]{20}/.exec(body)?.[0].split('>').slice(1) ?? []
    t.ok(reply.length === 20 && !log().includes(reply), 'what the bot says is not in the log either')
    t.notMatch(body, /<script(?![^>]*\ssrc=)/)
    t.equal((await app.inject({ method: 'HEAD', url: addressOf('700') })).statusCode, 404, 'nothing is shown')
  },
)

t.test('a stranger sees nothing of it', async (t) => {
  const { app, log } = await scene(t, 'hello')
  t.match(await openTab(app).get(addressOf('700')), {
    statusCode: 303,
    headers: { location: '/operator/sign-in' },
  })
  t.notMatch(log(), /opened a conversation/)
})

t.test('hostile ids and texts are shown harmlessly, and not all of what is endless', async (t) => {
  const psid = '"><script>alert(1)</script>\u202Elive'
  const { tab, app } = await scene(t, 'hello', psid)
  // Held back, so that the text itself is still there to be shown.
  Object.assign(app.store, { claimInbox: async () => [] })
  const endless = `<img src=x onerror=alert(2)>\u202E\u0000${'x'.repeat(100_000)}`
  await app.inject(signed(textCallback(endless, 'm_2', { psid })))

  const { statusCode, body } = await tab.get(addressOf(psid))
  t.equal(statusCode, 200)
  t.match(body, /&lt;script&gt;alert\(1\)/)
  t.match(body, /&lt;img src=x onerror=alert\(2\)&gt;\ufffdxxx/)
  t.notMatch(body, /<script>|<img|\u202E/)
  t.notOk(body.includes('\u0000'))
  t.match(body, /… \(96,0\d\d more\)/)
  t.ok(body.length < 20_000, String(body.length))
  t.match(body, /class="text"\s+dir="auto"\s+tabindex="0"/)

  const long = await scene(t, 'hello', 'y'.repeat(500))
  const overview = (await long.tab.get('/operator')).body
  t.notMatch(overview, /conversation\?/)
  t.match(overview, /y{100}… \(400 more\)/)
})

t.test('what was forgotten says so', async (t) => {
  const { tab, app } = await scene(t, 'hello')
  await app.store.forget({ psid: '700' })
  t.match(await tab.get(addressOf('700')), { statusCode: 404, body: /or was forgotten/ })
})

t.test('what is no conversation is told as that', async (t) => {
  const { tab, log } = await scene(t, 'hello')
  t.match(await tab.get(addressOf('nobody')), { statusCode: 404, body: /has never written to this Page/ })
  t.match(await tab.get(addressOf('700', '101')), { statusCode: 404 })
  for (const query of ['', '?page=100', '?page=100&psid=', '?page=100&psid=1&psid=2', '?psid=700']) {
    t.match(await tab.get(`/operator/conversation${query}`), { statusCode: 400 }, query)
  }
  t.notMatch(log(), /opened a conversation/)
})

t.test('what a person did in a conversation is kept, but not whose it was', async (t) => {
  const psid = '7007007007007007'
  const { app, clock } = await buildConsole(t)
  await app.inject(signed(textCallback('hello', 'm_1', { psid, atMs: clock.now() })))
  const tab = await signedInTab(app)
  await tab.get(addressOf(psid))
  const answer = await tab.submit('/operator/conversation/answer', { do: 'say', text: 'Ann here.' })
  t.equal(answer.statusCode, 303, answer.body)
  const { body } = await tab.get('/operator/people')
  t.match(body, /answered a visitor/)
  await app.store.forget({ psid })
  t.notMatch(await app.store.recall('console.acts'), psid)
})

t.test(
  'an answer whose form is posted twice is sent once and stands once in the log of actions',
  async (t) => {
    const { app, clock } = await buildConsole(t)
    await app.inject(signed(textCallback('hello', 'm_1', { atMs: clock.now() })))
    const tab = await signedInTab(app)
    await tab.get(addressOf('700'))
    const form = tab.page()
    const send = (fields: Record<string, string>) => tab.submit('/operator/conversation/answer', fields)
    const said = { do: 'say', text: 'Ann here.' }
    const both = await Promise.all([send(said), send(said)])
    t.strictSame(
      both.map(({ statusCode }) => statusCode),
      [303, 303],
    )
    const answers = async (): Promise<number> => {
      await until(async () => (await app.store.counts()).inbox === 0)
      const kept = await app.store.conversation({ pageId: '100', psid: '700', limit: 20 })
      return (kept?.replies ?? []).filter(({ body }) => body.includes('here.')).length
    }
    const acts = async (): Promise<number> => {
      const text = await app.store.recall('console.acts')
      return text?.split('answered a visitor').length ?? 0
    }
    await until(async () => (await acts()) > 1)
    t.equal(await answers(), 1)
    t.equal(await acts(), 2, 'one action')

    // After the browser's Back, the form has its old id.
    t.equal(tab.page(), form)
    t.equal((await send({ do: 'say', text: 'Bob is here.' })).statusCode, 303)
    t.equal(await answers(), 2, 'another text is another answer')
    await until(async () => (await acts()) === 3)
  },
)
