import t from 'tap'
import { BOOKING } from './booking.ts'
import { tapped } from './events.ts'
import { talk } from './talk.ts'

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
