import t, { type Test } from 'tap'
import { readAnswer } from '../../src/graph/answer.ts'
import type { GraphError } from '../../src/graph/error.ts'
import { settle } from '../helpers/clock.ts'
import { createWorld, refusal, type World } from './harness.ts'

/** Limits that Facebook answers for one conversation, and for the Page. By a fake clock, with the real store. */

const limit = (retryAfterMs: number | null): GraphError =>
  refusal('rate_limited', 'messages', { graphCode: 613, retryAfterMs })

/** How long healthy visitors wait beside one whose sends are limited, ms, in the order they wrote. */
const waitsBeside = async (t: Test, refused: GraphError): Promise<{ world: World; waitsMs: number[] }> => {
  const world = await createWorld(t, { rates: {} })
  world.delivery.start()
  const sentMs = new Map<string, number>()
  world.graph.answer = ({ psid, message }) => {
    if (psid === 'limited') return refused
    sentMs.set(message.text ?? '', world.clock.elapsed())
    return undefined
  }
  await world.say('limited', { psid: 'limited' })
  const wroteMs: number[] = []
  for (let n = 0; n < 40; n += 1) {
    wroteMs.push(world.clock.elapsed())
    await world.say(`well ${n}`, { psid: `well-${n % 5}` })
    await pass(world, 3000)
  }
  return {
    world,
    waitsMs: wroteMs.map((ms, n) => (sentMs.get(`well ${n}`) ?? Number.POSITIVE_INFINITY) - ms),
  }
}

const pass = async (world: World, ms: number): Promise<void> => {
  for (let passed = 0; passed < ms; passed += 100) {
    await world.clock.advance(100)
    for (let n = 0; n < 3; n += 1) await world.store.counts()
    await settle(3)
  }
}

t.test('a limit of one conversation shuts the Page once, and not again and again', async (t) => {
  const { world, waitsMs } = await waitsBeside(t, limit(null))
  const lateMs = Math.max(...waitsMs.slice(20))
  t.ok(lateMs < 1000, `in the end the others wait ${lateMs} ms at most`)
  t.same(world.needs, [], 'one visitor is no alert')
  t.same(world.dead, [], 'and no reply dies')
})

t.test(
  'a limit for which Facebook asks to wait is of the Page, also where one visitor meets it',
  async (t) => {
    const { waitsMs } = await waitsBeside(t, limit(10_000))
    t.ok(Math.max(...waitsMs.slice(20)) >= 5000, 'nothing is sent while it asks to wait')
  },
)

t.test('a refused opt-in request does not shut the Page, also where Facebook asks for a wait', async (t) => {
  const read = (code: number, error_subcode: number): GraphError =>
    readAnswer(
      { edge: 'messages', once: true },
      {
        status: 400,
        headers: { 'retry-after': '600' },
        text: JSON.stringify({ error: { message: 'No.', type: 'OAuthException', code, error_subcode } }),
      },
    ).read as GraphError
  for (const refused of [read(9, 2_018_352), read(10, 1_404_170)]) {
    const { world, waitsMs } = await waitsBeside(t, refused)
    t.ok(
      Math.max(...waitsMs) < 1000,
      `${refused.verdict}: the others wait ${Math.max(...waitsMs)} ms at most`,
    )
    t.same([world.needs, world.dead], [[], []])
  }
})

t.test('limits of several conversations, beside whom others are answered, are told', async (t) => {
  const world = await createWorld(t, { rates: {} })
  world.delivery.start()
  world.graph.answer = ({ psid }) => (psid.startsWith('limited') ? limit(null) : undefined)
  for (const psid of ['limited-1', 'limited-2']) await world.say('x', { psid })
  for (let n = 0; n < 30; n += 1) {
    await world.say(`well ${n}`, { psid: 'well' })
    await pass(world, 3000)
  }
  t.match(world.needs, [{ cause: 'some_visitors', remedy: /limits the messages of one conversation/ }])
})

t.test('the replies to a limited visitor go out once and in order when the limit is over', async (t) => {
  const world = await createWorld(t, { rates: {} })
  world.delivery.start()
  let isLimited = true
  const sent: (string | undefined)[] = []
  world.graph.answer = ({ psid, message }) => {
    if (psid !== 'limited') return undefined
    if (isLimited) return limit(null)
    sent.push(message.text)
    return undefined
  }
  const texts = ['first', 'second', 'third']
  for (const text of texts) await world.say(text, { psid: 'limited' })
  for (let n = 0; n < 10; n += 1) {
    await world.say(`well ${n}`, { psid: 'well' })
    await pass(world, 3000)
  }
  t.same(sent, [])
  isLimited = false
  await pass(world, 2 * 60_000)
  t.same(sent, texts)
  t.same(world.dead, [])
})
