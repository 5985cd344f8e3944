import t from 'tap'
import { BOOKING } from './booking.ts'
import { event, postback, tapped } from './events.ts'
import { talk } from './talk.ts'

t.test('a form asks one question after the other, and its answers are remembered and kept', async (t) => {
  const { say, tap, offers, answers, state, happens } = talk(BOOKING)
  t.same(await say('book a table'), ['With pleasure.', 'For how many people?'])
  t.same(offers(), ['Cancel'])
  t.same(await say('We are 4'), ['On which day?'])
  t.same(await say('24.12.2026'), ['Inside or outside?'])
  t.same(offers(), ['Inside', 'Outside', 'Cancel'])
  t.same(await tap('Outside'), ['Your e-mail?'])
  t.same(offers(), ['user_email', 'Cancel'])
  const email = { text: 'ann@example.com', quick_reply: { payload: 'ann@example.com' } }
  const { replies } = await happens(event({ message: { mid: 'm_1', ...email } }))
  t.equal(replies[0]?.message.text, 'Your phone?')
  t.same(offers(), ['user_phone_number', 'Cancel'])
  t.same(await say('+49 (0)30 123-456'), ['Under which name, please?'])
  t.same(await say('Ann'), ['Thank you, Ann: 4 people on 2026-12-24.'])

  const values = {
    people: '4',
    day: '2026-12-24',
    where: 'out',
    email: 'ann@example.com',
    phone: '+4930123456',
    guest: 'Ann',
  }
  t.same(answers, [{ form: 'book', url: null, values }])
  t.same(state(), { remembered: values })
  t.same(await say('opening hours'), ['From 9 to 18.'])
})

t.test('an answer that does not fit is asked for again, in words that help', async (t) => {
  const { say, offers, happens } = talk(BOOKING)
  await say('book a table')
  t.same(await say('many'), ['From 1 to 12, please.'])
  await say('2')
  t.match(await say('some day'), [/did not understand that date/])
  t.same(offers(), ['Cancel'], 'the way out stays')
  await say('1 May')
  t.same(await say('upstairs'), ['Please pick one of these.'])
  t.same(offers(), ['Inside', 'Outside', 'Cancel'])
  await say('inside!')
  t.match(await say('ann at example'), [/e-mail/])
  await say('it is ann@example.com.')
  t.match(await say('no phone'), [/phone number/])
  await say('030 123456')
  const picture = event({
    message: { mid: 'm_1', attachments: [{ type: 'image', payload: { url: 'https://x.y' } }] },
  })
  t.match((await happens(picture)).replies, [{ message: { text: /in words/ } }])
})

t.test(
  'the second time it is said in other words, from the third on a person and the way out are offered',
  async (t) => {
    const { say, offers, tap, state } = talk(BOOKING)
    await say('book a table')
    t.same(await say('many'), ['From 1 to 12, please.'])
    t.match(await say('13'), [/^Sorry/, /I need a number/])
    t.match(await say('a few'), [/Shall a person help you/])
    t.same(offers(), ['A person', 'Cancel'])
    t.match(await say('🤷'), [/Shall a person help you/])
    await say('3')
    t.match(state(), { remembered: { people: '3' } }, 'an answer is still one')
    t.match(await say('whenever'), [/did not understand that date/], 'the next question begins anew')
    await say('whenever')
    await say('whenever')
    await tap('A person')
    t.match(state(), { handover: {} })
    t.notOk(state()?.['form'], 'a person has the conversation, and the form is over')
  },
)

for (const [text, number] of [
  ['two', '2'],
  ['Two, please!', '2'],
  ['just one', '1'],
  ['twelve of them', '12'],
  ['zwei', '2'],
  ['zwölf bitte', '12'],
  ['I would like four', '4'],
  ['٣', '3'],
  ['हम ४ हैं', '4'],
  ['٣٫٥', '3.5'],
] as const) {
  t.test(`"${text}" is a number`, async (t) => {
    const { say, state } = talk(BOOKING)
    await say('book a table')
    await say(text)
    t.match(state(), { remembered: { people: number } })
  })
}

t.test(
  'an answer belongs to the question that was asked, however the script has changed meanwhile',
  async (t) => {
    const form = (...questions: string[]) =>
      `replies:\n  a: { when: go, ask: [${questions.join(', ')}], next: b }\n  b: { say: ok }\nfallback: { say: hm }`
    const name = '{ question: Name?, remember: name }'
    const phone = '{ question: Phone?, remember: phone, as: phone }'
    const street = '{ question: Street?, remember: street }'
    const before = talk(form(name, phone))
    await before.say('go')
    await before.say('Ann')
    const state = before.state() ?? {}

    const added = talk(form(street, name, phone), { state })
    await added.say('030 123456')
    t.match(added.state(), { remembered: { name: 'Ann', phone: '030123456', street: undefined } })

    const removed = talk(form(name, street), { state })
    await removed.say('030 123456')
    t.match(removed.state(), { remembered: { name: 'Ann', street: undefined } })
  },
)

t.test(
  'a tapped choice is the one whose title was tapped, also where others were put before it',
  async (t) => {
    const form = (options: string) =>
      `replies:\n  a: { when: go, ask: { question: q, remember: size, one_of: [${options}] }, next: b }\n  b: { say: ok }`
    const before = talk(form('S, M'))
    await before.say('go')
    const { happens, state } = talk(form('XS, S, M'), { state: before.state() ?? {} })
    await happens(tapped('evergreen:answer:size:0', 'S'))
    t.same(state()?.['remembered'], { size: 'S' })
  },
)

t.test('choices that differ in signs alone are told apart, tapped or typed', async (t) => {
  const script =
    'replies:\n  a: { when: go, ask: { question: q, remember: blood, one_of: [A+, A-] }, next: b }\n  b: { say: ok }'
  const answered = async (text: string, payload?: string) => {
    const { say, happens, state } = talk(script)
    await say('go')
    await (payload === undefined ? say(text) : happens(tapped(payload, text)))
    return state()
  }
  t.match(await answered('A-', 'evergreen:answer:blood:1'), { remembered: { blood: 'A-' } })
  t.match(await answered('A-'), { remembered: { blood: 'A-' } })
  t.match(await answered('a', 'evergreen:answer:blood:1'), { remembered: { blood: 'A-' } }, 'by its place')
})

t.test("a tapped choice is not taken for the one whose value is the other's title", async (t) => {
  const { say, happens, state } = talk(
    "replies:\n  a: { when: go, ask: { question: q, remember: n, one_of: [{ title: One, value: '2' }, { title: '2', value: two }] }, next: b }\n  b: { say: ok }",
  )
  await say('go')
  await happens(tapped('evergreen:answer:n:1', '2'))
  t.match(state(), { remembered: { n: 'two' } })
})

t.test('phones and dates may be written in digits of any script', async (t) => {
  const { say, state } = talk(`
replies:
  call:
    when: call me
    ask:
      - { question: Your number?, remember: phone, as: phone }
      - { question: When?, remember: day, as: date }
    next: thanks
  thanks: { say: Thank you. }
`)
  await say('call me')
  await say('+٤٩ ٣٠ ١٢٣٤٥٦')
  await say('۲۴/۱۲/۲۰۲۷')
  t.match(state(), { remembered: { phone: '+4930123456', day: '2027-12-24' } })
})

for (const text of ['no one knows', 'two or three', 'one moment, my phone rings', 'many']) {
  t.test(`"${text}" is no number`, async (t) => {
    const { say, state } = talk(BOOKING)
    await say('book a table')
    await say(text)
    t.notOk(state()?.['remembered'])
  })
}

t.test('a button brings answers along: what it knows is not asked, and what does not fit is', async (t) => {
  const SHOP = `
replies:
  shirts:
    when: shirts
    say:
      - cards:
          - { title: Red, buttons: [{ title: Take it, reply: order, with: { colour: Red } }] }
          - { title: Red, buttons: [{ title: Two of it, reply: order, with: { colour: Red, pieces: '2' } }] }
          - { title: Red, buttons: [{ title: Odd, reply: order, with: { colour: Mauve } }] }
  order:
    title: Order
    when: order
    say: Gladly.
    ask:
      - { question: Which colour?, remember: colour, one_of: [Red, Blue] }
      - { question: How many?, remember: pieces, as: number }
    next: done
  done: { say: '{{pieces}} in {{colour}}.' }
fallback: { say: What? }
`
  const { say, happens, last, state } = talk(SHOP)
  await say('shirts')
  const buttons = [...JSON.stringify(last().replies).matchAll(/"payload":"((?:[^"\\]|\\.)*)"/g)].map(
    ([, text = '']) => JSON.parse(`"${text}"`) as string,
  )
  const press = async (payload = ''): Promise<(string | undefined)[]> =>
    (await happens(postback(payload))).replies.map(({ message }) => message.text)
  t.same(await press(buttons[0]), ['Gladly.', 'How many?'])
  t.same(await say('three'), ['3 in Red.'])
  t.same(await press(buttons[1]), ['2 in Red.'], 'nothing is left to be asked')
  t.same(await press(buttons[2]), ['Gladly.', 'Which colour?'], 'a value that is no choice is asked for')
  t.match(state(), { form: { step: 0 } })
  t.throws(() => talk(SHOP.replace('with: { colour: Red }', 'with: { color: Red }')), /remembers its answer/)
})

t.test(
  'a button that brings back a form brings back its question, however the script has changed meanwhile',
  async (t) => {
    const form = (...names: string[]) =>
      `replies:\n  a: { when: go, ask: [${names.map((name) => `{ question: ${name}?, remember: ${name} }`).join(', ')}], next: b }\n  b: { say: ok }\nfallback: { say: hm }`
    const stopped = talk(form('to', 'from'))
    await stopped.say('go')
    await stopped.say('stop')
    const payload = stopped.last().replies.at(-1)?.message.quick_replies?.[0]?.payload ?? ''
    for (const [names, asked, remembered] of [
      [['street', 'to', 'from'], ['from?'], { to: 'stop' }],
      [['street', 'from'], ['hm'], undefined],
    ] as const) {
      const { happens, state } = talk(form(...names))
      const { replies } = await happens(tapped(payload, 'It was my answer'))
      t.same(
        replies.map(({ message }) => message.text),
        asked,
      )
      t.same(state()?.['remembered'], remembered)
    }
  },
)

t.test('a button that brings back a form takes nothing the script does not ask', async (t) => {
  const { happens } = talk(BOOKING)
  for (const said of [
    '["book",5]',
    '["book",0,"x"]',
    '["gone",0,"x"]',
    '["book",9,"x"]',
    '{}',
    '"',
    'null',
  ]) {
    const message = {
      mid: 'm_1',
      text: 'It was my answer',
      quick_reply: { payload: `evergreen:meant:${said}` },
    }
    t.match((await happens(event({ message }))).replies, [{ message: { text: 'Pardon?' } }], said)
  }
})

t.test('a form begun again begins at its first question', async (t) => {
  const { say } = talk(BOOKING)
  await say('book a table')
  await say('4')
  t.same(await say('book a table'), ['With pleasure.', 'For how many people?'])
})

t.test('a form is forgotten after a day, and when the script no longer has it', async (t) => {
  const { say, pass } = talk(BOOKING)
  await say('book a table')
  pass(25 * 3_600_000)
  t.same(await say('4'), ['Pardon?'])

  const gone = talk(BOOKING, { state: { form: { reply: 'gone', step: 0, askedMs: 1_790_000_000_000 } } })
  t.same(await gone.say('4'), ['Pardon?'])
  const short = talk(BOOKING, { state: { form: { reply: 'book', step: 99, askedMs: 1_790_000_000_000 } } })
  t.same(await short.say('4'), ['Pardon?'])
  const strange = talk(BOOKING, { state: { form: [1], remembered: 'x', turns: { a: 'b' }, visit: 3 } })
  t.same(await strange.say('4'), ['Pardon?'])
})

t.test('a question with many choices shows them page by page', async (t) => {
  const names = Array.from({ length: 20 }, (_, n) => `Town ${n + 1}`)
  const { say, tap, offers } = talk(
    `replies:\n  a: { when: go, ask: { question: Where?, remember: town, one_of: [${names.join(', ')}] }, next: b }\n  b: { say: '{{town}} it is.' }`,
  )
  await say('go')
  t.same(offers(), [...names.slice(0, 11), 'More …', 'Cancel'])
  await tap('More …')
  t.same(offers(), [...names.slice(11), 'More …', 'Cancel'])
  t.same(await tap('Town 20'), ['Town 20 it is.'])
})
