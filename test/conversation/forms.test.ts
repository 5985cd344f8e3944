import t from 'tap'
import { event, postback, tapped } from './events.ts'
import { talk } from './talk.ts'

const BOOKING = `
replies:
  book:
    title: Book a table
    when: book a table
    say: With pleasure.
    ask:
      - { question: 'For how many people?', remember: people, as: number, min: 1, max: 12, retry: 'From 1 to 12, please.' }
      - { question: 'On which day?', remember: day, as: date }
      - { question: 'Inside or outside?', remember: where, one_of: [Inside, { title: Outside, value: out }] }
      - { question: 'Your e-mail?', remember: email, as: email }
      - { question: 'Your phone?', remember: phone, as: phone }
      - { question: 'Under which name, {{first_name | please}}?', remember: guest }
    answers: keep
    next: booked
  booked: { say: 'Thank you, {{guest}}: {{people}} people on {{day}}.', choices: [hours] }
  hours: { title: Hours, when: [hours, opening hours], say: From 9 to 18. }
  person: { title: A person, when: [talk to a person], say: Somebody comes., do: handover }
fallback: { say: Pardon? }
`

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

t.test('a form can be cancelled by its button or in words, at any question', async (t) => {
  const { say, tap, state } = talk(BOOKING)
  await say('book a table')
  t.same(await tap('Cancel'), ['All right, we stop here.'])
  t.equal(state(), null)
  await say('book a table')
  await say('4')
  t.same(await say('Never mind!'), ['All right, we stop here.'])
  t.same(await say('5'), ['Pardon?'])
})

t.test('a word that ends a form may have a please beside it, and nothing else', async (t) => {
  for (const [text, answer] of [
    ['Cancel, please', 'All right, we stop here.'],
    ['no, stop', 'All right, we stop here.'],
    ['OK forget it, thanks', 'All right, we stop here.'],
    ['we do not stop', 'From 1 to 12, please.'],
    ['no stop', 'From 1 to 12, please.'],
    ['please', 'From 1 to 12, please.'],
  ] as const) {
    const { say } = talk(BOOKING)
    await say('book a table')
    t.same(await say(text), [answer], text)
  }
})

t.test('a word that ends a form is the answer after all, where its visitor says so', async (t) => {
  const { say, tap, offers, answers, state } = talk(`
replies:
  bus:
    when: bus
    say: Gladly.
    ask:
      - { question: To which stop?, remember: to }
      - { question: And from where?, remember: from }
      - { question: And then?, remember: plan, one_of: [Go on, { title: Stop, value: alight }] }
      - { question: How many?, remember: people, as: number }
    answers: keep
    next: done
  done: { say: 'From {{from}} to {{to}}: {{plan}}.' }
fallback: { say: Pardon? }
`)
  await say('bus')
  t.same(await say('Stop!'), ['All right, we stop here.'])
  t.same(offers(), ['It was my answer'])
  t.equal(state(), null)
  t.same(await tap('It was my answer'), ['And from where?'])
  t.same(await say('The bus stop at the church'), ['And then?'], 'the word alone ends it')
  t.same(await say('stop'), ['How many?'], 'a choice is a choice')
  t.same(await say('cancel'), ['All right, we stop here.'])
  t.same(offers(), [], 'that can be no number')

  await say('bus')
  await say('cancel')
  t.same(await say('bus'), ['Gladly.', 'To which stop?'], 'a visitor who meant it just goes on')
  for (const text of ['Rome', 'Paris', 'stop', '3']) await say(text)
  t.match(answers, [{ values: { to: 'Rome', from: 'Paris', plan: 'alight', people: '3' } }])
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

t.test('something else in the middle of a form is answered, then the question comes again', async (t) => {
  const { say, happens, offers, last } = talk(BOOKING)
  await say('book a table')
  t.same(await say('opening hours'), ['From 9 to 18.', 'For how many people?'])
  t.same(offers(), ['Cancel'])
  const { replies } = await happens(postback('hours'))
  t.same(
    replies.map(({ message }) => message.text),
    ['From 9 to 18.', 'For how many people?'],
  )
  t.same(await say('3'), ['On which day?'])
  t.notOk(last().replies[0]?.message.attachment)
})

t.test('who wants a person gets one, also where any text is an answer', async (t) => {
  const { say, state, effects } = talk(BOOKING)
  for (const text of ['book a table', '2', 'tomorrow', 'Inside', 'a@b.org', '030 123456']) await say(text)
  t.same(await say('Talk to a person'), ['Somebody comes.'])
  t.same(effects, [{ do: 'handover' }])
  t.notOk(state()?.['form'], 'the form is over')
})

t.test(
  'a question, or words that clearly ask for a person, are answered instead of being a wrong answer',
  async (t) => {
    const { say, effects } = talk(BOOKING)
    await say('book a table')
    t.same(await say('what are your hours?'), ['From 9 to 18.', 'For how many people?'])
    t.same(await say('after hours of work'), ['From 1 to 12, please.'], 'words that are only similar')
    t.same(
      await say('can I have a tabel booked?'),
      ['Sorry, I still cannot read that as an answer.', 'I need a number here, for example 4.'],
      'no form begins',
    )
    t.same(
      await say('yuor hours'),
      ['From 9 to 18.', 'For how many people?'],
      'no question, and nearly a phrase',
    )
    for (const text of ['3', 'tomorrow']) await say(text)
    t.match(await say('inside hours'), [/pick one/], 'words that name a choice')
    t.same(await say('i would like to talk to a persn'), ['Somebody comes.'])
    t.same(effects, [{ do: 'handover' }])
  },
)

t.test('answers and the end of a form are understood in the words of chats', async (t) => {
  const { say } = talk(BOOKING)
  await say('book a table')
  t.same(await say('three pls'), ['On which day?'])
  t.same(await say('tmrw thx'), ['Inside or outside?'])
  t.same(await say("I'd like outside plz"), ['Your e-mail?'])
  t.match(await say('stop it'), [/we stop here/])
  await say('book a table')
  t.match(await say('quit pls'), [/we stop here/])
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

t.test(
  'a question without its mark is no answer to the question for a day, and one for the form that is on is',
  async (t) => {
    const form = `replies:
  hours: { when: [when are you open, are you open on sunday], say: HOURS }
  price: { when: [how much is it], say: PRICE }
  a:
    when: [book a table]
    ask: [{ question: How many?, remember: people, as: number }, { question: Which day?, remember: day, as: date }]
    next: b
  b: { say: '{{people}} {{day}}' }`
    const answerTo = async (text: string): Promise<string[]> => {
      const { say } = talk(form)
      for (const one of ['book a table', '4']) await say(one)
      return say(text)
    }
    for (const [text, reply] of [
      ['are you open on tuesday', 'HOURS'],
      ['when are you open on tuesday', 'HOURS'],
      ['how much is it on tuesday', 'PRICE'],
    ] as const)
      t.same(await answerTo(text), [reply, 'Which day?'], text)
    for (const text of [
      'can we come on tuesday',
      'would tuesday work',
      'can i book a table for tuesday?',
      'how about tuesday',
    ])
      t.match(await answerTo(text), [/^4 \d{4}-/], text)
  },
)

t.test('a wish to cancel ends the form, an hour beside a day is no number, and "?" is no text', async (t) => {
  for (const text of [
    'I want to cancel',
    'can i cancel please',
    "I'd like to stop",
    'ich möchte abbrechen',
  ]) {
    const { say } = talk(BOOKING.includes('language:') ? BOOKING : `language: de\n${BOOKING}`)
    await say('book a table')
    t.same(await say(text), ['All right, we stop here.'], text)
  }
  for (const [text, people] of [
    ['tomorrow at 8', undefined],
    ['4 people tomorrow', '4'],
    ['tomorrow for 8', '8'],
  ] as const) {
    const { say, state } = talk(BOOKING)
    for (const one of ['book a table', text]) await say(one)
    t.equal((state()?.['remembered'] as { people?: string } | undefined)?.people, people, text)
  }
  const { say } = talk(
    'replies:\n  a: { when: go, ask: { question: Name?, remember: n }, next: b }\n  b: { say: "{{n}}" }',
  )
  await say('go')
  t.match(await say('??'), [/in words/])
  t.same(await say('Ann?'), ['Ann?'])
})

t.test('a question that names a day is answered, and is no answer to the question for a day', async (t) => {
  const { say } = talk(
    `replies:
  a: { when: book, ask: { question: Which day?, remember: day, as: date }, next: b }
  b: { say: 'Until {{day}}.' }
  hours: { when: [are you open on weekends, opening hours], say: Nine to five. }`,
  )
  await say('book')
  t.same(await say('Are you open on Saturday?'), ['Nine to five.', 'Which day?'])
  t.match(await say('Saturday at seven?'), [/^Until \d{4}-\d\d-\d\d\.$/])
})

t.test(
  'of a date that may be two days both are offered, and the one that is tapped is remembered',
  async (t) => {
    const form = (question: string, language = 'en') => `language: ${language}
replies:
  a: { when: book, ask: { question: ${question}, remember: day, as: date }, next: b }
  b: { say: '{{day}}' }`
    const { say, tap, offers } = talk(form('Which day?'))
    await say('book')
    t.strictSame(await say('5/3'), ['Please pick one of these.'])
    t.strictSame(offers(), ['Mar 5, 2027', 'May 3, 2027', 'Cancel'])
    t.strictSame(await tap('May 3, 2027'), ['2027-05-03'])

    const typed = talk(form('Which day?') + '\n  c: { title: A person, do: handover, say: Soon. }')
    await typed.say('book')
    await typed.say('5/3')
    t.match(await typed.say('5/3'), [/still cannot read/, /write it like/], 'asked in other words')
    t.strictSame(typed.offers(), ['Mar 5, 2027', 'May 3, 2027', 'Cancel'])
    t.match(await typed.say('6/3'), [/do not understand/])
    t.strictSame(typed.offers(), ['Mar 6, 2027', 'Jun 3, 2027', 'A person', 'Cancel'])

    const next = ', { question: Your name?, remember: who } ], next: b }'
    const corrected = talk(
      form('Which day?')
        .replace('ask: {', 'ask: [ {')
        .replace(', next: b }', next)
        .replace('{{day}}', '{{day}} {{who}}'),
    )
    await corrected.say('book')
    await corrected.say('24.12.2030')
    t.strictSame(await corrected.say('No, I mean 5/3'), ['Please pick one of these.'], 'not a name')
    t.strictSame(await corrected.tap('Mar 5, 2027'), ['Your name?'])
    t.strictSame(await corrected.say('Ann'), ['2027-03-05 Ann'])

    const german = talk(form('{ de: Wann?, en: When? }', 'de'), { locale: 'de_DE' })
    await german.say('book')
    await german.say('5/3')
    t.strictSame(german.offers().slice(0, 2), ['5. März 2027', '3. Mai 2027'])
    t.strictSame(await german.say('5. März'), ['2027-03-05'], 'it may be written, too')

    const other = talk(form('Which day?'))
    await other.say('book')
    const { replies } = await other.happens(tapped('evergreen:answer:other:2027-05-03'))
    t.match(replies[0]?.message.text, /did not understand that date/, 'a button of another question')
  },
)

t.test(
  '"No, I mean Thursday" corrects the answer before, and is no answer to the next question',
  async (t) => {
    const yaml = `replies:
  a:
    when: book
    ask:
      - { question: Which day?, remember: day, as: date }
      - { question: Your name?, remember: who }
      - { question: How many?, remember: count, as: number }
    next: b
  b: { say: '{{day}}, {{who}}, {{count}}' }`
    for (const [said, day] of [
      ['No, I mean 25.12.2030', '2030-12-25'],
      ['sorry, I meant 25.12.2030', '2030-12-25'],
      ['Entschuldigung, ich meinte 25.12.2030', '2030-12-25'],
      ['ik bedoel 25.12.2030', '2030-12-25'],
    ] as const) {
      const { say } = talk(yaml)
      await say('book')
      t.strictSame(await say('24.12.2030'), ['Your name?'])
      t.strictSame(await say(said), ['✓ Dec 25, 2030', 'Your name?'], said)
      t.strictSame(await say('Ann'), ['How many?'])
      t.strictSame(await say('No, I mean 4'), [`${day}, Ann, 4`])
    }
    for (const name of ['I mean it', 'Meant', 'No, Thursday', 'Imeanov']) {
      const { say } = talk(yaml)
      await say('book')
      await say('24.12.2030')
      t.strictSame(await say(name), ['How many?'], `${name} may be a name`)
      t.strictSame(await say('5'), [`2030-12-24, ${name}, 5`])
    }
  },
)

t.test('"No, I mean the red one" corrects a choice', async (t) => {
  const yaml = `replies:
  a:
    when: book
    ask:
      - { question: Which?, remember: which, one_of: [Blue, Red] }
      - { question: Your name?, remember: who }
    next: b
  b: { say: '{{which}}, {{who}}' }`
  for (const said of ['No, I mean the red one', 'sorry, I meant Red!', 'ich meine Red']) {
    const { say } = talk(yaml)
    await say('book')
    await say('Blue')
    t.strictSame(await say(said), ['✓ Red', 'Your name?'], said)
    t.strictSame(await say('Ann'), ['Red, Ann'])
  }
})

t.test('"actually Sunday" corrects the answer before where it does not fit the question', async (t) => {
  for (const [kind, first, said, becomes] of [
    ['as: date', '24.12.2030', 'actually 25.12.2030', '2030-12-25'],
    ['as: number', '3', 'sorry 5', '5'],
    ['as: number', '3', 'No, five people pls', '5'],
    ['as: number', '3', 'wait 5 minutes', '3'],
    ['as: number', '3', 'no 5', '3'],
    ['as: number', '3', 'No. 5', '3'],
    ['as: number', '3', 'sorry, there are 2 dogs', '3'],
    ['one_of: [Blue, Red]', 'Blue', 'oops, the red one', 'Red'],
    ['one_of: [Blue, Red]', 'Blue', '*red', 'Red'],
    ['one_of: [Blue, Red]', 'Blue', 'Red*', 'Red'],
    ['one_of: [Blue, Red]', 'Blue', 'the red one, sorry', 'Red'],
    ['one_of: [Blue, Red]', 'Blue', 'red instead', 'Red'],
    ['one_of: [Azul, Rojo]', 'Azul', 'não, rojo', 'Rojo'],
    ['one_of: [Синий, Красный]', 'Синий', 'нет, красный', 'Красный'],
    ['one_of: [أزرق, أحمر]', 'أزرق', 'لا، أحمر', 'أحمر'],
    ['one_of: [Blue, Red]', 'Blue', '***', 'Blue'],
    ['one_of: [Blue, Red]', 'Blue', 'that is red wine, sorry', 'Blue'],
    ['as: date', '24.12.2030', '25.12.2030, sorry', '2030-12-25'],
    ['one_of: [Blue, Red]', 'Blue', 'no red', 'Blue'],
  ] as const) {
    const yaml = `replies:
  a:
    when: book
    ask:
      - { question: First?, remember: first, ${kind} }
      - { question: Your e-mail?, remember: email, as: email }
    next: b
  b: { say: '{{first}}' }`
    const { say } = talk(yaml)
    await say('book')
    await say(first)
    const answer = await say(said)
    if (becomes === first) t.match(answer, [/e-mail address/], said)
    else t.match(answer, [/^✓ /, /^Your e-mail\?$/], said)
    t.strictSame(await say('a@b.org'), [becomes], said)
  }
})

t.test('digits with a star correct the number before where the question takes digits itself', async (t) => {
  const form = `replies:
  a:
    when: book
    ask:
      - { question: How many?, remember: people, as: number, max: 12 }
      - { question: Which day?, remember: day, as: date }
    next: b
  b: { say: '{{people}} {{day}}' }`
  for (const said of ['*4', '4*', '* 4']) {
    const { say } = talk(form)
    for (const text of ['book', '5']) await say(text)
    t.same(await say(said), ['✓ 4', 'Which day?'], said)
    t.same(await say('24.12.2030'), ['4 2030-12-24'])
  }
  for (const texts of [['4'], ['24.13.', '*4'], ['*13'], ['*24.12.2030']]) {
    const { say, state } = talk(form)
    for (const text of ['book', '5', ...texts]) await say(text)
    t.match(state(), { remembered: { people: '5' } }, `${texts.join(', ')}: the number stays`)
  }
})

t.test('a star beside the number of a choice corrects no answer', async (t) => {
  const { say, state } = talk(`replies:
  a:
    when: book
    ask:
      - { question: How many nights?, remember: nights, as: number }
      - { question: Which class?, remember: class, one_of: [3 stars, 4 stars] }
    next: b
  b: { say: Ok }`)
  for (const text of ['book', '2']) await say(text)
  t.same(await say('4*'), ['Please pick one of these.'])
  t.match(state(), { remembered: { nights: '2' } })
})

t.test('a correction that fits an earlier question of another kind corrects no other answer', async (t) => {
  const { say } = talk(`replies:
  a:
    when: book
    ask:
      - { question: Which day?, remember: day, as: date }
      - { question: How many?, remember: count, as: number }
      - { question: Inside?, remember: where, one_of: [Yes, No] }
    next: b
  b: { say: '{{day}}, {{count}}' }`)
  for (const text of ['book', '24.12.2030', '4']) await say(text)
  for (const text of ['sorry, 25.12.', 'I mean 25.12.']) t.notMatch(await say(text), [/^✓/], text)
  t.same(await say('sorry, 5'), ['✓ 5', 'Inside?'])
  t.same(await say('yes'), ['2030-12-24, 5'])
})

t.test('a corrected answer is shown as its visitor reads it', async (t) => {
  for (const [kind, first, said, shown] of [
    ['as: date', '24.12.2030', 'doch 25.12.2030', 'Geändert: 25. Dez. 2030'],
    ['as: number', '3', 'sorry 5', 'Geändert: 5'],
    [
      'one_of: [{ title: { en: Small, de: Klein }, value: s }, { title: { en: Large, de: Gross }, value: l }]',
      'klein',
      'sorry, gross',
      'Geändert: Gross',
    ],
  ] as const) {
    const yaml = `words: { corrected: { en: 'Changed:', de: 'Geändert:' } }
replies:
  a:
    when: book
    ask:
      - { question: First?, remember: first, ${kind} }
      - { question: Second?, remember: email, as: email }
    next: b
  b: { say: { en: Thanks., de: Danke. } }`
    const { say, offers } = talk(yaml, { locale: 'de_DE' })
    await say('book')
    await say(first)
    t.strictSame(await say(said), [shown, 'Second?'])
    t.same(offers(), ['user_email', 'Cancel'])
  }
})

t.test('what may be a wrong answer to the question that was asked corrects no other one', async (t) => {
  for (const [before, first, kind, said] of [
    ['as: number', '3', 'as: date', 'sorry, 24'],
    ['as: number', '3', 'as: date', 'no, 19.30'],
    ['as: number', '3', 'as: phone', 'sorry, 555'],
    ['as: number', '3', 'as: number, max: 12', 'sorry, 24'],
    ['as: number', '3', 'as: number', 'sorry, two'],
    ['as: number', '3', "one_of: ['38', '40']", 'sorry, 41'],
    ['one_of: [Yes, No]', 'Yes', 'as: date', 'sorry, no'],
    ['one_of: [Ja, Nein]', 'Ja', 'as: email', 'nein, nein'],
    ['one_of: [Evet, Hayır]', 'Evet', 'as: email', 'pardon, hayır'],
    ['one_of: [Да, Нет]', 'Да', 'as: email', 'нет, нет'],
  ] as const) {
    const { say, state } = talk(`replies:
  a:
    when: book
    ask:
      - { question: First?, remember: first, ${before} }
      - { question: Second?, remember: second, ${kind} }
    next: b
  b: { say: '{{first}}' }`)
    await say('book')
    await say(first)
    await say(said)
    t.match(state(), { remembered: { first } }, `${kind}: ${said}`)
  }
})

t.test('a visitor who says no to a question is offered a person and the way out', async (t) => {
  const yaml = BOOKING.replace('fallback:', 'bye: { when: [no thanks], say: Bye! }\nfallback:').replace(
    'bye:',
    '  bye:',
  )
  for (const said of [
    'no thanks',
    'No, thank you!',
    'nope',
    'nein danke',
    'não obrigado',
    'нет, спасибо',
    'لا شكرا',
  ]) {
    const { say, offers } = talk(yaml)
    await say('book a table')
    t.match(await say(said), [/Shall a person help you, or shall we stop here/], said)
    t.same(offers(), ['A person', 'Cancel'])
    t.same(await say('4'), ['On which day?'], 'an answer is taken all the same')
    t.match(await say('some day'), [/did not understand that date/])
  }
  const { say } = talk(yaml)
  for (const text of ['book a table', '4', 'tomorrow', 'inside', 'a@b.org', '030 123456']) await say(text)
  t.match(await say('Non'), [/^Thank you, Non/], 'where any text is an answer')
})

t.test('a visitor who says no to the way out, too, ends the form', async (t) => {
  for (const [second, third] of [
    ['no', 'no'],
    ['nein danke', 'nope'],
  ] as const) {
    const { say, state } = talk(BOOKING)
    await say('book a table')
    await say(second)
    t.same(await say(third), ['All right, we stop here.'])
    t.equal(state(), null)
  }
  const { say } = talk(BOOKING)
  for (const text of ['book a table', 'no', '4']) await say(text)
  t.match(await say('no'), [/Shall a person help you/], 'at another question')
})

t.test('a form ends by words of the language of its script', async (t) => {
  const form = (head: string): string => `${head}replies:
  a: { when: book, ask: [{ question: When?, remember: when, as: date }], next: b }
  b: { say: Ok }
`
  for (const [language, ...texts] of [
    ['de', 'Abbrechen', 'bitte abbrechen', 'stopp', 'Vergiss es!', 'cancel'],
    ['es', 'cancelar', 'Cancelar por favor', 'dejalo'],
    ['fr', 'Annuler', 'arreter', 'laisse tomber'],
    ['tr', 'iptal', 'vazgec'],
    ['ar', 'الغاء', 'إلغاء'],
    ['id', 'batal', 'gak jadi'],
    ['ja', 'キャンセル', 'やめます。'],
    ['hi', 'रद्द करें'],
    ['pt_BR', 'deixa pra la'],
  ] as const)
    for (const text of texts) {
      const { say } = talk(form(`language: ${language}\n`))
      await say('book')
      t.same(await say(text), ['All right, we stop here.'], text)
    }
  const own = talk(form('language: de\nwords: { cancel_when: [egal] }\n'))
  await own.say('book')
  t.notMatch(await own.say('abbrechen'), ['All right, we stop here.'], 'words of the script replace them')
  t.same(await own.say('egal'), ['All right, we stop here.'])
})

t.test('a Vietnamese first name ends no form', async (t) => {
  const { say } = talk(`language: vi
replies:
  a: { when: book, ask: [{ question: Name?, remember: name }], next: b }
  b: { say: 'Ok {{name}}' }
`)
  await say('book')
  t.same(await say('Huy'), ['Ok Huy'])
})

t.test('a choice beside an apology answers its own question', async (t) => {
  for (const said of ['outside, sorry', 'sorry, outside', '*outside', 'No, outside']) {
    const { say, state } = talk(BOOKING)
    for (const text of ['book a table', '3', 'tomorrow', said]) await say(text)
    t.match(state(), { remembered: { where: 'out' } }, said)
  }
})

t.test('"non-" before a choice denies it', async (t) => {
  for (const said of ['non-vegetarian', 'Non-Vegetarian please', 'non - vegetarian', 'no-vegetarian']) {
    const { say, state } = talk(`replies:
  a:
    when: book
    ask:
      - { question: Which menu?, remember: menu, one_of: [Vegetarian, Meat] }
      - { question: Your e-mail address?, remember: mail, as: email }
    next: b
  b: { say: Thanks. }`)
    for (const text of ['book', said, 'Meat', said]) await say(text)
    t.match(state(), { remembered: { menu: 'Meat' } }, said)
  }
})

t.test('a held letter hides no word that ends the form', async (t) => {
  const { say } = talk(BOOKING)
  await say('book a table')
  t.same(await say('STOPPPP'), ['All right, we stop here.'])
})

t.test('short names of choices hide no wish for a person', async (t) => {
  for (const options of ['[S, M, L]', '[A, B]', '[1, 2]']) {
    const { say } = talk(BOOKING.replace('[Inside, { title: Outside, value: out }]', options))
    for (const text of ['book a table', '3', 'tomorrow']) await say(text)
    t.same(await say('i would like to talk to a persn'), ['Somebody comes.'], options)
  }
})

t.test('an inexact number is a wrong answer, and not similar to a phrase', async (t) => {
  const { say } = talk(BOOKING.replace('when: [talk to a person]', 'when: [talk to a person, a person]'))
  await say('book a table')
  t.same(await say('1 person or 2 persons'), ['From 1 to 12, please.'])
  t.match(await say('more than one person'), [/still cannot read/, /number/])
})

t.test('an answer in words of its question is not similar to a phrase', async (t) => {
  const { say } = talk(`replies:
  rent:
    when: rent
    ask:
      - { question: For how many hours?, remember: time, as: number }
      - { question: Which bike?, remember: bike, one_of: [City bike, Mountain bike] }
    next: rented
  rented: { say: Thanks. }
  hours: { when: [hours, opening hours], say: From 9 to 18. }
  bikes: { when: [our bikes, bikes], say: We have bikes. }
fallback: { say: Pardon? }`)
  await say('rent')
  t.match(await say('a few hours'), [/number/])
  t.same(await say('opening hours pls'), ['From 9 to 18.', 'For how many hours?'])
  await say('4')
  t.match(await say('bikes please'), [/pick one/])
})

t.test('a visitor whose answers are similar to phrases is offered a person, too', async (t) => {
  const { say, offers } = talk(BOOKING)
  await say('book a table')
  for (const offered of [['Cancel'], ['Cancel'], ['A person', 'Cancel']]) {
    t.same(await say('yuor hours'), ['From 9 to 18.', 'For how many people?'])
    t.same(offers(), offered)
  }
  t.match(await say('many'), [/Shall a person help you/])
  t.same(offers(), ['A person', 'Cancel'])
  await say('2')
  t.same(await say('opening hours'), ['From 9 to 18.', 'On which day?'])
  t.same(offers(), ['Cancel'], 'the next question begins anew')
})

t.test('"I mean" before a whole sentence leaves the answer before as it was', async (t) => {
  for (const [kind, first, said] of [
    ['number', '3', 'I mean, we have 2 dogs'],
    ['number', '3', 'Ich meine, 2 Kinderstühle wären gut'],
    ['date', '24.12.2030', 'I mean, on Friday we may be late'],
    ['phone', '0171 2345678', 'I meant to say we are allergic to nuts, call 0171 9999999'],
  ] as const) {
    const yaml = `replies:
  a:
    when: book
    ask:
      - { question: First?, remember: first, as: ${kind} }
      - { question: Anything else?, remember: note }
    next: b
  b: { say: '{{note}}' }`
    const { say } = talk(yaml)
    await say('book')
    await say(first)
    t.strictSame(await say(said), [said], said)
  }
})
