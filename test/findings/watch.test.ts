import t, { type Test } from 'tap'
import { isQuietAt } from '../../src/alerts/quiet-hours.ts'
import { createNeeds, WHOLE_BOT } from '../../src/alerts/needs.ts'
import type { AppWebhookState } from '../../src/findings/facts.ts'
import { createGraphFailure } from '../../src/findings/graph-failure.ts'
import { visitorsOfPeople, whoWaits, type WaitingVisitor } from '../../src/findings/people.ts'
import { createWatch } from '../../src/findings/watch.ts'
import type { DeadLetter } from '../../src/store/dead-letters.ts'
import { createFakeClock } from '../helpers/clock.ts'

const EVERY_MS = 15_000
const SET: AppWebhookState = { is: 'set', url: 'https://bot/webhook', isActive: true, missing: [] }
const VERA: WaitingVisitor = { pageId: '1001', psid: '7', sinceMs: 0, windowEndsMs: null }
const REFUSED = {
  id: 'a.1',
  reason: 'bad_request',
  error: { message: 'the picture is gone' },
  body: '{}',
} as DeadLetter

const DAY_MS = 86_400_000

const build = (t: Test) => {
  const clock = createFakeClock()
  const needs = createNeeds({ clock })
  const world = {
    webhook: SET as AppWebhookState | null,
    refused: [] as DeadLetter[],
    waiting: [] as WaitingVisitor[],
    isQuiet: false,
  }
  const told: string[] = []
  needs.onChange(({ need, opened }) => told.push(`${opened ? '+' : '-'}${need.cause} ${need.pageId}`))
  const watch = createWatch({
    needs,
    deadLetters: { list: async () => ({ letters: world.refused, next: null }) },
    waiting: async () => world.waiting,
    isQuiet: () => world.isQuiet,
    appWebhook: () => world.webhook,
    webhookUrl: null,
    nameOf: () => 'Bakery',
    clock,
    log: { warn: (facts) => t.fail(JSON.stringify(facts)) },
  })
  watch.start()
  t.teardown(watch.stop)
  return { clock, needs, world, told, next: (rounds = 1) => clock.advance(rounds * EVERY_MS) }
}

t.test('a refused reply is a need until none is left, and the need says what Facebook said', async (t) => {
  const { world, needs, told, next } = build(t)
  await next()
  t.same(told, [])
  world.refused = [REFUSED]
  await next()
  t.match(needs.open(), [{ cause: 'refused', pageId: WHOLE_BOT, what: /1 reply.*the picture is gone/ }])
  world.refused = [REFUSED, REFUSED]
  await next()
  t.match(needs.open(), [{ what: /2 replies/ }], 'it grows without another notice')
  world.refused = []
  await next()
  t.same(told, ['+refused *', '-refused *'])
})

t.test(
  'a reply that several visitors did not get is told with its name, the words of Facebook and the cure',
  async (t) => {
    const { world, needs, told, next } = build(t)
    const letter = (psid: string, saying: string | undefined, code = 100): DeadLetter => ({
      ...REFUSED,
      pageId: '1001',
      psid,
      error: { verdict: 'bad_request', code, subcode: null, fbtraceId: null, message: `(#${code}) too long` },
      body: JSON.stringify({ message: {}, saying }),
    })
    world.refused = [
      letter('7', 'hours'),
      letter('7', 'hours'),
      letter('8', 'hours', 105),
      letter('8', 'prices'),
    ]
    await next()
    t.notMatch(
      needs.open()[0]?.what,
      'again and again',
      'neither one visitor nor another cause is the script’s',
    )
    world.refused.push(letter('8', 'hours'))
    await next()
    t.match(needs.open(), [
      {
        what: /^Facebook refuses the reply "hours" of the script again and again: \(#100\) too long\. Facebook did not accept 5/,
        remedy: /^Correct the named reply in the script/,
      },
    ])
    world.refused.push(letter('9', 'hours'), letter('1', ''), letter('2', ''))
    await next()
    t.match(needs.open(), [{ what: /the fallback of the script again and again/ }])
    world.refused.push(letter('3', ''))
    await next()
    t.same(
      told,
      ['+refused *', '-refused *', '+refused *', '-refused *', '+refused *'],
      'news for each reply, once',
    )
  },
)

t.test('who asks for a person is told of once in ten minutes, Page by Page', async (t) => {
  const { clock, world, needs, told, next } = build(t)
  world.waiting = [VERA]
  await next()
  world.waiting = [VERA, { ...VERA, psid: '8' }, { ...VERA, pageId: '1002' }]
  await next()
  t.same(told, ['+person 1001', '+person 1002'])
  t.match(needs.open()[0], { what: /2 visitors have asked/, pageName: 'Bakery' })
  world.waiting = []
  await next()
  world.waiting = [VERA]
  await next(2)
  t.equal(told.filter((line) => line === '+person 1001').length, 1, 'not again so soon')
  // It was wrong, or is now: the minutes go by all the same.
  clock.set(-DAY_MS)
  await next(40)
  t.equal(told.filter((line) => line === '+person 1001').length, 2)
})

t.test(
  'an app whose webhooks go nowhere is a need after a minute, and no longer once they come',
  async (t) => {
    const { clock, world, needs, told, next } = build(t)
    world.webhook = { is: 'absent' }
    await next(3)
    t.same(told, [], 'it may be about to be set')
    clock.set(-DAY_MS)
    await next(3)
    t.match(needs.open(), [{ cause: 'webhook', what: /not set/, remedy: /FB_VERIFY_TOKEN.*PUBLIC_URL/ }])
    world.webhook = SET
    await next()
    t.same(told, ['+webhook *', '-webhook *'])
  },
)

t.test('in quiet hours a visitor who asks for a person is told of when they are over', async (t) => {
  const { world, told, next } = build(t)
  world.isQuiet = true
  world.waiting = [VERA]
  await next(3)
  t.same(told, [])
  world.isQuiet = false
  await next()
  t.same(told, ['+person 1001'])
})

t.test('quiet hours may go over midnight', async (t) => {
  const at = (hours: number, minutes = 0): number => new Date(2026, 10, 21, hours, minutes).getTime()
  t.same(
    [at(21, 59), at(22), at(3), at(6, 59), at(7)].map((ms) => isQuietAt('22:00-07:00', ms)),
    [false, true, true, true, false],
  )
  t.same(
    [at(11, 59), at(12), at(13)].map((ms) => isQuietAt('12:00-13:00', ms)),
    [false, true, false],
  )
  t.equal(isQuietAt(undefined, at(3)), false)
})

t.test(
  'a visitor whom no person answered stays on the list for 7 days, an answered one until the bot is back',
  async (t) => {
    const left = (handover: object) => [
      { pageId: '1', psid: '7', state: JSON.stringify({ handover }), windowEndsMs: null },
    ]
    const is = (handover: object, days: number): string | undefined =>
      visitorsOfPeople(left(handover), days * 86_400_000, () => null)[0]?.is
    const asked = { sinceMs: 1, words: { text: 'my order?', mid: null } }
    t.same(
      [0.5, 2, 8].map((days) => is(asked, days)),
      ['waiting', 'missed', undefined],
    )
    t.same(
      [0.5, 2].map((days) => is({ ...asked, personMs: 5000 }, days)),
      ['attended', undefined],
    )
    t.match(
      visitorsOfPeople(left(asked), 5000, () => null),
      [{ words: 'my order?', sinceMs: 1 }],
    )
  },
)

t.test('only those wait who asked for a person and have heard from none', async (t) => {
  const left = (psid: string, handover: object) => ({
    pageId: '1001',
    psid,
    state: JSON.stringify({ handover }),
    windowEndsMs: null,
  })
  const waiting = whoWaits(
    [
      left('asked', { sinceMs: 1000 }),
      left('answered', { sinceMs: 1000, personMs: 2000 }),
      left('asked again', { sinceMs: 3000, personMs: 2000 }),
      left('a person came by', { sinceMs: 1000, personMs: 1000, asked: false }),
      left('long ago', { sinceMs: -90_000_000 }),
    ],
    5000,
    () => null,
  )
  t.same(
    waiting.map(({ psid }) => psid),
    ['asked', 'asked again'],
  )
})

t.test(
  'Facebook is silent from the first call without an answer until the next one that has one',
  async (t) => {
    const clock = createFakeClock()
    const { heard, sinceMs } = createGraphFailure({ clock })
    t.equal(sinceMs(), null)
    heard('transient')
    const startMs = clock.now()
    await clock.advance(5000)
    heard('ambiguous')
    t.equal(sinceMs(), startMs)
    heard('token_invalid')
    t.equal(sinceMs(), null, 'a refusal is an answer')
    heard('transient')
    await clock.advance(6 * 60_000)
    t.equal(sinceMs(), null, 'nothing was asked lately')
  },
)
