import t from 'tap'
import { WEBHOOK_FIELDS } from '../../src/channel/messenger.ts'
import { toNewEvents } from '../../src/webhook/inbox.ts'
import { createFakeDuty } from '../helpers/duty.ts'
import { MINUTE_MS, HOUR_MS, PAGE, ANN, BOB, refusal, world } from './recovery-world.ts'

t.test('a Page that is and stays subscribed is looked at, and nothing more', async (t) => {
  const w = await world(t)
  await w.advance(6 * HOUR_MS)
  t.ok(w.looks() >= 12, 'twice an hour')
  t.same([w.calls.subscribe, w.calls.conversations], [0, 0])
})

t.test('a Page that lost its subscription gets it back, and what was missed is taken in', async (t) => {
  const w = await world(t)
  await w.hear(ANN, 'm_heard', 'heard')
  w.unsubscribe()
  w.say(ANN, 'm_1', 'one')
  w.say(BOB, 'm_2', 'two')
  w.say(ANN, 'm_3', 'three')
  await w.advance(40 * MINUTE_MS)

  t.equal(w.calls.subscribe, 1)
  t.same(w.fields, [...WEBHOOK_FIELDS])
  t.same(await w.handled(), { [ANN]: ['heard', 'one', 'three'], [BOB]: ['two'] })
  t.match(w.logged, ['warn the app was no longer subscribed', /^info the conversations were read/])
  await w.advance(2 * HOUR_MS)
  t.equal(w.calls.conversations, 1, 'it is done once')
})

t.test('a conversation a person has answered stays untouched', async (t) => {
  const w = await world(t)
  w.unsubscribe()
  w.say(ANN, 'm_1', 'before')
  w.answer(ANN, 'm_2', 'a person says')
  w.say(ANN, 'm_3', 'after')
  w.say(BOB, 'm_4', 'settled')
  w.answer(BOB, 'm_5', 'a person says')
  await w.advance(40 * MINUTE_MS)
  t.same(await w.handled(), { [ANN]: ['after'] })
})

t.test('what the bot itself said answers only what it had heard', async (t) => {
  const w = await world(t)
  await w.hear(ANN, 'm_1', 'heard')
  w.unsubscribe()
  w.say(ANN, 'm_2', 'missed')
  // The reply to the first had to wait for a token, and went out after the second was written.
  await w.send('m_reply')
  w.answer(ANN, 'm_reply', 'reply')
  await w.advance(40 * MINUTE_MS)
  t.same(await w.handled(), { [ANN]: ['missed'] })
})

t.test('an event is handled once, though the webhook brings it after all, as whatever', async (t) => {
  const w = await world(t)
  w.unsubscribe()
  w.say(ANN, 'm_1', 'Opening hours')
  w.say(BOB, 'm_2', 'hello')
  await w.advance(40 * MINUTE_MS)
  const item = (psid: string, content: object) => ({
    sender: { id: psid },
    recipient: { id: PAGE },
    timestamp: 1,
    ...content,
  })
  const late = toNewEvents(
    [
      {
        id: PAGE,
        messaging: [item(ANN, { postback: { mid: 'm_1', title: 'Opening hours', payload: 'hours' } })],
        standby: [item(BOB, { message: { mid: 'm_2', text: 'hello' } })],
      },
    ],
    w.clock.now(),
  )
  t.same(await w.store.accept(late), { stored: 0, duplicates: 2 })
  t.same(await w.handled(), { [ANN]: ['Opening hours'], [BOB]: ['hello'] })
})

t.test('nothing older than a day is taken in, and nothing from long before the outage', async (t) => {
  const w = await world(t)
  w.say(BOB, 'm_0', 'two hours before')
  await w.advance(2 * HOUR_MS)
  w.unsubscribe()
  w.say(ANN, 'm_1', 'during it')
  await w.advance(40 * MINUTE_MS)
  t.same(await w.handled(), { [ANN]: ['during it'] })

  await w.stop()
  w.unsubscribe()
  w.say(BOB, 'm_2', 'too old')
  await w.advance(30 * HOUR_MS)
  w.say(ANN, 'm_3', 'late enough')
  await w.advance(MINUTE_MS)
  await w.start()
  await w.advance(MINUTE_MS)
  t.same(await w.handled(), { [ANN]: ['late enough'] })
})

t.test('a restart of seconds reads nothing', async (t) => {
  const w = await world(t)
  w.say(ANN, 'm_1', 'repeated by Facebook')
  await w.stop()
  await w.advance(30_000)
  await w.start()
  await w.advance(HOUR_MS)
  t.equal(w.calls.conversations, 0)
})

t.test(
  'after a longer absence Facebook may repeat first, and what it did not is looked for then',
  async (t) => {
    const w = await world(t)
    await w.stop()
    await w.advance(20 * MINUTE_MS)
    w.say(ANN, 'm_1', 'repeated')
    w.say(BOB, 'm_2', 'not repeated')
    await w.start()
    await w.advance(9 * MINUTE_MS)
    t.equal(w.calls.conversations, 0)
    await w.hear(ANN, 'm_1', 'repeated', { told: true })
    await w.advance(2 * MINUTE_MS)
    t.equal(w.calls.conversations, 1)
    t.same(await w.handled(), { [ANN]: ['repeated'], [BOB]: ['not repeated'] })
  },
)

t.test(
  'a Page that comes to an instance soon after the absence was away, too; one that comes later was not',
  async (t) => {
    for (const [minutes, looks] of [
      [1, 1],
      [6, 0],
    ] as const) {
      const duty = createFakeDuty(PAGE)
      const w = await world(t, { duty })
      await w.stop()
      duty.lose(PAGE)
      await w.advance(20 * MINUTE_MS)
      w.say(ANN, 'm_1', 'meanwhile')
      await w.start()
      await w.advance(minutes * MINUTE_MS)
      duty.take(PAGE)
      w.setToken('page-token-1')
      await w.advance(15 * MINUTE_MS)
      t.equal(w.calls.conversations, looks, `${minutes} min after the start`)
      t.same(await w.handled(), looks === 0 ? {} : { [ANN]: ['meanwhile'] })
      await w.stop()
    }
  },
)

for (const [what, aheadMs] of [
  ['an hour ahead', HOUR_MS],
  ['as far ahead as the bot was away', 20 * MINUTE_MS],
  ['two days ahead', 48 * HOUR_MS],
  ['an hour behind', -HOUR_MS],
] as const) {
  t.test(`a clock that was ${what} and is set right while the bot is down hides no absence`, async (t) => {
    const w = await world(t)
    w.clock.set(aheadMs)
    await w.advance(2 * HOUR_MS)
    await w.stop()
    await w.advance(20 * MINUTE_MS)
    w.clock.set(-aheadMs)
    w.say(ANN, 'm_1', 'meanwhile')
    await w.start()
    await w.advance(15 * MINUTE_MS)
    t.same(await w.handled(), { [ANN]: ['meanwhile'] })
  })
}

t.test('what a wrong clock has noted before Facebook ever answered hides no absence', async (t) => {
  const w = await world(t)
  await w.advance(2 * HOUR_MS)
  await w.stop()
  await w.advance(20 * MINUTE_MS)
  w.say(ANN, 'm_1', 'meanwhile')
  const aheadMs = w.clock.now() + 48 * HOUR_MS
  await w.store.remember('alive', String(aheadMs))
  const gap = { sinceMs: aheadMs - 49 * HOUR_MS, notBeforeMs: aheadMs }
  await w.store.remember(`webhooks of ${PAGE}`, JSON.stringify({ untilMs: aheadMs, gap }))
  await w.start()
  await w.advance(15 * MINUTE_MS)
  t.same(await w.handled(), { [ANN]: ['meanwhile'] })
})

t.test('a clock that is days ahead does not shorten the time that is looked through', async (t) => {
  const w = await world(t)
  w.clock.set(48 * HOUR_MS)
  await w.advance(2 * HOUR_MS)
  await w.stop()
  await w.advance(20 * MINUTE_MS)
  w.say(ANN, 'm_1', 'meanwhile')
  await w.start()
  await w.advance(15 * MINUTE_MS)
  t.same(await w.handled(), { [ANN]: ['meanwhile'] })
})

t.test('a restart of seconds reads nothing where the clock is an hour behind', async (t) => {
  const w = await world(t)
  w.clock.set(-HOUR_MS)
  await w.advance(2 * HOUR_MS)
  await w.stop()
  await w.advance(30_000)
  await w.start()
  await w.advance(HOUR_MS)
  t.equal(w.calls.conversations, 0)
})

t.test('a machine that slept was away, too', async (t) => {
  const w = await world(t)
  w.clock.skip(HOUR_MS)
  w.say(ANN, 'm_1', 'meanwhile')
  await w.advance(12 * MINUTE_MS)
  t.same(await w.handled(), { [ANN]: ['meanwhile'] })
})

t.test('a crash between subscribing and reading forgets nothing', async (t) => {
  const w = await world(t)
  w.unsubscribe()
  w.say(ANN, 'm_1', 'missed')
  w.refuse.conversations = 'transient'
  await w.advance(40 * MINUTE_MS)
  t.equal(w.calls.subscribe, 1)
  await w.stop()
  w.refuse.conversations = null
  await w.start()
  await w.advance(MINUTE_MS)
  t.same(await w.handled(), { [ANN]: ['missed'] })
})

t.test('a repaired token is a reason to look, however the app was subscribed again', async (t) => {
  const w = await world(t)
  w.setToken(null)
  w.unsubscribe()
  w.say(ANN, 'm_1', 'missed')
  await w.advance(3 * HOUR_MS)
  t.equal(w.calls.conversations, 0)

  w.fields = [...WEBHOOK_FIELDS]
  w.setToken('page-token-2')
  await w.advance(10_000)
  t.same(await w.handled(), { [ANN]: ['missed'] })
  t.equal(w.calls.subscribe, 0)
})

t.test('a Page is not subscribed that never was, and its past is not answered', async (t) => {
  const w = await world(t, { fields: null })
  w.say(ANN, 'm_1', 'long ago')
  await w.advance(3 * HOUR_MS)
  t.equal(w.calls.subscribe, 0)
  w.fields = [...WEBHOOK_FIELDS]
  await w.advance(3 * HOUR_MS)
  t.equal(w.calls.conversations, 0)
})

t.test('a Page that was to be subscribed and is not is subscribed', async (t) => {
  const w = await world(t, { fields: null })
  w.toBeSubscribed = true
  await w.advance(HOUR_MS)
  t.ok(w.calls.subscribe > 0)
  t.strictSame(w.fields, [...WEBHOOK_FIELDS])
})

t.test('fields that are only good to have are asked for once, and are no reason to read', async (t) => {
  const w = await world(t)
  w.fields = ['messages', 'messaging_postbacks', 'feed']
  w.keepFields = true
  await w.advance(3 * HOUR_MS)
  t.equal(w.calls.subscribe, 1)
  t.same(w.asked.toSorted(), [...WEBHOOK_FIELDS, 'feed'].toSorted(), 'what was there stays')
  t.equal(w.calls.conversations, 0)
})

t.test('a dead token is reported as one; anything else is said once and tried again', async (t) => {
  const w = await world(t)
  w.refuse.subscribedFields = 'permission'
  await w.advance(3 * HOUR_MS)
  t.same(w.logged, ['warn the webhook subscription of the Page could not be looked after; trying again'])
  w.refuse.subscribedFields = 'token_invalid'
  await w.advance(HOUR_MS)
  t.same(w.suspected, [`${PAGE} page-token-1`])
  w.refuse.subscribedFields = null
  w.setToken('page-token-2')
  w.unsubscribe()
  await w.advance(HOUR_MS)
  t.equal(w.calls.subscribe, 1)
})

t.test('a long list is read page by page, one call a second, up to a limit', async (t) => {
  const w = await world(t, { listSize: 25 })
  w.unsubscribe()
  for (let n = 0; n < 700; n += 1) w.say(`psid-${n}`, `m_${n}`, `text ${n}`)
  await w.advance(29 * MINUTE_MS)
  while (w.calls.conversations === 0) await w.advance(1000)
  const first = w.calls.conversations
  for (let second = 0; second < 5; second += 1) await w.advance(1000)
  t.equal(w.calls.conversations, first + 5)
  for (let second = 0; second < 40; second += 1) await w.advance(1000)
  t.equal(w.calls.conversations, 20)
  t.equal(Object.keys(await w.handled()).length, 500)
  t.match(w.logged.at(-1), /^warn messages may have been missed in more conversations/)
})

t.test('reading stops where the conversations get old', async (t) => {
  const w = await world(t, { listSize: 2 })
  for (let n = 0; n < 10; n += 1) w.say(`psid-${n}`, `m_${n}`, 'old')
  await w.advance(3 * HOUR_MS)
  w.unsubscribe()
  for (let n = 0; n < 3; n += 1) w.say(`psid-${n}`, `m_new${n}`, 'new')
  await w.advance(40 * MINUTE_MS)
  t.equal(w.calls.conversations, 2)
  t.same(await w.handled(), { 'psid-0': ['new'], 'psid-1': ['new'], 'psid-2': ['new'] })
})

t.test('odd answers of Graph lose nothing and break nothing', async (t) => {
  const w = await world(t)
  w.unsubscribe()
  w.say(ANN, 'm_1', '')
  w.conversations.push({ updatedMs: null, messages: [] })
  w.conversations.push({
    updatedMs: null,
    messages: [
      { id: 'm_x', fromId: null, text: 'whose?', createdMs: w.clock.now() },
      { id: 'm_y', fromId: BOB, text: 'when?', createdMs: null },
    ],
  })
  await w.advance(40 * MINUTE_MS)
  t.same(await w.handled(), { [ANN]: [null] })
})

t.test('a subscription that Facebook does not let the bot renew is a need until it is renewed', async (t) => {
  const w = await world(t)
  w.unsubscribe()
  w.refuse.subscribe = 'permission'
  await w.advance(40 * MINUTE_MS)
  t.match(w.trouble, { what: /refused/, remedy: /bootstrap-token -- --page/, byToken: true })
  t.match(w.recovery()?.subscription(PAGE), { fields: null, checkedMs: Number })

  w.refuse.subscribedFields = 'transient'
  await w.advance(HOUR_MS)
  t.ok(w.trouble, 'an outage mends nothing')

  w.refuse.subscribedFields = null
  w.refuse.subscribe = refusal('permission', { remedy: 'Turn on two-factor authentication.', byToken: true })
  await w.advance(HOUR_MS)
  t.match(w.trouble, { remedy: 'Turn on two-factor authentication.', byToken: true }, 'the known cure')

  w.refuse.subscribe = null
  w.refuse.subscribedFields = null
  await w.advance(HOUR_MS)
  t.equal(w.trouble, null)
  t.same(w.recovery()?.subscription(PAGE)?.fields, [...WEBHOOK_FIELDS])
})

t.test(
  'a subscription that Facebook takes and does not list is a need, which any renewal ends',
  async (t) => {
    const w = await world(t)
    w.unsubscribe()
    w.keepFields = true
    await w.advance(40 * MINUTE_MS)
    t.match(w.trouble, { what: /does not list that/ })
    t.notMatch(w.logged.join(), /now it is again/)

    w.fields = ['messages', 'messaging_postbacks']
    await w.advance(HOUR_MS)
    t.equal(w.trouble, null)
  },
)

t.test('conversations that cannot be read are no trouble with the subscription', async (t) => {
  const w = await world(t)
  w.unsubscribe()
  w.refuse.conversations = 'permission'
  await w.advance(40 * MINUTE_MS)
  t.equal(w.calls.conversations > 0, true)
  t.equal(w.trouble, null)
})
