import t from 'tap'
import { createOtherObjects, lateOtherObjects } from '../../src/webhook/other-objects.ts'
import { createFakeClock, settle } from '../helpers/clock.ts'
import { createFakeNotes } from '../helpers/notes.ts'

const NOTE = 'other-objects'
const DAY_MS = 24 * 3_600_000

/** Two instances on one store. */
const build = (before?: string) => {
  const clock = createFakeClock()
  const store = createFakeNotes(new Map(before === undefined ? [] : [[NOTE, before]]))
  const warned: string[] = []
  const log = { warn: (_facts: object, text: string) => void warned.push(text) }
  const [one, other] = [0, 1].map(() => createOtherObjects({ store, clock, log }))
  if (one === undefined || other === undefined) throw new Error('there are two')
  const kept = (): string[] => lateOtherObjects(store.notes.get(NOTE) ?? null, clock.now())
  return { clock, store, one, other, kept, warned }
}

t.test('what two instances hear in the same moment is kept of both', async (t) => {
  const { one, other, kept } = build()
  one.heard('instagram')
  other.heard('user')
  one.heard('permissions')
  await settle(20)
  t.same(kept().toSorted(), ['instagram', 'permissions', 'user'])
})

t.test('what is not heard of for a week is over; what goes on coming is not, and is told once', async (t) => {
  const { clock, one, kept, warned } = build()
  one.heard('instagram')
  one.heard('user')
  for (let day = 0; day < 8; day += 1) {
    await clock.advance(DAY_MS)
    one.heard('user')
  }
  await settle(20)
  t.same(kept(), ['user'])
  t.equal(warned.length, 2)
})

t.test(
  'however many names come, twenty are kept, the latest; a note of another version is none',
  async (t) => {
    const { one, other, kept } = build('["instagram"]')
    t.same(kept(), [])
    for (let n = 0; n < 30; n += 1) one.heard(`object-${n}`)
    other.heard('user')
    await settle(60)
    t.equal(kept().length, 20)
    t.ok(kept().includes('user'))
  },
)

t.test('a note that cannot be kept is told of, and the callback is taken', async (t) => {
  const { one, store, warned } = build()
  store.rememberIf = () => Promise.reject(new Error('gone'))
  t.equal(one.heard('instagram'), 'instagram')
  await settle(20)
  t.match(warned, [/"instagram"/, /could not be kept/])
})
