import { readFile } from 'node:fs/promises'
import t from 'tap'
import { toMessengerProfile } from '../../src/profile/messenger-profile.ts'
import { createMatcher } from '../../src/conversation/match/matcher.ts'
import { HELD_OUT, TUNED, type Paraphrase } from '../fixtures/paraphrases.ts'
import { parseScript } from '../../src/script/parse.ts'
import { SCRIPT_VARIABLES } from '../../src/conversation/variables.ts'

const file = 'bot.example.yaml'
const script = parseScript(await readFile(new URL(`../../${file}`, import.meta.url)), {
  file,
  variables: SCRIPT_VARIABLES,
})
const { match } = createMatcher(script)

t.test('the script that ships is right', async (t) => {
  t.match(match('when are you opn?'), { reply: 'hours' })
  t.match(match('Where is order #4711?'), { reply: 'order', groups: new Map([['number', '4711']]) })
  t.match(match('👋'), { reply: 'welcome' }, 'a wave')
  t.match(match('How are you?'), { reply: 'welcome' })
  t.match(
    match('What do you have?'),
    { reply: 'news' },
    'a question for the goods, not for what the bot can do',
  )
  t.match(script.replies.get('person'), { handover: true })
  t.match(toMessengerProfile(script), { get_started: { payload: 'welcome' } })
})

t.test('its tests ask for replies it has', async (t) => {
  for (const [text, reply] of [...TUNED, ...HELD_OUT]) {
    if (reply !== null) t.ok(script.replies.has(reply), text)
  }
})

const SETS: { title: string; set: readonly Paraphrase[]; floor: number }[] = [
  { title: 'the sentences it was tuned with', set: TUNED, floor: 0.98 },
  { title: 'sentences it was not tuned with', set: HELD_OUT, floor: 0.92 },
]

for (const { title, set, floor } of SETS) {
  t.test(`it understands ${title}`, async (t) => {
    const wrong = set.filter(([text, reply]) => (match(text)?.reply ?? null) !== reply)
    const accuracy = 1 - wrong.length / set.length
    t.comment(`accuracy: ${(accuracy * 100).toFixed(1)} % of ${set.length}`)
    for (const [text, reply] of wrong)
      t.comment(
        `wrong: "${text}" got ${match(text)?.reply ?? 'the fallback'}, not ${reply ?? 'the fallback'}`,
      )
    t.ok(accuracy >= floor, `at least ${floor * 100} %`)
  })
}
