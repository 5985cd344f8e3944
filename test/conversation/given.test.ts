import t from 'tap'
import { dateIn } from '../../src/conversation/dates.ts'
import { talk } from './talk.ts'

/** What visitors write as answers, and what is remembered of it. It is Monday, 21 September 2026. */
const GIVEN: readonly (readonly [as: string, said: string, remembered: string | null, language?: string])[] =
  [
    ['number', '4', '4'],
    ['number', 'about 1,250 or so', '1250'],
    ['number', '1.234.567,5', '1234567.5'],
    ['number', '2,5', '2.5'],
    ['number', '-3', '-3'],
    ['number', '1e999', null],
    ['number', '10 000', '10000'],
    ['number', '4 at the table', '4'],
    ['number', '2 adults and 2 children', null],
    ['number', '2-3', null],
    ['number', '4 people at 19:30', '4'],
    ['number', '19:30', null],
    ['number', '4 5', null],
    ['number', '٣', '3'],
    ['number', '9'.repeat(40), null],
    ['email', 'Ann.Lee+x@mail.example.co.uk', 'Ann.Lee+x@mail.example.co.uk'],
    ['email', 'ann@localhost', null],
    ['email', '@example.com', null],
    ['email', `${'a'.repeat(400)}@example.com`, null],
    ['phone', '+1 555 123 4567', '+15551234567'],
    ['phone', 'call 030/1234-56', '030123456'],
    ['phone', '12345', null],
    ['phone', '1'.repeat(30), null],
    ['date', '2027-02-28', '2027-02-28'],
    ['date', '2027-02-29', null],
    ['date', '5/3/27', '2027-03-05'],
    ['date', 'on 3rd of March 2027 please', '2027-03-03'],
    ['date', 'March 3, 2027', '2027-03-03'],
    ['date', 'today', '2026-09-21'],
    ['date', 'tomorrow', '2026-09-22'],
    ['date', '1.1.', '2027-01-01'],
    ['date', 'Monday', null],
    ['date', 'on Friday, please', '2026-09-25'],
    ['date', 'next Friday', null],
    ['date', 'the day after tomorrow', '2026-09-23'],
    ['date', '12/24/2026', '2026-12-24'],
    ['date', '24/12/2026', '2026-12-24'],
    ['date', '2026/12/24', '2026-12-24'],
    ['date', '24-12-2026', '2026-12-24'],
    ['date', '24.12.26', '2026-12-24'],
    ['date', '10-12', null],
    ['date', '5.30pm on 24.12.', '2026-12-24'],
    ['date', '١٢/٢٤', '2026-12-24'],
    ['date', '24. Dezember', '2026-12-24'],
    ['date', 'übermorgen', '2026-09-23'],
    ['date', 'Dienstag morgen', '2026-09-22'],
    ['date', 'Mittwoch morgen', '2026-09-23'],
    ['date', 'heute morgen', '2026-09-21'],
    ['date', "tomorrow's fine", '2026-09-22'],
    ['date', 'today or tomorrow', null],
    ['date', 'Friday or Saturday', null],
    ['date', 'tomorrow or Friday', null],
    ['date', 'Friday the 2nd', null],
    ['date', 'Friday 19:30', '2026-09-25'],
    ['date', 'Freitag um 19.30 Uhr', '2026-09-25'],
    ['date', 'Friday in two weeks', null],
    ['date', 'febuary 5', '2027-02-05'],
    ['date', 'demain', null],
    ['date', 'demain', '2026-09-22', 'fr'],
    ['date', 'le 24 décembre', '2026-12-24', 'fr'],
    ['date', 'vendredi prochain', null, 'fr'],
    ['date', 'mar 5 mai', null, 'fr'],
    ['date', 'pasado mañana', '2026-09-23', 'es'],
    ['date', 'el 24 de diciembre por la mañana', '2026-12-24', 'es'],
    ['date', 'sexta-feira', '2026-09-25', 'pt'],
    ['date', 'sexta-feira, 2', null, 'pt'],
    ['date', '24 בדצמבר', '2026-12-24', 'he'],
    ['date', 'следующий вторник', null, 'ru'],
    ['date', '24 de diciembre de 2027', '2027-12-24', 'es'],
    ['date', '24 декабря', '2026-12-24', 'ru'],
    ['date', 'jutro', '2026-09-22', 'pl'],
    ['date', 'yarın', '2026-09-22', 'tr'],
    ['date', 'غدًا', '2026-09-22', 'ar'],
    ['date', '明天下午', '2026-09-22', 'zh'],
    ['date', '大后天', '2026-09-24', 'zh'],
    ['date', '星期五下午', '2026-09-25', 'zh'],
    ['date', '下星期五', null, 'zh'],
    ['date', '星期五11号', null, 'zh'],
    ['date', '3月2人', null, 'zh'],
    ['date', '12月24日', '2026-12-24', 'ja'],
    ['date', '24 tháng 12', null, 'vi'],
    ['email', 'name＠example．com', 'name@example.com'],
    ['text', '  two\u0000 words\u202e ', 'two  words'],
    ['text', '\u200b', null],
  ]

for (const [as, text, remembered, language = 'en'] of GIVEN) {
  const title = `as ${as} in ${language}, ${JSON.stringify(text.slice(0, 30))} is ${remembered ?? 'no answer'}`
  t.test(title, async (t) => {
    const { say, state } = talk(
      `language: ${language}\nreplies:\n  a: { when: go, ask: { question: q, remember: it, as: ${as} }, next: b }\n  b: { say: ok }`,
    )
    await say('go')
    const [reply] = await say(text)
    if (remembered === null) t.not(reply, 'ok')
    else t.same([reply, state()], ['ok', { remembered: { it: remembered } }])
  })
}

t.test('a choice is understood with small words around it, and with a wrong letter', async (t) => {
  const chosen = async (text: string): Promise<string | undefined> => {
    const { say } = talk(
      "replies:\n  a: { when: go, ask: { question: Size?, remember: size, one_of: [Small, Medium, Extra large, 42, 'No', A, B] }, next: b }\n  b: { say: '{{size}}' }",
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
  ] as const)
    t.equal(await chosen(text), size, text)
  for (const text of ['small or medium', 'not small', 'large', '43', 'smell the small', 'S', 'a, b'])
    t.match(await chosen(text), /pick one of these/, text)
})

t.test('a date is understood as ICU writes it, with and without its weekday and year', async (t) => {
  const nowMs = Date.UTC(2026, 8, 21)
  for (const language of 'en de fr es it pt nl pl cs ru uk el ro hu fi sv tr he ar fa hi zh ja ko th id'.split(
    ' ',
  )) {
    for (let month = 0; month < 12; month += 1) {
      const atMs = Date.UTC(2027, month, 17)
      const whole = { day: 'numeric', month: 'long', year: 'numeric' } as const
      for (const style of [whole, { ...whole, weekday: 'long' } as const]) {
        const text = new Intl.DateTimeFormat(`${language}-u-ca-gregory-nu-latn`, style).format(atMs)
        const expected = new Date(atMs).toISOString().slice(0, 10)
        t.equal(
          dateIn(text, { nowMs, timeZone: 'UTC', languages: [language] }),
          expected,
          `${language}: ${text}`,
        )
      }
    }
  }
  t.equal(
    dateIn('2027(e)ko urtarrilaren 17(a), igandea', { nowMs, timeZone: 'UTC', languages: ['eu'] }),
    null,
  )
})
