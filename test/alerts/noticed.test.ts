import t from 'tap'
import { createBystander } from '../../src/alerts/bystander.ts'
import { createLoops } from '../../src/alerts/loops.ts'
import { createNeeds } from '../../src/alerts/needs.ts'
import { raisesNeeds } from '../../src/alerts/page-trouble.ts'
import { createFakeClock, settle } from '../helpers/clock.ts'

const HOUR = 3_600_000

const build = () => {
  const clock = createFakeClock()
  const needs = createNeeds({ clock })
  const tell = raisesNeeds({ needs, cause: 'loop', nameOf: () => 'Bakery' })
  return { clock, needs, tell, texts: () => needs.open().map(({ pageId, what }) => `${pageId}: ${what}`) }
}

t.test('another bot is told of once, for as long as it talks', async (t) => {
  const { clock, tell, needs, texts } = build()
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
  const { clock, tell, needs, texts } = build()
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

/** Visitors of a Page of which a fresh bystander hears; notes and needs outlast it. */
const buildStandby = () => {
  const { clock, needs, texts } = build()
  const notes = new Map<string, string>()
  const faults: Error[] = []
  const store = {
    remember: async (name: string, text: string) => void notes.set(name, text),
    recall: async (name: string) => {
      const note = notes.get(name) ?? null
      await settle(1)
      if (faults.length > 0) throw faults.pop()
      return note
    },
  }
  const start = () => {
    const log = { warn: () => t.fail('a note was not kept') }
    const bystander = createBystander({ needs, nameOf: () => 'Bakery', store, clock, log })
    return {
      ...bystander,
      inStandby: async (...psids: string[]): Promise<void> => {
        for (const psid of psids) bystander.wrote('1001', psid, true)
        await settle()
      },
      toBot: () => bystander.wrote('1001', '7', false),
    }
  }
  return { clock, needs, texts, faults, start }
}

t.test('a Page whose visitors all write in standby is told of, until one writes to the bot', async (t) => {
  const { clock, needs, texts, start } = buildStandby()
  const first = start()
  await first.inStandby('7', '8', '7', '8')
  t.same(texts(), [], 'two may be meant for another app')
  await first.inStandby('9', '10')
  t.match(needs.open(), [{ cause: 'standby', what: /in standby/, remedy: /default app/ }])
  first.toBot()
  t.same(texts(), [])

  await first.inStandby('7', '8', '9')
  const later = start()
  await later.inStandby('7', '8', '9')
  t.same(texts(), [], 'some were passed on this week: others are not meant to be')
  await clock.advance(7 * 24 * HOUR)
  await later.inStandby('7')
  t.match(texts(), [/^1001: /])
  later.removed('1001')
  t.same(texts(), [], 'a Page that has no token any more has no visitors')
})

t.test(
  'that visitors write to the bot is known from any instance that heard them, and not told of a guess',
  async (t) => {
    const { clock, texts, faults, start } = buildStandby()
    const [here, there] = [start(), start()]
    here.toBot()
    await clock.advance(8 * 24 * HOUR)
    there.toBot()
    await here.inStandby('7', '8', '9')
    t.same(texts(), [], 'another instance kept the Page in between')

    const restarted = start()
    faults.push(new Error('no answer'))
    await restarted.inStandby('7', '8', '9')
    t.same(texts(), [], 'the database has not said whether one wrote to the bot')

    await clock.advance(8 * 24 * HOUR)
    const overtaken = start()
    for (const psid of ['7', '8', '9']) overtaken.wrote('1001', psid, true)
    overtaken.toBot()
    await settle()
    await overtaken.inStandby('7', '8', '9')
    t.same(texts(), [], 'one wrote while the note of a week ago was read')
  },
)
