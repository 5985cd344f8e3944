import t from 'tap'
import { BOOKING } from './booking.ts'
import { postback } from './events.ts'
import { talk } from './talk.ts'

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
    'hapana asante',
    'ไม่',
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

t.test('a form that a second no has ended goes on at its question, with the answers before it', async (t) => {
  const form = (title: string): string => `replies:
  book:
    when: book
    ${title}
    ask: [{ question: How many?, remember: people, as: number }, { question: When?, remember: day, as: date }]
    answers: keep
    next: done
  done: { say: '{{people}} on {{day}}' }
`
  for (const [title, button] of [
    ['title: { en: A table, de: Ein Tisch }', 'A table'],
    ['', '↩'],
  ] as const) {
    const { say, tap, offers, answers } = talk(form(title))
    for (const text of ['book', '4', 'no']) await say(text)
    t.same(await say('no'), ['All right, we stop here.'])
    t.same(offers(), [button])
    t.same(await tap(button), ['When?'])
    t.match(await say('no'), [/Shall a person help you/], 'the refusals are counted anew')
    await say('2026-12-24')
    t.match(answers, [{ form: 'book', values: { people: '4', day: '2026-12-24' } }])
  }
  const { say, offers } = talk(form('title: A table'))
  for (const text of ['book', 'cancel']) await say(text)
  t.same(offers(), [], 'a visitor who cancels wants no way back')
})

t.test('a word that says no in some languages only refuses a question in these', async (t) => {
  const form = (language: string): string => `language: ${language}
replies:
  a: { when: book, ask: [{ question: When?, remember: when, as: email }], next: b }
  b: { say: Ok }
`
  for (const [word, yes, no] of [
    ['ne', ['cs', 'sk', 'sr', 'de'], ['tr', 'en', 'fr']],
    ['nu', ['ro'], ['nl', 'sv', 'da']],
    ['Ei!', ['fi', 'et'], ['de', 'nb']],
    ['no', ['en', 'es', 'it', 'tr', 'de_AT'], []],
    ['ne danke', ['en', 'tr'], []],
  ] as const) {
    for (const [languages, isNo] of [
      [yes, true],
      [no, false],
    ] as const) {
      for (const language of languages) {
        const { say } = talk(form(language))
        await say('book')
        const [answer = ''] = await say(word)
        t.equal(answer.startsWith('I do not understand, and'), isNo, `${word} in ${language}`)
      }
    }
  }
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
