import t from 'tap'

import { createNeeds } from '../../src/alerts/needs.ts'
import { need } from '../helpers/alerts.ts'
import { createFakeClock } from '../helpers/clock.ts'

t.test('a need is open from when it was first raised, however often it is raised', async (t) => {
  const clock = createFakeClock()
  const needs = createNeeds({ clock })
  const heard: unknown[] = []
  needs.onChange(({ need, opened }) => heard.push([need.pageId, need.cause, opened]))

  needs.raise(need())
  await clock.advance(5_000)
  needs.raise(need({ what: 'Told again.' }))

  t.strictSame(needs.open(), [{ ...need(), sinceMs: clock.now() - 5_000 }])
  t.strictSame(heard, [['1001', 'token_invalid', true]])
})

t.test('settling one cause leaves the other causes and the other Pages open', async (t) => {
  const needs = createNeeds({ clock: createFakeClock() })
  needs.raise(need())
  needs.raise(need({ cause: 'restricted' }))
  needs.raise(need({ pageId: '1002' }))

  needs.settle('1001', 'token_invalid')

  t.strictSame(
    needs.open().map(({ pageId, cause }) => [pageId, cause]),
    [
      ['1001', 'restricted'],
      ['1002', 'token_invalid'],
    ],
  )
})

t.test('settling without a cause closes all of the Page, and says each once', async (t) => {
  const needs = createNeeds({ clock: createFakeClock() })
  const closed: string[] = []
  needs.onChange(({ need, opened }) => {
    if (!opened) closed.push(need.cause)
  })
  needs.raise(need())
  needs.raise(need({ cause: 'restricted' }))

  needs.settle('1001')
  needs.settle('1001')
  needs.settle('never heard of')

  t.strictSame(needs.open(), [])
  t.strictSame(closed, ['token_invalid', 'restricted'])
})

t.test('a need raised again after it was settled is a new one', async (t) => {
  const clock = createFakeClock()
  const needs = createNeeds({ clock })
  needs.raise(need())
  needs.settle('1001')
  await clock.advance(60_000)
  needs.raise(need())

  t.equal(needs.open()[0]?.sinceMs, clock.now())
})

t.test('a listener that stopped hears nothing more', async (t) => {
  const needs = createNeeds({ clock: createFakeClock() })
  let heard = 0
  const stop = needs.onChange(() => heard++)
  needs.raise(need())
  stop()
  needs.settle('1001')

  t.equal(heard, 1)
})
