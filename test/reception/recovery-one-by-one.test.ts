import t, { type Test } from 'tap'
import type { GraphError } from '../../src/graph/error.ts'
import { MINUTE_MS, HOUR_MS, PAGE, ANN, BOB, CY, refusal, world } from './recovery-world.ts'

/** Ann and Bob are known, Cy is not; each of them writes while the Page is unsubscribed, and the list is refused. */
const unlisted = async (t: Test, list: GraphError): Promise<Awaited<ReturnType<typeof world>>> => {
  const w = await world(t)
  await w.hear(BOB, 'm_bob', 'heard')
  await w.hear(ANN, 'm_ann', 'heard')
  await w.handled()
  w.unsubscribe()
  w.say(ANN, 'm_1', 'one')
  w.say(BOB, 'm_2', 'two')
  w.say(CY, 'm_3', 'three')
  w.say(ANN, 'm_4', 'four')
  w.refuse.conversations = list
  return w
}

const TOO_FAST = refusal('rate_limited', { graphCode: 613 })

t.test('the conversations of known visitors are read one by one while the list is refused', async (t) => {
  const w = await unlisted(t, TOO_FAST)
  await w.advance(32 * MINUTE_MS)
  t.same(await w.handled(), { [ANN]: ['one', 'four'], [BOB]: ['two'] })
  t.same(w.read, [ANN, BOB], 'those who wrote last first, and once')
  t.match(w.logged.at(-1), /^warn Facebook refuses to list the conversations/)
  const said = w.logged.length

  await w.advance(3 * HOUR_MS)
  t.same(w.read, [ANN, BOB], 'they are not read again')
  t.equal(w.logged.length, said, 'it is said once')

  w.refuse.conversations = null
  w.say(CY, 'm_5', 'five')
  await w.advance(32 * MINUTE_MS)
  t.same(await w.handled(), { [CY]: ['three', 'five'] }, 'new visitors are only in the list')
  const { conversations } = w.calls
  await w.advance(HOUR_MS)
  t.equal(w.calls.conversations, conversations, 'then it is over')
})

t.test('with any refusal of the list, single conversations are read', async (t) => {
  const w = await unlisted(t, TOO_FAST)
  for (const list of [
    refusal('transient', { graphCode: 1, hint: 'less_data' }),
    refusal('unknown', { graphCode: 99_999 }),
    refusal('transient', { graphCode: 2, httpStatus: 500 }),
    refusal('bad_request', { graphCode: 100 }),
  ]) {
    w.unsubscribe()
    w.refuse.conversations = list
    const word = `${list.graphCode}`
    w.say(ANN, `m_of_${word}`, word)
    const heard: unknown[] = []
    for (let minutes = 0; minutes < 70 && !heard.includes(word); minutes += 5) {
      await w.advance(5 * MINUTE_MS)
      heard.push(...((await w.handled())[ANN] ?? []))
    }
    t.ok(heard.includes(word), word)
  }
})

t.test('that known visitors were read is kept over a restart, until there is a new reason', async (t) => {
  const w = await unlisted(t, TOO_FAST)
  await w.advance(40 * MINUTE_MS)
  t.same(await w.handled(), { [ANN]: ['one', 'four'], [BOB]: ['two'] })
  await w.stop()
  await w.start()
  await w.advance(HOUR_MS)
  t.same(w.read, [ANN, BOB])
  w.unsubscribe()
  w.say(BOB, 'm_6', 'six')
  await w.advance(HOUR_MS)
  t.same(await w.handled(), { [BOB]: ['six'] })
})

t.test('a conversation that cannot be read does not keep the others from being read', async (t) => {
  const w = await unlisted(t, TOO_FAST)
  w.unreadable.add(ANN)
  await w.advance(40 * MINUTE_MS)
  t.same(await w.handled(), { [BOB]: ['two'] })
  w.refuse.conversations = null
  await w.advance(HOUR_MS)
  t.same(await w.handled(), { [ANN]: ['one', 'four'], [CY]: ['three'] }, 'the list has them')
})

t.test('where single conversations are refused, too, reading ends, and begins anew later', async (t) => {
  const w = await world(t)
  for (let n = 0; n < 10; n += 1) await w.hear(`psid-${n}`, `m_${n}`, 'heard')
  await w.handled()
  w.unsubscribe()
  w.say('psid-3', 'm_new', 'new')
  w.refuse.conversations = 'permission'
  w.refuse.recentMessages = 'permission'
  while (w.calls.conversations === 0) await w.advance(MINUTE_MS)
  await w.advance(30_000)
  t.equal(w.calls.recentMessages, 3)
  w.refuse.recentMessages = null
  await w.advance(HOUR_MS)
  t.same(await w.handled(), { 'psid-3': ['new'] })
})

t.test('no single conversation is read where no call is answered, or Facebook says how long', async (t) => {
  const w = await unlisted(t, refusal('rate_limited', { graphCode: 80_006, retryAfterMs: 20 * MINUTE_MS }))
  await w.advance(40 * MINUTE_MS)
  w.refuse.conversations = refusal('transient', { graphCode: null, httpStatus: null })
  await w.advance(30 * MINUTE_MS)
  t.ok(w.calls.conversations > 1)
  t.same(w.read, [])
  w.refuse.conversations = null
  await w.advance(32 * MINUTE_MS)
  t.same(await w.handled(), { [ANN]: ['one', 'four'], [BOB]: ['two'], [CY]: ['three'] })
})

t.test('a token that dies while single conversations are read is reported', async (t) => {
  const w = await unlisted(t, TOO_FAST)
  w.refuse.recentMessages = 'token_invalid'
  await w.advance(40 * MINUTE_MS)
  t.same(w.suspected, [`${PAGE} page-token-1`])
})
