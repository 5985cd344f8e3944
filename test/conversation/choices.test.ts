import t from 'tap'
import { talk } from './talk.ts'

t.test('a choice is understood with small words around it, and with a wrong letter', async (t) => {
  const chosen = async (text: string): Promise<string | undefined> => {
    const { say } = talk(
      "replies:\n  a: { when: go, ask: { question: Size?, remember: size, one_of: [Small, Medium, Extra large, 42, 'No', A, B, Mug, Cups, Tie, Ties] }, next: b }\n  b: { say: '{{size}}' }",
    )
    await say('go')
    return (await say(text))[0]
  }
  for (const [text, size] of [
    ['the small one, please', 'Small'],
    ['smal', 'Small'],
    ['I would like medium', 'Medium'],
    ['just extra large', 'Extra large'],
    ['42 please', '42'],
    ['no thanks', 'No'],
    ['I take a', 'A'],
    ['mugs', 'Mug'],
    ['the mugs please', 'Mug'],
    ['the cup', 'Cups'],
    ['ties please', 'Ties'],
    ['the tie', 'Tie'],
  ] as const)
    t.equal(await chosen(text), size, text)
  for (const text of [
    'small or medium',
    'not small',
    'large',
    '43',
    'smell the small',
    'S',
    'a, b',
    'as',
    '42s',
    'mugss',
  ])
    t.match(await chosen(text), /pick one of these/, text)
})

t.test('choices that say yes or no are understood in other words of their language', async (t) => {
  const chosen = async (options: string, text: string): Promise<string | undefined> => {
    const { say } = talk(
      `replies:\n  a: { when: go, ask: { question: Q?, remember: it, one_of: ${options} }, next: b }\n  b: { say: '{{it}}' }`,
    )
    await say('go')
    return (await say(text))[0]
  }
  for (const [options, text, choice] of [
    ['[Msaada, Ushauri]', 'ushauri tafadhali', 'Ushauri'],
    ['[टेंट, केबिन]', 'टेंट चाहिए', 'टेंट'],
    ['[خاص, عام]', 'عام لو سمحت', 'عام'],
    ['[Match, Träning]', 'träning, tack', 'Träning'],
    ['[S席, A席]', 'S席でお願いします', 'S席'],
    ['[กุหลาบ, ทิวลิป]', 'ขอกุหลาบค่ะ', 'กุหลาบ'],
    ['[大, 小]', '我要大吧', '大'],
    ['[장미, 튤립]', '장미로 주세요', '장미'],
    ['[Обзорная, Пешая]', 'Обзорную, пожалуйста', 'Обзорная'],
    ["['Yes', 'No']", 'noo', 'No'],
    ["['Yes', 'No']", 'nope!', 'No'],
    ["['Yes', 'No']", 'nah thanks', 'No'],
    ["['Yes', 'No']", 'yeah', 'Yes'],
    ["['Yes', 'No']", 'yess', 'Yes'],
    ["['Yes', 'No', Not sure]", 'sure', 'Yes'],
    ["['Yes', Sure]", 'sure', 'Sure'],
    ['[Ja, Nein]', 'klar', 'Ja'],
    ['[Ja, Nein]', 'nee danke', 'Nein'],
    ['[Sí, Ya]', 'ya', 'Ya'],
    ['[Ya, Tidak]', 'iya', 'Ya'],
    ['[Oui, Non]', 'ouais', 'Oui'],
    ['[Evet, Hayır]', 'hayir', 'Hayır'],
  ] as const)
    t.equal(await chosen(options, text), choice, text)
  for (const [options, text] of [
    ["['Yes', 'No']", 'not sure'],
    ["['Yes', 'No']", 'make sure please'],
    ["['Yes', 'No']", 'no idea'],
    ["['Yes', 'No']", 'yes and no'],
    ['[Sí, "No"]', 'ya'],
    ['[Small, Large]', 'sure'],
    ['[S席, A席]', 'S席ではない席をお願いします'],
    ['[S席, A席]', 'S席ですか'],
    ['[กุหลาบ, ทิวลิป]', 'ไม่เอากุหลาบค่ะ'],
    ['[大, 小]', '不要大'],
    ['[Обзорная, Пешая]', 'не обзорную'],
    ['[Большая, Большой]', 'большую'],
  ] as const)
    t.match(await chosen(options, text), /pick one of these/, text)
  t.equal(await chosen('[Ano, Ne]', 'ne'), 'Ne')
  for (const text of ['no', 'nö'])
    t.not(await chosen('[Ano, Ne]', text), 'Ne', `${text} is, or is written as, a Czech yes`)
})

t.test('small words of other languages may stand around a choice, but none that denies it', async (t) => {
  for (const [options, said, chosen] of [
    ['Pequeña, Grande', 'la grande por favor', 'Grande'],
    ['Petite, Grande', 'je voudrais la grande svp', 'Grande'],
    ['Piccola, Grande', 'vorrei la grande', 'Grande'],
    ['Klein, Groot', 'een groot aub', 'Groot'],
    ['Mała, Duża', 'duża poproszę', 'Duża'],
    ['Маленькая, Большая', 'большая пожалуйста', 'Большая'],
    ['Petite, Grande', 'pas grande', null],
    ['Pequeña, Grande', 'no la grande', null],
    ['Mała, Duża', 'nie duża', null],
    ['Pequeña, Grande', 'la grande o la pequeña', null],
    ['Petite, Grande', 'une grande famille', null],
    ['Sí, No', 'no, gracias', 'No'],
    ['Sí, No', 'nooo', 'No'],
    ['Small, Large', 'laaarge please', 'Large'],
    ['L, XL', 'XXXL', null],
    ['A, AA', 'AAA', null],
    ['Sí, No', 'no lo sé', null],
    ['Sí, No', 'no puedo', null],
    ['Pequeña, Grande', '¿hay grande?', null],
    ['Petite, Grande', 'avez-vous grande', null],
    ['Small, Large', 'do you have large', null],
  ] as const) {
    const { say } = talk(
      `replies:\n  a: { when: go, ask: { question: Size?, remember: size, one_of: [${options}] }, next: b }\n  b: { say: '{{size}}' }`,
    )
    await say('go')
    t.match(await say(said), [chosen ?? /pick one of these/], said)
  }
})

t.test('a time among the choices is understood in other spellings', async (t) => {
  const chosen = async (
    text: string,
    times = "'12:00', '18:00', '19:00', '19:30'",
  ): Promise<string | undefined> => {
    const { say } = talk(
      `replies:\n  a: { when: go, ask: { question: When?, remember: time, one_of: [${times}] }, next: b }\n  b: { say: '{{time}}' }`,
    )
    await say('go')
    return (await say(text))[0]
  }
  for (const [text, time] of [
    ['7pm', '19:00'],
    ['at 7 p.m. please', '19:00'],
    ['7', '19:00'],
    ['7:30', '19:30'],
    ['19 Uhr', '19:00'],
    ['um 19h30 bitte', '19:30'],
    ['12 pm', '12:00'],
    ["at six? no, 6 o'clock", null],
    ['12 am', null],
    ['7am', null],
    ['6 or 7', null],
    ['not at 7', null],
    ['7 people', null],
    ['after 7', null],
    ['8pm', null],
    ['19:000', null],
  ] as const)
    t.match(await chosen(text), time ?? /pick one of these/, text)
  t.match(await chosen('7', "'7:00', '19:00'"), /pick one of these/, 'may be either')
  t.match(await chosen('7', "'12:00', Evening"), /pick one of these/, 'not all are times')
  t.match(await chosen('8', "'5.00', '10.00', '20.00'"), /pick one of these/, 'prices')
  t.match(await chosen('8', "'12.00 Uhr', '20.00 Uhr'"), '20.00 Uhr')
})

t.test(
  'thousands of spaces or dashes under a question, or some points behind a "no", are no long work',
  async (t) => {
    const { say } = talk(`replies:
  size: { when: size, ask: { question: Which?, remember: size, one_of: [small, large], retry: Again? }, next: done }
  done: { say: Done. }
fallback: { say: What? }
`)
    await say('size')
    const before = process.cpuUsage().user
    for (const sign of [' ', '–']) await say(`${sign.repeat(50_000)}!x`)
    for (const count of [30, 20_000]) await say(`no${'.'.repeat(count)}x`)
    t.ok(process.cpuUsage().user - before < 2_000_000, 'within two seconds of work instead of a minute')
  },
)
