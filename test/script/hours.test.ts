import t from 'tap'
import { judge } from '../../src/conversation/questions.ts'
import { isOpen, placeInWeek, type Hours } from '../../src/script/hours.ts'
import type { Question, Script } from '../../src/script/types.ts'

const BERLIN = 'Europe/Berlin'
/** In 2026 the clocks there go forward on 29 March and back on 25 October. */
const at = (moment: string): number => Date.parse(moment)

t.test('tomorrow is the next date, also where a day has 23 or 25 hours', (t) => {
  const hours: Hours = { timeZone: BERLIN, week: [], closed: new Set() }
  const on = (moment: string) =>
    judge({ hours, languages: ['en'] } as unknown as Script, { kind: 'date' } as Question, {
      text: 'tomorrow',
      payload: null,
      atMs: at(moment),
    })
  t.equal(on('2026-03-28T23:30+01:00'), '2026-03-29')
  t.equal(on('2026-03-29T00:10+01:00'), '2026-03-30')
  t.equal(on('2026-10-25T00:10+02:00'), '2026-10-26')
  t.equal(on('2026-10-25T23:50+01:00'), '2026-10-26')
  t.equal(on('2026-12-31T12:00+01:00'), '2027-01-01')
  t.end()
})

t.test('a night that began on a closed day stays closed, also where the clocks change in it', (t) => {
  const nights = Array.from({ length: 7 }, () => [{ fromMinute: 20 * 60, toMinute: 24 * 60 + 6 * 60 }])
  const hours = (closed: string): Hours => ({ timeZone: BERLIN, week: nights, closed: new Set([closed]) })
  for (const [eve, morning] of [
    ['2026-10-24', '2026-10-25T04:30+01:00'],
    ['2026-03-28', '2026-03-29T04:30+02:00'],
    ['2026-06-01', '2026-06-02T04:30+02:00'],
  ] as const) {
    t.equal(isOpen(hours(eve), at(morning)), false, morning)
    t.equal(
      isOpen(hours(placeInWeek(BERLIN, at(morning)).date), at(morning)),
      true,
      'the day before was open',
    )
  }
  t.end()
})
