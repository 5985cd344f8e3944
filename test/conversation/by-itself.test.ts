import t from 'tap'
import { APP_ID, event, PAGE, postback, PSID, said } from './events.ts'
import { mistakesOf, parse } from './scripts.ts'
import { talk } from './talk.ts'

const SCRIPT = `
profile: { get_started: welcome }
replies:
  welcome: { say: Welcome! I am a machine. }
  hours: { when: hours, say: From 9 to 18. }
  person: { when: human, say: Somebody comes., do: handover }
fallback: { say: Pardon? }
`
const HOUR_MS = 3_600_000
const MACHINE = 'You are talking to an automated assistant.'

const handedBack = event({ pass_thread_control: { new_owner_app_id: APP_ID } })
const fromTheInbox = event({
  sender: { id: PAGE },
  recipient: { id: PSID },
  message: { is_echo: true, mid: 'e', app_id: '9', text: 'x' },
})

t.test('a script that says nothing about it discloses nothing', async (t) => {
  const { say, state } = talk(SCRIPT)
  t.same(await say('hours'), ['From 9 to 18.'])
  t.equal(state(), null, 'nor is anything remembered for it')
})

t.test('visitors are told that it is a machine at the beginning, and after a long pause', async (t) => {
  const { say, pass } = talk(`disclosure: {}\n${SCRIPT}`)
  t.same(await say('hours'), [MACHINE, 'From 9 to 18.'])
  t.same(await say('hours'), ['From 9 to 18.'])
  // Each talk begins the pause anew.
  for (let n = 0; n < 3; n += 1) {
    pass(23 * HOUR_MS)
    t.same(await say('hours'), ['From 9 to 18.'])
  }
  pass(24 * HOUR_MS)
  t.same(await say('hours'), [MACHINE, 'From 9 to 18.'])
})

t.test('pause and words are the script’s, in the visitor’s language', async (t) => {
  const own = 'disclosure: { after: 2h, say: { en: A machine, de: "Automat von {{page_name}}." } }'
  const { say, pass } = talk(`${own}\n${SCRIPT}`, { locale: 'de_AT' })
  t.same(await say('hours'), ['Automat von Shop.', 'From 9 to 18.'])
  pass(HOUR_MS)
  t.same(await say('hours'), ['From 9 to 18.'])
  pass(2 * HOUR_MS)
  t.same(await say('hours'), ['Automat von Shop.', 'From 9 to 18.'])

  const usual = talk(`disclosure: {}\nfallback: { say: { en: Pardon?, de: Wie bitte? } }`, {
    locale: 'de_DE',
  })
  t.same(await usual.say('x'), ['Hier antwortet ein automatischer Assistent.', 'Wie bitte?'])
})

t.test('a greeting that says it itself is not preceded, and counts', async (t) => {
  const { happens, say } = talk(`disclosure: {}\n${SCRIPT}`)
  t.equal((await happens(postback('welcome'))).replies.length, 1)
  t.same(await say('hours'), ['From 9 to 18.'])
})

t.test('after a person it is said again, unless the script has words for that', async (t) => {
  const plain = talk(`disclosure: {}\n${SCRIPT}`)
  t.same(await plain.say('human'), [MACHINE, 'Somebody comes.'])
  t.same(await plain.say('hours'), [], 'not while a person has the conversation')
  await plain.happens(handedBack)
  t.same(await plain.say('hours'), [MACHINE, 'From 9 to 18.'])

  const unasked = talk(`disclosure: {}\n${SCRIPT}`)
  await unasked.say('hours')
  await unasked.happens(fromTheInbox)
  unasked.pass(2 * HOUR_MS)
  t.same(await unasked.say('hours'), [MACHINE, 'From 9 to 18.'])

  const worded = talk(`handover: { back: The machine is back. }\ndisclosure: {}\n${SCRIPT}`)
  await worded.say('human')
  t.equal((await worded.happens(handedBack)).replies[0]?.message.text, 'The machine is back.')
  t.same(await worded.say('hours'), ['From 9 to 18.'])
  await worded.happens(fromTheInbox)
  worded.pass(2 * HOUR_MS)
  t.same(await worded.say('hours'), ['The machine is back.', 'From 9 to 18.'])
})

t.test('a visitor who waits is told so, as the script says or as is usual', async (t) => {
  const { holds } = talk(SCRIPT)
  t.same(await holds(said('hours')), ['One moment, please. I am working on your answer.'])
  t.same(await holds(postback('hours')), ['One moment, please. I am working on your answer.'])
  t.equal(parse(SCRIPT).waiting.afterMs, 20_000)

  const own = talk(`waiting: { after: 5s, say: 'Wait, {{page_name}} looks it up.' }\n${SCRIPT}`)
  t.same(await own.holds(said('hours')), ['Wait, this Page looks it up.'])
  t.equal(parse(`waiting: { after: 5s }\n${SCRIPT}`).waiting.afterMs, 5000)
  const czech = talk('fallback: { say: { en: Pardon?, cs: Prosím? } }', { locale: 'cs_CZ' })
  t.match(await czech.holds(said('x')), [/^One moment/], 'English where we have no other')
})

t.test('no visitor is told to wait for what the bot does not answer', async (t) => {
  const { say, holds } = talk(SCRIPT)
  t.same(await holds({ ...said('x'), standby: true }), [])
  t.same(await holds(event({ read: { watermark: 1 } })), [])
  await say('human')
  t.same(await holds(said('hours')), [], 'a person has the conversation')
})

t.test('mistakes in both sections are told', (t) => {
  const cases: [yaml: string, found: RegExp, expected: RegExp][] = [
    ['waiting: { after: 26s }', /26s/, /2s to 25s/],
    ['waiting: { after: 20 }', /20/, /a time like 2s/],
    ['waiting: { say: "Hi {{nobody}}" }', /nobody/, /page_name/],
    ['waiting: { say: [a, b] }', /list/, /text/],
    [`waiting: { say: ${'x'.repeat(641)} }`, /641/, /640/],
    ['waiting: soon', /soon/, /the waiting/],
    ['disclosure: { after: 59min }', /59min/, /1h to 365d/],
    ['disclosure: { often: true }', /often/, /after, say/],
    ['disclosure: { say: { de: Hallo } }', /de/, /en/],
  ]
  for (const [yaml, found, expected] of cases) {
    const mistakes = mistakesOf(`${yaml}\n${SCRIPT}`)
    t.match(mistakes, [{ found, expected }], yaml)
  }
  t.end()
})
