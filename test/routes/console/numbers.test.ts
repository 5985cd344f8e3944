import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import t, { type Test } from 'tap'
import type { Count } from '../../../src/base/counts.ts'
import { openTestStore } from '../../helpers/store.ts'
import { createFakeClock } from '../../helpers/clock.ts'
import { buildConsole, openTab, signedInTab } from '../../helpers/console.ts'
import { finishAll, newEvent, sendAll } from '../../store/steps.ts'

const NUMBERS = '/operator/numbers'
const HOUR_MS = 3_600_000
const SCRIPT = 'replies: { hours: { title: Opening hours, when: [opening hours], say: From 9 to 18. } }\n'

/** Visitors have written to the Page; each event counts as `counts`. */
const scene = async (t: Test, visitors: readonly { hoursAgo: number; counts: readonly Count[] }[]) => {
  const dir = t.testdir()
  const script = join(dir, 'bot.yaml')
  writeFileSync(script, SCRIPT)
  const clock = createFakeClock()
  const nowMs = clock.now()
  const store = await openTestStore({
    file: join(dir, 'evergreen.db'),
    clock: { ...clock, now: () => atMs },
  })
  let atMs = nowMs
  for (const [index, { hoursAgo, counts }] of visitors.entries()) {
    atMs = nowMs - hoursAgo * HOUR_MS
    await store.accept([newEvent(`m${index}`, { psid: `psid-${index}`, timestampMs: atMs })])
    await finishAll(store, () => ({ replies: ['one'], counts }))
    await sendAll(store)
  }
  await store.close()
  const world = await buildConsole(t, { dir, clock, env: { BOT_SCRIPT: script } })
  return { ...world, tab: await signedInTab(world.app) }
}

const VISITS = [
  { hoursAgo: 0, counts: [{ what: 'messages' }, { what: 'matched' }, { what: 'reply', name: 'hours' }] },
  { hoursAgo: 1, counts: [{ what: 'messages' }, { what: 'fallback' }, { what: 'handover' }] },
  {
    hoursAgo: 50,
    counts: [
      { what: 'messages' },
      { what: 'doubtful' },
      { what: 'form_begun', name: 'order' },
      { what: 'form_finished', name: 'order' },
      { what: 'first_answer' },
      { what: 'first_answer_ms', by: 600_000 },
    ],
  },
] as const

t.test('the numbers of a day, of 30 days and of 12 months are shown, each of its own time', async (t) => {
  const { tab } = await scene(t, VISITS)
  const { body, headers } = await tab.get(NUMBERS)
  t.match(headers, { 'content-security-policy': /default-src 'none'/ })
  t.match(body, /aria-current="page"\s*>30 days/)
  t.match(
    body,
    /data-figure="Messages">\s*<dt>Messages<\/dt>\s*<dd><b>3<\/b> <small>answered with 3 messages/,
  )
  t.match(body, /<b>67 %<\/b> <small>1 not understood/)
  t.match(body, /first answer after 10 minutes on average/)
  t.match(body, /<bdi>Opening hours<\/bdi><small><bdi>hours<\/bdi>/)
  t.match(body, /<bdi>order<\/bdi>\s*<\/th>\s*<td>1<\/td>\s*<td>\s*1\s+<small>100 %/)
  t.equal(body.match(/<svg viewBox="0 0 600/g)?.length, 4)
  t.equal(body.match(/<th scope="row">20\d\d-\d\d-\d\d/g)?.length, 30, 'the same numbers as a table')
  t.notMatch(body, /<script(?![^>]*\ssrc=)|style="/)

  const day = (await tab.get(`${NUMBERS}?period=24h`)).body
  t.match(day, /data-figure="Messages">\s*<dt>Messages<\/dt>\s*<dd><b>2<\/b>/)
  t.equal(day.match(/<th scope="row">\d\d:00 UTC/g)?.length, 24)
  const year = (await tab.get(`${NUMBERS}?period=12m`)).body
  t.equal(year.match(/<th scope="row">20\d\d-\d\d</g)?.length, 12)
  t.match((await tab.get(`${NUMBERS}?period=30d&page=elsewhere`)).body, /None was given/)
})

t.test('nothing at all is no error', async (t) => {
  const { tab } = await scene(t, [])
  t.match(await tab.get(NUMBERS), {
    statusCode: 200,
    body: /nothing was written[^]*Visitors: none in these 30 days/,
  })
})

t.test('the numbers come as comma-separated values, to those who have signed in', async (t) => {
  const { tab, app } = await scene(t, VISITS)
  const { body, headers } = await tab.get(`${NUMBERS}.csv?period=24h`)
  t.match(headers, {
    'content-type': 'text/csv; charset=utf-8',
    'content-disposition': 'attachment; filename="evergreen-24h.csv"',
  })
  const lines = body.trimEnd().split('\r\n')
  t.equal(lines.length, 25)
  t.match(lines[0], /^start_utc,visitors,messages,replies,replies_waited_for_token,understood,/)
  t.match(lines[24], /^20[^,]+,1,1,1,0,1,0,0,0,0,$/)
  t.match(lines[23], /^20[^,]+,1,1,1,0,0,0,1,1,0,$/)
  const names = await tab.get(`${NUMBERS}.csv?list=names`)
  t.equal(names.body, '\uFEFFkind,name,count,finished\r\nreply,hours,1,\r\nform,order,1,1\r\n')
  for (const path of ['', '.csv'])
    t.match(await openTab(app).get(`${NUMBERS}${path}`), {
      statusCode: 303,
      headers: { location: '/operator/sign-in' },
    })
})
