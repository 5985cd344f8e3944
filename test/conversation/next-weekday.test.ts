import t from 'tap'
import { talk } from './talk.ts'

t.test('a weekday that may be in this week or the next is asked for with both days as buttons', async (t) => {
  const yaml = (language: string): string => `language: ${language}
replies:
  hours: { when: [opening hours, are you open], say: HOURS }
  visit:
    when: book
    ask: [{ question: Which day?, remember: day, as: date }, { question: How many?, remember: people, as: number }]
    next: done
  done: { say: '{{day}} {{people}}' }
`
  // START_MS is a Monday.
  for (const [language, text, ...days] of [
    ['en', 'next Fri', 'Sep 25, 2026', 'Oct 2, 2026'],
    ['en', 'can I come next Friday?', 'Sep 25, 2026', 'Oct 2, 2026'],
    ['en', 'Monday', 'Sep 21, 2026', 'Sep 28, 2026'],
    ['en', 'next Monday', 'Sep 28, 2026', 'Oct 5, 2026'],
    ['de', 'nächsten Freitag', '25. Sept. 2026', '2. Okt. 2026'],
    ['fr', 'vendredi prochain', '25 sept. 2026', '2 oct. 2026'],
    ['tr', 'haftaya cuma', '25 Eyl 2026', '2 Eki 2026'],
  ] as const) {
    const { say, tap, offers } = talk(yaml(language))
    await say('book')
    t.same(await say(text), ['Please pick one of these.'], text)
    t.same(offers(), [...days, 'Cancel'], text)
    t.same(await tap(days[1]), ['How many?'])
    t.match(await say('4'), [/^2026-(?:09|10)-\d\d 4$/])
  }
  for (const text of [
    'übernächsten Freitag',
    'Friday the week after next week',
    'not next Friday',
    'last Friday',
    'every Monday',
  ]) {
    const { say, offers } = talk(yaml('de'))
    await say('book')
    await say(text)
    t.same(offers(), ['Cancel'], text)
  }
  const { say } = talk(yaml('en'))
  await say('book')
  t.same(await say('are you open next friday?'), ['HOURS', 'Which day?'])
})

t.test(
  'a day of the next week is taken, and the days of that week are offered where none is named',
  async (t) => {
    const yaml = (language: string): string => `language: ${language}
replies:
  visit: { when: book, ask: { question: Which day?, remember: day, as: date }, next: done }
  done: { say: '{{day}}' }
`
    for (const [language, text, days] of [
      ['en', 'Friday next week', ['2026-10-02']],
      ['en', 'next week on Fri please', ['2026-10-02']],
      ['de', 'Freitag nächster Woche', ['2026-10-02']],
      ['fr', 'vendredi de la semaine prochaine', ['2026-10-02']],
      ['it', 'venerdì della prossima settimana', ['2026-10-02']],
      ['pl', 'w przyszłym tygodniu w piątek', ['2026-10-02']],
      ['en', 'Sunday next week', ['Sep 27, 2026', 'Oct 4, 2026']],
      [
        'de',
        'nächste Woche',
        [
          '28. Sept. 2026',
          '29. Sept. 2026',
          '30. Sept. 2026',
          '1. Okt. 2026',
          '2. Okt. 2026',
          '3. Okt. 2026',
          '4. Okt. 2026',
        ],
      ],
    ] as const) {
      const { say, offers } = talk(yaml(language))
      await say('book')
      const [answer] = await say(text)
      t.same(offers().length > 1 ? offers().slice(0, -1) : [answer], days, text)
    }
    for (const text of [
      'tomorrow next week',
      'I call you next week',
      'Friday or next week',
      'every Friday next week',
    ]) {
      const { say, offers } = talk(yaml('en'))
      await say('book')
      t.match(await say(text), [/not understand/], text)
      t.same(offers(), ['Cancel'], text)
    }
  },
)

t.test('weeks from now are asked for with the days of that week as buttons', async (t) => {
  const yaml = (language: string): string => `language: ${language}
replies:
  visit: { when: book, ask: { question: Which day?, remember: day, as: date }, next: done }
  done: { say: '{{day}}' }
`
  for (const [language, text, first, last] of [
    ['en', 'in 2 weeks', 'Oct 5, 2026', 'Oct 11, 2026'],
    ['en', 'in a week please', 'Sep 28, 2026', 'Oct 4, 2026'],
    ['de', 'in zwei Wochen', '5. Okt. 2026', '11. Okt. 2026'],
    ['fr', 'dans 2 semaines', '5 oct. 2026', '11 oct. 2026'],
  ] as const) {
    const { say, tap, offers } = talk(yaml(language))
    await say('book')
    t.same(await say(text), ['Please pick one of these.'], text)
    t.equal(offers().length, 8)
    t.same([offers()[0], offers()[6], offers()[7]], [first, last, 'Cancel'])
    t.match(await tap(last), [/^2026-10-(?:04|11)$/])
  }
  for (const [text, day] of [
    ['today in 2 weeks', '2026-10-05'],
    ['in 14 days', '2026-10-05'],
  ] as const) {
    const { say } = talk(yaml('en'))
    await say('book')
    t.same(await say(text), [day], text)
  }
  for (const text of ['for 2 weeks', '2 weeks', 'in 2 or 3 weeks', 'in about 2 weeks']) {
    const { say, offers } = talk(yaml('en'))
    await say('book')
    await say(text)
    t.same(offers(), ['Cancel'], text)
  }
})
