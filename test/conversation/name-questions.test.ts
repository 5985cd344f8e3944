import t from 'tap'
import { talk } from './talk.ts'

const form = (question: string, fallback = 'say: FALLBACK'): string => `
replies:
  person: { title: A person, when: [talk to a person, agent], say: PERSON, do: handover }
  form: { when: book, ask: { question: ${question} }, next: done }
  done: { say: 'Hello {{answer}}' }
  hours: { when: [when are you open], say: HOURS }
  bot: { when: [are you a bot], say: BOT }
fallback: { ${fallback} }
`
const NAME = 'Your name?, remember: answer'

t.test('a question of the visitor is no name', async (t) => {
  for (const [text, texts] of [
    ['why?', ['FALLBACK', 'Your name?']],
    ['¿Por qué?', ['FALLBACK', 'Your name?']],
    ['anyone there?', ['FALLBACK', 'Your name?']],
    ['Why do you need it?', ['FALLBACK', 'Your name?']],
    ['when are you open?', ['HOURS', 'Your name?']],
    ['are you a bot', ['BOT', 'Your name?']],
    ['How do I reach an agent?', ['PERSON']],
    ['Was the agent here?', ['Your name?']],
    ['Do I have to talk to a person?', ['Your name?']],
    ['can I book?', ['Your name?']],
  ] as const) {
    const { say } = talk(form(NAME))
    await say('book')
    t.same(await say(text), texts, text)
  }
})

t.test('a question for a name that the fallback hands over to a person does not end the form', async (t) => {
  const { say } = talk(form(NAME, 'say: PERSON, do: handover'))
  await say('book')
  t.same(await say('why?'), ['Your name?'])
  t.same(await say('Ann'), ['Hello Ann'])
})

t.test('a text without a letter or digit is no name, in the words of any language', async (t) => {
  for (const question of [
    NAME,
    'Who?, remember: last_name',
    'Wie heißen Sie?, remember: answer',
    'お名前は？, remember: answer',
    'Tên?, remember: answer',
  ])
    for (const text of ['👍', '❤️❤️', '...', '—']) {
      const { say } = talk(form(question).replace('{{answer}}', ''))
      await say('book')
      t.match(await say(text), [/in words/], `${question} ${text}`)
    }
})

t.test('names that look like questions are names', async (t) => {
  for (const text of [
    'Ann?',
    'Will?',
    'Will Smith?',
    'Can Öztürk?',
    'do anh',
    'Hay 山田?',
    'Che',
    'Ann 😀',
    '王',
  ]) {
    const { say } = talk(form(NAME))
    await say('book')
    t.same(await say(text), [`Hello ${text}`], text)
  }
})

t.test('a thumb or a question answers a question for other words', async (t) => {
  for (const text of ['👍', 'why?', 'when are you open?', 'Was the agent here?']) {
    const { say } = talk(form('How was it?, remember: answer'))
    await say('book')
    t.same(await say(text), [`Hello ${text}`], text)
  }
})
