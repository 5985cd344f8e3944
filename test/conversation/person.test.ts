import t from 'tap'
import { createSameTexts } from '../../src/conversation/deserves/same-texts.ts'
import type { JsonObject } from '../../src/base/json.ts'
import type { WebhookEvent } from '../../src/webhook/events.ts'
import { APP_ID, event, PAGE, postback, PSID, said } from './events.ts'
import { START_MS, talk } from './talk.ts'

const HOUR_MS = 3_600_000
const SCRIPT = `
replies:
  hours: { title: Hours, when: hours, say: From 9 to 18. }
  person: { title: A person, when: human, say: A person will answer you., do: handover }
fallback: { say: Pardon? }
`
const LATER = `handover: { resume_after: 12h }\n${SCRIPT}`

const echo = (appId: string | number | null, list: 'messaging' | 'standby' = 'messaging') => {
  const message: JsonObject = {
    is_echo: true,
    mid: 'm_2',
    text: 'hello',
    ...(appId !== null && { app_id: appId }),
  }
  return event({ sender: { id: PAGE }, recipient: { id: PSID }, message }, list)
}
const moved = (kind: string, to: string | number | null) => event({ [kind]: { new_owner_app_id: to } })

for (const [who, appId] of [
  ['from the Page inbox', '263902037430900'],
  ['from the Page inbox, its id a number', 263902037430900],
  ['from the Page inbox, its id spelled with a digit less', 26390203743090],
  ['from another app', '777'],
  ['with what does not name its app', null],
  ['with what names the app 0', 0],
] as const) {
  t.test(`while a person writes ${who}, the bot is silent`, async (t) => {
    const { say, happens, pass } = talk(SCRIPT)
    t.same(await say('hours'), ['From 9 to 18.'])
    t.same((await happens(echo(appId))).replies, [])
    t.same(await say('hours'), [])
    t.same((await happens(postback('hours'))).replies, [])
    pass(50 * 60_000)
    await happens(echo(appId))
    pass(50 * 60_000)
    t.same(await say('hours'), [], 'an hour after the first word, not after the last')
    pass(HOUR_MS)
    t.same(await say('hours'), ['From 9 to 18.'])
  })
}

t.test('what the bot itself wrote does not silence it', async (t) => {
  const { say, happens, state } = talk(SCRIPT)
  await happens(echo(APP_ID))
  await happens(echo(Number(APP_ID)))
  t.equal(state(), null)
  t.same(await say('hours'), ['From 9 to 18.'])
})

t.test('the card of a post that Facebook puts into a conversation is no person', async (t) => {
  const card = { title: 'Our new shop', url: null, type: 'template', payload: null }
  const echoOf = (message: JsonObject) =>
    event({
      sender: { id: PAGE },
      recipient: { id: PSID },
      message: { is_echo: true, mid: 'm_2', ...message },
    })
  for (const [message, answers] of [
    [{ attachments: [card] }, ['From 9 to 18.']],
    [{ attachments: [card], text: 'Look at this' }, []],
    [{ attachments: [card], app_id: 777 }, []],
    [{ attachments: [card, { type: 'image', payload: { url: 'https://x.y/1.png' } }] }, []],
  ] as const) {
    const { say, happens } = talk(SCRIPT)
    await happens(echoOf(message as unknown as JsonObject))
    t.same(await say('hours'), answers, JSON.stringify(message))
  }
})

t.test('a person seen in standby, or taking the thread, silences the bot', async (t) => {
  for (const what of [
    echo('263902037430900', 'standby'),
    moved('take_thread_control', 263902037430900),
    moved('pass_thread_control', '777'),
  ]) {
    const { say, happens } = talk(SCRIPT)
    await happens(what)
    t.same(await say('hours'), [])
    await happens(moved('pass_thread_control', Number(APP_ID)))
    t.same(await say('hours'), ['From 9 to 18.'])
  }
})

t.test(
  'a visitor who asked for a person has one for 24 hours after the last word of that person',
  async (t) => {
    const { say, pass, effects, happens } = talk(SCRIPT)
    t.same(await say('human'), ['A person will answer you.'])
    t.same(effects, [{ do: 'handover' }])
    pass(23 * HOUR_MS)
    t.same(await say('hours'), [])
    await happens(echo('263902037430900'))
    pass(23 * HOUR_MS)
    t.same(await say('hours'), [], 'counted from the last word of the person')
    pass(2 * HOUR_MS)
    t.same(
      (await happens({ ...said('hours'), standby: true })).replies,
      [],
      'standby: a person still has control',
    )
    t.same(await say('hours'), ['From 9 to 18.'])
  },
)

t.test('control that no app has any more is the bot’s again', async (t) => {
  for (const what of [
    moved('take_thread_control', APP_ID),
    moved('pass_thread_control', null),
    event({ pass_thread_control: { previous_owner_app_id: 263902037430900 } }),
  ]) {
    const { say, happens } = talk(SCRIPT)
    await say('human')
    t.same(await say('hours'), [])
    await happens(what)
    t.same(await say('hours'), ['From 9 to 18.'])
  }
})

t.test('with `resume_after: never` a person has the conversation until it is handed back', async (t) => {
  const { say, pass, happens } = talk(`handover: { resume_after: never }\n${SCRIPT}`)
  await say('human')
  pass(1000 * HOUR_MS)
  t.same(await say('hours'), [])
  await happens(echo('263902037430900'))
  pass(1000 * HOUR_MS)
  t.same(await say('hours'), [], 'a person who wrote meanwhile does not make it shorter')
  await happens(moved('take_thread_control', APP_ID))
  t.same(await say('hours'), ['From 9 to 18.'])
  await happens(echo('263902037430900'))
  pass(2 * HOUR_MS)
  t.same(await say('hours'), ['From 9 to 18.'], 'a person who wrote unasked has an hour as ever')
})

t.test(
  'with a pause in the script the bot comes back by itself, counted from the last word of a person',
  async (t) => {
    const { say, pass, happens } = talk(LATER)
    await say('human')
    pass(11 * HOUR_MS)
    await happens(echo('263902037430900'))
    pass(11 * HOUR_MS)
    t.same(await say('hours'), [])
    pass(2 * HOUR_MS)
    t.same((await happens(event({ read: { watermark: 1 } }))).replies, [], 'not because something was read')
    t.same(await say('hours'), ['From 9 to 18.'])
    t.same(await say('hours'), ['From 9 to 18.'], 'and stays')
  },
)

t.test('visitors are told when the bot is back', async (t) => {
  const script = `handover: { resume_after: 1h, back: 'This is the assistant of {{page_name}} again.' }\n${SCRIPT}`
  const back = 'This is the assistant of Shop again.'
  const given = talk(script)
  await given.say('human')
  t.match((await given.happens(moved('pass_thread_control', APP_ID))).replies, [{ message: { text: back } }])
  t.same((await given.happens(moved('pass_thread_control', APP_ID))).replies, [], 'once')
  t.same(await given.say('hours'), ['From 9 to 18.'])

  const waited = talk(script)
  await waited.say('human')
  waited.pass(2 * HOUR_MS)
  t.same(await waited.say('hours'), [back, 'From 9 to 18.'])
  t.same(await waited.say('hours'), ['From 9 to 18.'])
})

t.test('silence noted by an earlier version still holds', async (t) => {
  const { say } = talk(SCRIPT, { state: { handover: { sinceMs: START_MS } } })
  t.same(await say('hours'), [])
  const strange = talk(SCRIPT, { state: { handover: 'yes' } })
  t.same(await strange.say('hours'), [])
})

t.test('a visitor in standby hears nothing', async (t) => {
  const { happens } = talk(SCRIPT)
  t.same((await happens({ ...said('hours'), standby: true })).replies, [])
})

t.test('an echo that does not name its app is the bot’s own where the store knows it', async (t) => {
  const { say, happens } = talk(SCRIPT)
  await happens(echo(null), { isOurs: true })
  t.same(await say('hours'), ['From 9 to 18.'])
})

t.test('an automatic message of the Page inbox is no person', async (t) => {
  const { say, happens, pass } = talk(SCRIPT, { spacingMs: 0 })
  await say('hours')
  pass(1000)
  t.equal((await happens(echo('263902037430900'))).automatic, true)
  t.same(await say('hours'), ['From 9 to 18.'], 'instant reply, away message')
  pass(60_000)
  await say('hello')
  pass(2000)
  t.equal((await happens(echo(26390203743090))).automatic, true)
  pass(60_000)
  t.notOk((await happens(echo('263902037430900'))).automatic)
  pass(1000)
  t.same(await say('hours'), [], 'a minute later it is a person')
})

t.test('an automatic message that is told before the words it answers is no person either', async (t) => {
  const instant = talk(SCRIPT, { spacingMs: 0 })
  instant.pass(2000)
  await instant.happens(echo('263902037430900'))
  instant.pass(-2000)
  t.same(await instant.say('hours'), ['From 9 to 18.'])

  const person = talk(SCRIPT)
  await person.say('hours')
  await person.happens(echo('263902037430900'))
  person.pass(-8000)
  t.same(await person.say('hours'), [], 'who answers a person quickly has a person')
})

t.test('what the Page says to many visitors alike is no person', async (t) => {
  const { say, happens } = talk(SCRIPT)
  for (const appId of ['263902037430900', '777', null])
    t.equal((await happens(echo(appId), { isSaidToMany: true })).automatic, true)
  t.same(await say('hours'), ['From 9 to 18.'])

  let nowMs = 0
  const { said: isMany } = createSameTexts({ now: () => nowMs })
  t.same(
    ['1', '2', '2', '3', '1'].map((psid) => isMany(PAGE, psid, 'We are away')),
    [false, false, false, true, true],
  )
  t.notOk(isMany('another Page', '4', 'We are away'))
  t.notOk(isMany(PAGE, '4', 'Another text'))
  nowMs = 25 * HOUR_MS
  t.notOk(isMany(PAGE, '5', 'We are away'), 'a day later it begins anew')
})

t.test('the people in the Page inbox get a conversation that they ask for', async (t) => {
  for (const id of [263902037430900, '263902037430900']) {
    const { say, happens, effects } = talk(SCRIPT)
    await happens(event({ request_thread_control: { requested_owner_app_id: id } }))
    t.same(effects, [{ do: 'handover' }])
    t.same(await say('hours'), [])
  }
  const { say, happens, effects } = talk(SCRIPT)
  await happens(event({ request_thread_control: { requested_owner_app_id: '777' } }))
  await happens(event({ request_thread_control: { requested_owner_app_id: 263902037430900 } }, 'standby'))
  t.same(effects, [], 'another app does not, and in standby there is nothing to pass')
  t.same(await say('hours'), ['From 9 to 18.'])
})

const operator = (did: 'say' | 'hand_back' | 'close', text: string | null = null) =>
  ({ ...said(''), kind: 'operator', did, text, by: 'ann' }) as unknown as WebhookEvent

t.test(
  'an operator answers as the Page: the thread is taken, the bot is silent, and says nothing of a machine',
  async (t) => {
    const { say, happens, state } = talk(`disclosure: {}\n${SCRIPT}`)
    await say('human')
    const handled = await happens(operator('say', 'Hi, I am Ann.'))
    t.same(handled.replies, [{ message: { text: 'Hi, I am Ann.' } }])
    t.same(handled.effects, [{ do: 'take' }])
    t.equal(handled.by, 'ann')
    t.notOk(handled.humanAgent)
    t.same(await say('hours'), [])
    t.match(state(), { handover: { personMs: Number } })
  },
)

t.test('where the script allows it, what an operator says may go out for 7 days', async (t) => {
  const { happens } = talk(`handover: { human_agent: true }\n${SCRIPT}`)
  const handled = await happens(operator('say', 'Hi'))
  t.equal(handled.humanAgent, true)
  t.same(handled.effects, [], 'the bot has the thread')
})

t.test('an operator hands back, and the bot says that it is there; closing says nothing', async (t) => {
  const { say, happens } = talk(`handover: { back: I am back. }\n${SCRIPT}`)
  await say('human')
  const back = await happens(operator('hand_back'))
  t.match(back, { replies: [{ message: { text: 'I am back.' } }], effects: [{ do: 'take' }] })
  t.equal(back.by, undefined, 'that is the bot')
  t.same(await say('hours'), ['From 9 to 18.'])
  await say('human')
  t.match(await happens(operator('close')), { replies: [], effects: [{ do: 'take' }] })
  t.same(await say('hours'), ['From 9 to 18.'])
})

t.test(
  'what the visitor wrote last is kept while a person has the conversation, and no longer',
  async (t) => {
    const { say, happens, state } = talk(SCRIPT)
    const words = (): unknown => (state()?.['handover'] as { words?: unknown } | undefined)?.words
    await say('hours')
    t.equal(state(), null)
    await say('human')
    t.same(words(), { text: 'human', mid: 'm_1' })
    await say(`my order ${'x'.repeat(500)}`)
    t.match(words(), { text: /^my order x{291}$/ })
    await happens(echo('777'))
    t.match(words(), { text: /^my order/ }, 'also when a person has written')
    await happens(event({ message: { mid: 'm_1', is_deleted: true } }))
    t.equal(words(), undefined, 'a message that was taken back is gone')
    await say('again')
    await happens(operator('close'))
    t.equal(state(), null)
  },
)
