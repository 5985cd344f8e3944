import t from 'tap'
import { event, postback } from './events.ts'
import { talk, type Talk } from './talk.ts'

const SCRIPT = `
replies:
  hours: { title: Hours, when: [opening hours], say: From 9 to 18. }
  book:
    when: book a table
    say: With pleasure.
    ask:
      - { question: For how many?, remember: people, as: number }
      - { question: When?, remember: day, as: date }
    answers: keep
    next: booked
  call_back:
    when: call me
    ask: [{ question: Your name?, remember: guest }]
    next: booked
  booked: { say: Thank you. }
  person: { title: A person, when: [talk to a person], say: Somebody comes., do: handover }
fallback: { say: Pardon? }
`

/** What the last event counted as. */
const counted = ({ last }: Talk): string[] =>
  (last().counts ?? []).map(({ what, name, by }) =>
    [what, name, by].filter((part) => part !== undefined).join(' '),
  )

t.test('words count as a message, by how they were understood, and by the reply given', async (t) => {
  const visitor = talk(SCRIPT)
  await visitor.say('opening hours')
  t.same(counted(visitor), ['messages', 'matched', 'reply hours'])
  await visitor.say('xylophone')
  t.same(counted(visitor), ['messages', 'fallback'])
  await visitor.happens(postback('hours'))
  t.same(counted(visitor), ['messages', 'reply hours'])
  await visitor.happens(event({ read: { watermark: 1 } }))
  t.same(counted(visitor), [])
})

t.test(
  'a form counts when it is begun and when it is finished, whether its answers are kept or not',
  async (t) => {
    const visitor = talk(SCRIPT)
    const forms = (): string[] => counted(visitor).filter((one) => one.startsWith('form'))
    await visitor.say('book a table')
    t.same(forms(), ['form_begun book'])
    await visitor.say('four of us')
    t.same(forms(), [])
    await visitor.say('24.12.2026')
    t.same(forms(), ['form_finished book'])
    await visitor.say('call me')
    t.same(forms(), ['form_begun call_back'])
    await visitor.say('Ann')
    t.same(forms(), ['form_finished call_back'])
    await visitor.say('book a table')
    await visitor.say('cancel')
    t.same(forms(), [], 'a form that was left is not finished')
  },
)

t.test('a visitor who asks for a person counts once, and how long the first answer took', async (t) => {
  const visitor = talk(SCRIPT, { spacingMs: 60_000 })
  const people = (): string[] => counted(visitor).filter((one) => /handover|first/.test(one))
  await visitor.say('talk to a person')
  t.same(people(), ['handover'])
  await visitor.say('hello?')
  t.same(people(), [])
  const written = event({
    message: { mid: 'm_2', is_echo: true, app_id: 263902037430900, text: 'Hi, Ann here' },
  })
  await visitor.happens(written)
  t.same(people(), ['first_answer', 'first_answer_ms 120000'])
  await visitor.happens(written)
  t.same(people(), [])
})

t.test('a person who writes unasked is no handover', async (t) => {
  const visitor = talk(SCRIPT)
  await visitor.happens(
    event({ message: { mid: 'm_2', is_echo: true, app_id: 263902037430900, text: 'Hi' } }),
  )
  t.same(counted(visitor), [])
})
