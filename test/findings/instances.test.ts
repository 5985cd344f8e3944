import t from 'tap'
import { createNeeds, WHOLE_BOT } from '../../src/alerts/needs.ts'
import { marksOf } from '../../src/base/marks.ts'
import { createInstancesWatch } from '../../src/findings/instances.ts'
import { differencesOf, type RunningInstance } from '../../src/base/running-instances.ts'
import { createFakeClock } from '../helpers/clock.ts'
import { runningInstance } from '../helpers/running.ts'

const KEY = Buffer.alloc(32, 7)

const instance = (
  id: string,
  { version = '1.0.0', ...settings }: Record<string, string | undefined>,
): RunningInstance => runningInstance(id, { version, marks: marksOf(KEY, settings) })

t.test('a mark tells two settings apart and says nothing of them', (t) => {
  const [one, other] = [
    marksOf(KEY, { A: 'secret', B: 'secret' }),
    marksOf(KEY, { A: 'secret', B: undefined }),
  ]
  t.equal(one['A'], other['A'])
  t.not(one['B'], other['B'])
  t.not(one['A'], one['B'], 'two settings with one value do not show that')
  t.not(marksOf(Buffer.alloc(32, 8), { A: 'secret' })['A'], one['A'])
  t.notMatch(JSON.stringify(one), 'secret')
  t.end()
})

t.test('instances that differ are a need after five minutes, by name and place', async (t) => {
  const clock = createFakeClock()
  const needs = createNeeds({ clock })
  const right = { FB_APP_SECRET: 'hush', version: '1' }
  let list = [instance('a', right), instance('b', right)]
  const watch = createInstancesWatch({ list: () => list, needs, clock })
  watch.start()
  await clock.advance(10 * 60_000)
  t.same(needs.open(), [])

  list = [instance('a', right), instance('b', { ...right, FB_APP_SECRET: 'other' }), instance('c', right)]
  t.same(differencesOf(list), ['FB_APP_SECRET'])
  await clock.advance(5 * 60_000)
  t.same(needs.open(), [], 'an upgrade takes a while')
  await clock.advance(60_000)
  t.match(needs.open(), [
    {
      pageId: WHOLE_BOT,
      cause: 'instances',
      what: 'The instances do not agree: FB_APP_SECRET is one on host-a and host-c, another on host-b.',
    },
  ])
  t.notMatch(JSON.stringify(needs.open()), /hush|other"/)
  list = [instance('a', right), instance('b', right), instance('c', right)]
  await clock.advance(15_000)
  t.same(needs.open(), [])

  list = [instance('a', right), instance('b', { ...right, version: '2' })]
  await clock.advance(4 * 60_000)
  list = [instance('b', { ...right, version: '2' })]
  await clock.advance(60_000)
  list = [instance('a', right), instance('b', { ...right, version: '2' })]
  await clock.advance(4 * 60_000)
  t.same(needs.open(), [], 'the time counts from the last agreement')
  watch.stop()
  t.equal(clock.pending(), 0)
})

t.test('an instance that has not said what it has differs in its version at most', (t) => {
  const said = ['a', 'b'].map((id) => instance(id, { FB_APP_SECRET: 'hush', version: '2' }))
  const silent = runningInstance('old', { version: '2', marks: null })
  t.same(differencesOf([...said, silent]), [])
  t.same(differencesOf([...said, { ...silent, version: '1' }]), ['version'])
  t.same(differencesOf([silent]), [])
  const older = instance('older', { FB_APP_SECRET: 'hush', version: '1' })
  const newer = instance('newer', { FB_APP_SECRET: 'hush', ALERT_URL: '', version: '2' })
  t.same(
    differencesOf([older, newer]),
    ['version'],
    'an older version does not compare what a newer one does',
  )
  t.end()
})
