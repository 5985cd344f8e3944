import t from 'tap'
import { hear, type NotUnderstood } from '../../src/conversation/heard.ts'
import { createMatcher } from '../../src/conversation/match/matcher.ts'
import { parseScript } from '../../src/script/parse.ts'

const script = parseScript(
  `replies:
  hours: { when: [when are you open, opening hours], say: From 9 to 18. }
  order: { when: '/order (?<number>\\d+)/i', say: On its way. }
`,
  { file: 'bot.yaml', variables: [] },
)
const matcher = createMatcher(script)
const heard = (text: string) => hear(text, matcher.matchOrNearest(text, 3))

t.test('words the script knows are matched, similar ones doubtful, others for the fallback', async (t) => {
  t.match(heard('Opening hours!'), { how: 'matched', nearest: { reply: 'hours', confidence: 1 } })
  t.match(heard('order 12'), { how: 'matched', nearest: { reply: 'order' } })
  t.match(heard('do you sell bikes'), { how: 'fallback' })
  const doubtful = ['opening today', 'are you open tomorrow', 'hours of sunday', 'open late'].map(heard)
  t.ok(
    doubtful.some(({ how }) => how === 'doubtful'),
    JSON.stringify(doubtful),
  )
  for (const { how, nearest } of doubtful) {
    const confidence = nearest?.confidence ?? 0
    t.equal(how, confidence >= 0.8 ? 'matched' : confidence >= 0.63 ? 'doubtful' : 'fallback')
  }
})

const notUnderstood = (text: string): NotUnderstood => {
  const found = heard(text)
  if (found.how === 'matched') throw new Error(`${text} was understood`)
  return found
}

t.test('texts that ask the same are alike, in any order and case', async (t) => {
  const likeness = (text: string): string => notUnderstood(text).likeness
  t.equal(likeness('Do you sell bikes?'), likeness('bikes, do you sell'))
  t.equal(likeness('BIKES sell'), likeness('do you sell bikes please'))
  t.not(likeness('do you sell bikes'), likeness('do you sell shoes'))
  t.not(likeness('you'), '', 'fillers alone are something, too')
  t.not(likeness('👍'), '')
  t.equal(likeness('自転車はありますか'), likeness('自転車はありますか！'))
})

t.test('what is kept of a long text is bounded', async (t) => {
  const { text, likeness } = notUnderstood('bike '.repeat(4000))
  t.ok(text.length <= 300)
  t.ok(likeness.length <= 300)
})
