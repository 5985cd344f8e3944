import t from 'tap'
import { createVisitorLists, MOST_SHOWN } from '../../src/console/visitor-lists.ts'
import type { VisitorOfPerson } from '../../src/findings/people.ts'

const listOf = (people: VisitorOfPerson[]) => {
  const asked: string[] = []
  const lists = createVisitorLists({
    people: () => Promise.resolve(people),
    conversations: () => [],
    store: { findByName: () => Promise.resolve([]) },
    tokens: { statuses: () => [] },
    profiles: {
      knownName: ({ psid }) => {
        asked.push(psid)
        return `Visitor ${psid}`
      },
    },
  })
  return { latest: lists.latest, names: asked }
}

const visitor = (number: number, is: VisitorOfPerson['is']): VisitorOfPerson => ({
  pageId: '100',
  psid: String(7000 + number),
  is,
  sinceMs: number,
  words: number === 399 ? 'the parcel is broken' : null,
  windowEndsMs: null,
})

t.test('more visitors than are shown are counted, found, and said to be there', async (t) => {
  const people = Array.from({ length: 400 }, (_, index) =>
    visitor(index, index < 398 ? 'waiting' : 'attended'),
  )
  const { latest, names } = listOf(people)
  const waiting = await latest({ shown: 'waiting', query: '' })
  t.same(waiting.counts, { waiting: 398, attended: 2, all: 400 })
  t.equal(waiting.visitors.length, MOST_SHOWN)
  t.equal(waiting.more, 398 - MOST_SHOWN)
  t.equal(names.length, MOST_SHOWN, 'each unknown name is a call to Facebook')
  const attended = await latest({ shown: 'attended', query: '' })
  t.same(
    attended.visitors.map(({ psid, visitorName }) => [psid, visitorName]),
    [
      ['7398', 'Visitor 7398'],
      ['7399', 'Visitor 7399'],
    ],
  )
  for (const query of ['PARCEL', '7399']) {
    const { visitors, more } = await latest({ shown: 'waiting', query })
    t.same([visitors.map(({ psid }) => psid), more], [['7399'], 0], query)
  }
  t.match((await latest({ shown: 'waiting', query: 'visitor 7001' })).visitors, [{ psid: '7001' }])
})
