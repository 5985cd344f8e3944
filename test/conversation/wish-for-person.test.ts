import t from 'tap'
import { talk } from './talk.ts'

t.test('a visitor who asks for a person where any text is an answer gets one', async (t) => {
  const yaml = (phrases: string): string => `
replies:
  person: { title: A person, when: [${phrases}], say: PERSON, do: handover }
  form: { when: book, ask: { question: Your name?, remember: name }, next: done }
  done: { say: 'Hello {{name}}' }
  thanks: { when: [thanks, tack], say: WELCOME }
`
  for (const [phrases, asking, answers] of [
    [
      'talk to a person, human',
      [
        'human',
        'human please',
        'A human!',
        'can I talk to a person',
        'Can I please talk to a person?',
        'are you human?',
        'I want to talk to a person',
        "I'd like to talk to a human",
        'i need a human',
      ],
      [
        'Will Human',
        'The Human League',
        'my person is Ann',
        'can you write human on the cake',
        'I am a person',
        'Ann Person',
        'Ann Human?',
        'I want a human-size cake',
        'I need a human with a van',
        'I need one more human',
        'I want to thank the person at the desk',
      ],
    ],
    [
      'agent, human, stylist',
      [
        'an agent',
        'An agent please',
        'The agent, please',
        'A STYLIST',
        'can I see a stylist',
        'Will a human?',
      ],
      ['The Human', 'An Agent', 'Una Agent', 'Will A. Human', 'A Stylist', 'Can Agent'],
    ],
    ['människa', ['en människa tack'], ['Tack']],
    ['スタッフ', ['スタッフお願いします', 'スタッフをお願いします。'], ['スタッフ太郎']],
    ['人工客服', ['请人工客服', '人工客服，谢谢'], []],
    ['оператор', ['Оператор, пожалуйста'], []],
    ['موظف', ['موظف لو سمحت'], []],
    ['Mensch', ['ein Mensch bitte', 'Einen Mensch, bitte'], ['Herr Mensch', 'Mensch Müller']],
  ] as const) {
    for (const text of asking) {
      const { say, effects } = talk(yaml(phrases))
      await say('book')
      t.same(await say(text), ['PERSON'], text)
      t.same(effects, [{ do: 'handover' }])
    }
    for (const text of answers) {
      const { say } = talk(yaml(phrases))
      await say('book')
      t.same(await say(text), [`Hello ${text}`], text)
    }
  }
})
