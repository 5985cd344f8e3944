import t from 'tap'
import { createBystander } from '../../src/alerts/bystander.ts'
import { createLoops } from '../../src/alerts/loops.ts'
import { createNeeds } from '../../src/alerts/needs.ts'
import { raisesNeeds } from '../../src/alerts/page-trouble.ts'
import { createFakeClock, settle } from '../helpers/clock.ts'

const HOUR = 3_600_000

const build = (cause: 'loop' | 'standby') => {
  const clock = createFakeClock()
  const needs = createNeeds({ clock })
  const tell = raisesNeeds({ needs, cause, nameOf: () => 'Bakery' })
  return { clock, needs, tell, texts: () => needs.open().map(({ pageId, what }) => `${pageId}: ${what}`) }
}

t.test('another bot is told of once, for as long as it talks', async (t) => {
  const { clock, tell, needs, texts } = build('loop')
  const opened: boolean[] = []
  needs.onChange((change) => void opened.push(change.opened))
  const { met } = createLoops({
    tell,
    correct: () => t.fail('nothing to correct'),
    isKnown: async () => true,
    clock,
  })
  for (let each = 0; each < 10; each += 1) {
    met('1001', each % 2 === 0 ? '7' : '8')
    await clock.advance(10_000)
  }
  t.match(texts(), [/^1001: A visitor \(7\) sends the same words over and over/])
  t.same(opened, [true])
  await clock.advance(HOUR)
  t.same(texts(), [])
  t.same(opened, [true, false])
})

t.test('a visitor who was forgotten is named no more, and the trouble is not told again', async (t) => {
  const { clock, tell, needs, texts } = build('loop')
  const opened: boolean[] = []
  needs.onChange((change) => void opened.push(change.opened))
  const { met, forgotten, stop } = createLoops({
    tell,
    correct: (pageId, trouble) => needs.update({ pageId, pageName: 'Bakery', cause: 'loop', ...trouble }),
    isKnown: async (_pageId, psid) => psid !== '7',
    clock,
  })
  met('1001', '7')
  met('1002', '8')
  await forgotten()
  const named = [/^1001: A visitor \(unknown\) sends the same words/, /^1002: A visitor \(8\)/]
  t.match(texts(), named)
  met('1001', '9')
  t.match(texts(), named, 'the next one is the same trouble')
  t.same(opened, [true, true])
  stop()
})

t.test('a Page whose visitors all write in standby is told of, until one writes to the bot', async (t) => {
  const { clock, tell, needs, texts } = build('standby')
  const notes = new Map<string, string>()
  const store = {
    remember: async (name: string, text: string) => void notes.set(name, text),
    recall: async (name: string) => notes.get(name) ?? null,
  }
  const start = () =>
    createBystander({ tell, store, clock, log: { warn: () => t.fail('a note was not kept') } })
  /** These visitors write in standby. */
  const inStandby = async ({ wrote }: ReturnType<typeof start>, ...psids: string[]): Promise<void> => {
    for (const psid of psids) wrote('1001', psid, true)
    await settle()
  }
  const first = start()
  await inStandby(first, '7', '8', '7', '8')
  t.same(texts(), [], 'two may be meant for another app')
  await inStandby(first, '9', '10')
  t.match(needs.open(), [{ cause: 'standby', what: /in standby/, remedy: /default app/ }])
  first.wrote('1001', '7', false)
  t.same(texts(), [])

  await inStandby(first, '7', '8', '9')
  const later = start()
  await inStandby(later, '7', '8', '9')
  t.same(texts(), [], 'some were passed on this week: others are not meant to be')
  await clock.advance(7 * 24 * HOUR)
  await inStandby(later, '7')
  t.match(texts(), [/^1001: /])
})
