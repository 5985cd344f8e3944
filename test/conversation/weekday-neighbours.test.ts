import t from 'tap'
import { datesIn } from '../../src/conversation/dates.ts'

/** A Monday. */
const NOW_MS = Date.UTC(2026, 8, 21, 10)

const daysFor = (text: string, language: string): string[] =>
  datesIn(text, { nowMs: NOW_MS, timeZone: 'UTC', languages: [language] })

t.test(
  'a weekday where an unknown word stands in the place of "next" may be of this or of the next week',
  (t) => {
    for (const [language, texts] of [
      ['hi', ['अगले शुक्रवार', 'आने वाले शुक्रवार']],
      ['th', ['วันศุกร์หน้า']],
      ['tr', ['öbür cuma', 'ikinci cuma', 'gelecek cuma']],
      ['el', ['τη δεύτερη Παρασκευή']],
      ['da', ['anden fredag']],
      ['id', ['Jumat kedua', 'Jumat depan']],
      ['ja', ['次の金曜日']],
      ['ro', ['vinerea viitoare']],
    ] as const) {
      for (const text of texts) t.same(daysFor(text, language), ['2026-09-25', '2026-10-02'], text)
    }
    t.end()
  },
)

t.test('a weekday beside politeness, "this" or a part of the day is this one', (t) => {
  for (const [language, texts] of [
    ['hi', ['शुक्रवार को', 'इस शुक्रवार', 'कृपया शुक्रवार', 'शुक्रवार शाम को']],
    ['th', ['วันศุกร์ค่ะ', 'วันศุกร์นี้', 'วันศุกร์ตอนเย็น']],
    ['tr', ['bu cuma', 'lütfen cuma', 'cuma akşamı', 'Cuma günü saat 19']],
    ['el', ['την Παρασκευή', 'Παρασκευή βράδυ']],
    ['sv', ['på fredag', 'ja fredag', 'fredag kväll', 'tack, fredag']],
    ['ar', ['يوم الجمعة لو سمحت', 'الجمعة مساء']],
    ['he', ['יום שישי בערב']],
    ['ja', ['金曜日でお願いします', '今週の金曜日']],
    ['vi', ['thứ sáu']],
    ['ro', ['vineri seara', 'vinerea asta', 'vineri vă rog']],
    // The name is English, and so are the words beside it.
    ['tr', ['maybe Friday', 'Friday works']],
  ] as const) {
    for (const text of texts) t.same(daysFor(text, language), ['2026-09-25'], text)
  }
  t.end()
})

t.test('a weekday that another one is counted from, or that is one of several, is no day', (t) => {
  for (const [language, texts] of [
    ['en', ['after next Friday', 'before next Friday', 'the Friday following', 'am zweiten Freitag']],
    ['de', ['vor nächsten Freitag']],
    ['fr', ['the second Friday', 'am zweiten Freitag']],
  ] as const) {
    for (const text of texts) t.same(daysFor(text, language), [], text)
  }
  t.end()
})

t.test('days and weeks from now are counted in more languages', (t) => {
  for (const [language, text, day] of [
    ['pt', 'daqui a três dias', '2026-09-24'],
    ['pl', 'za trzy dni', '2026-09-24'],
    ['ru', 'через три дня', '2026-09-24'],
    ['sv', 'om 3 dagar', '2026-09-24'],
    ['ar', 'بعد غد', '2026-09-23'],
  ] as const)
    t.same(daysFor(text, language), [day], text)
  for (const [language, text] of [
    ['pt', 'daqui a 2 semanas'],
    ['pl', 'za 2 tygodnie'],
    ['ru', 'через 2 недели'],
    ['nb', 'om 2 uker'],
  ] as const)
    t.match(
      daysFor(text, language),
      ['2026-10-05', ...Array.from({ length: 5 }, () => String), '2026-10-11'],
      text,
    )
  t.end()
})
