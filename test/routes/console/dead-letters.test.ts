import { join } from 'node:path'
import t, { type Test } from 'tap'
import { openTestStore } from '../../helpers/store.ts'
import { createFakeClock } from '../../helpers/clock.ts'
import { buildConsole, signedInTab } from '../../helpers/console.ts'
import { anyRoom, handleAll, newEvent } from '../../store/steps.ts'

const LIST = '/operator/dead-letters'

/** Lets a reply with each of these texts die, before there is a bot that could handle the events. */
const bury = async (dir: string, texts: readonly string[]): Promise<void> => {
  const clock = createFakeClock()
  const store = await openTestStore({ file: join(dir, 'evergreen.db'), clock })
  await store.accept(texts.map((_, n) => newEvent(`m${n}`, { psid: `psid-${n}`, timestampMs: clock.now() })))
  await handleAll(store, (key) => [JSON.stringify({ message: { text: texts[Number(key.slice(1))] } })])
  for (;;) {
    const [claim] = await store.claimOutbox(1, anyRoom)
    if (claim === undefined) break
    for (const reply of claim.replies) {
      await store.finishReply(claim, reply, { status: 'dead', reason: 'bad_request', error: REFUSAL })
    }
    store.releaseOutbox(claim)
  }
  await store.close()
}

const REFUSAL = {
  verdict: 'bad_request',
  code: 100,
  subcode: null,
  fbtraceId: 'Trace1',
  message: 'No <b>matching</b> user',
}

const scene = async (t: Test, texts: readonly string[]) => {
  const dir = t.testdir()
  await bury(dir, texts)
  const world = await buildConsole(t, { dir })
  return { ...world, tab: await signedInTab(world.app) }
}

const idsOn = (page: string): string[] =>
  [...page.matchAll(/type="checkbox" name="id" value="([^"]+)"/g)].map(([, id = '']) => id)

t.test('dead letters are listed without their content, and read one by one, which is logged', async (t) => {
  const { tab, log } = await scene(t, ['hello <script>alert(1)</script>', 'second'])
  const { body } = await tab.get(LIST)
  const ids = idsOn(body)
  t.equal(ids.length, 2)
  t.notMatch(body, /hello|second/)
  t.notMatch(log(), /read a dead letter/)

  const letter = await tab.get(`${LIST}/${ids[1]}`)
  t.match(letter.body, /hello &lt;script&gt;alert\(1\)/)
  t.match(letter.body, /No &lt;b&gt;matching&lt;\/b&gt; user/)
  t.notMatch(letter.body, /<script>alert/)
  t.match(log(), /the operator read a dead letter/)
  t.notMatch(log(), /hello/)

  t.match((await tab.get('/operator')).body, /Dead letters<\/dt>\s*<dd><b>2<\/b>/)
})

t.test('those ticked are retried or dropped, the others stay', async (t) => {
  const { tab, app, log } = await scene(t, ['a', 'b', 'c'])
  const [first = '', second = '', third = ''] = idsOn((await tab.get(LIST)).body)

  const asked = await tab.submit(LIST, { do: 'drop', id: [first] })
  t.match(asked, { statusCode: 200, body: /Drop 1 dead letter\?/ }, 'it asks back')
  t.match(await app.store.counts(), { dead: 3 })
  const dropped = await tab.submit(LIST, { do: 'drop', id: [first], sure: 'yes' })
  t.match(dropped, { statusCode: 303, headers: { location: `${LIST}?did=drop&count=1` } })
  t.match((await tab.get(String(dropped.headers.location))).body, /1 dead letter dropped\./)
  const retried = await tab.submit(LIST, { do: 'retry', id: [second, 'unknown', first] })
  t.match((await tab.get(String(retried.headers.location))).body, /1 reply put back to be sent\./)

  await tab.submit(LIST, { do: 'retry', id: [second, 'unknown', first] })

  t.same(idsOn((await tab.get(LIST)).body), [third])
  t.match(await app.store.counts(), { dead: 1, outbox: new Map([['page-1', 1]]) })
  t.match(log(), /the operator dropped dead letters/)
  t.match(log(), /the operator retried dead letters/)
  const acts = (await app.store.recall('console.acts')) ?? ''
  t.equal(acts.split('retried dead letters').length, 2, 'the form posted twice is one action')
})

t.test('all of them at once', async (t) => {
  const { tab, app } = await scene(
    t,
    Array.from({ length: 60 }, (_, n) => `text ${n}`),
  )
  const { body } = await tab.get(LIST)
  t.equal(idsOn(body).length, 50)
  const [, older = ''] = /<a href="([^"]+after=[^"]+)"/.exec(body) ?? []
  t.equal(idsOn((await tab.get(older)).body).length, 10)

  t.match(await tab.submit(LIST, { do: 'retry', all: 'yes' }), {
    headers: { location: `${LIST}?did=retry&count=60` },
  })
  t.match(await app.store.counts(), { dead: 0, outbox: new Map([['page-1', 60]]) })
})

t.test('what cannot be meant changes nothing', async (t) => {
  const { tab, app } = await scene(t, ['a'])
  for (const fields of [{}, { do: 'burn' }, { do: '<script>' }]) {
    await tab.get(LIST)
    t.match(await tab.submit(LIST, { ...fields, all: 'yes' }), {
      statusCode: 400,
      body: /retried or dropped/,
    })
  }
  await tab.get(LIST)
  t.match(await tab.submit(LIST, { do: 'drop', id: [] }), {
    headers: { location: `${LIST}?did=drop&count=0` },
  })
  t.match(await tab.get(`${LIST}/nothing`), { statusCode: 404, body: /no such dead letter/ })
  t.match(await tab.get(`${LIST}/${encodeURIComponent('<script>')}`), { statusCode: 404 })
  for (const query of [
    '?after=nonsense',
    '?after=1&after=2',
    '?did=%3Cscript%3E&count=1',
    '?did=drop&count=x',
  ]) {
    const answer = await tab.get(LIST + query)
    t.equal(answer.statusCode, 200, query)
    t.notMatch(answer.body, /<script>/)
  }
  t.equal((await app.store.counts()).dead, 1)
})
