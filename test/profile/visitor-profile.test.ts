import t from 'tap'
import { GraphError, type Verdict } from '../../src/graph/error.ts'
import { createVisitorProfiles } from '../../src/profile/visitor-profile.ts'
import { createFakeClock, settle } from '../helpers/clock.ts'

const ANN = { pageId: '1', psid: '7' }

const refused = (verdict: Verdict) =>
  new GraphError('no', {
    verdict,
    edge: 'user_profile',
    graphCode: 100,
    subcode: null,
    fbtraceId: null,
    httpStatus: 400,
    retryAfterMs: null,
  })

const build = (answer: (fields: readonly string[]) => Promise<Record<string, string>>) => {
  const clock = createFakeClock()
  const asked: string[] = []
  const profiles = createVisitorProfiles({
    graph: {
      userProfile: ({ psid, fields }) => {
        asked.push(`${psid} ${fields.join()}`)
        return answer(fields)
      },
    },
    tokens: { tokenFor: (pageId) => (pageId === '1' ? 'token-1' : null) },
    clock,
  })
  return { clock, asked, ...profiles }
}

t.test('a visitor is asked about once a day, for all that may be needed', async (t) => {
  const { tell, asked, clock, clear } = build(async () => ({ first_name: 'Ann', locale: 'de_DE' }))
  t.equal(await tell(ANN, 'first_name'), 'Ann')
  t.equal(await tell(ANN, 'locale'), 'de_DE')
  t.equal(await tell(ANN, 'last_name'), null)
  t.equal(asked.length, 1)
  await clock.advance(25 * 3_600_000)
  await tell(ANN, 'first_name')
  t.equal(asked.length, 2)
  clear()
  await tell(ANN, 'first_name')
  t.equal(asked.length, 3)
})

t.test('no visitor waits longer than a second; what comes later serves the next answer', async (t) => {
  let answer = (_told: Record<string, string>): void => undefined
  const { tell, clock, asked } = build(() => new Promise((resolve) => (answer = resolve)))
  const waiting = tell(ANN, 'first_name')
  await clock.advance(1000)
  t.equal(await waiting, null)
  answer({ first_name: 'Ann' })
  t.equal(await tell(ANN, 'first_name'), 'Ann')
  t.equal(asked.length, 1)
  t.equal(clock.pending(), 0, 'no timer is left')
})

t.test('where the locale is refused, the names are asked for alone, also next time', async (t) => {
  const { tell, asked } = build(async (fields) => {
    if (fields.includes('locale')) throw refused('permission')
    return { first_name: 'Ann' }
  })
  t.equal(await tell(ANN, 'first_name'), 'Ann')
  t.equal(await tell({ ...ANN, psid: '8' }, 'first_name'), 'Ann')
  t.same(asked, [
    '7 first_name,last_name,name,locale',
    '7 first_name,last_name,name',
    '8 first_name,last_name,name',
  ])
})

t.test('a refusal is no error; one that may pass is asked again after a minute', async (t) => {
  const silent = build(() => Promise.reject(refused('permission')))
  t.equal(await silent.tell(ANN, 'first_name'), null)
  await silent.clock.advance(3_600_000)
  await silent.tell(ANN, 'first_name')
  t.equal(silent.asked.length, 2, 'both kinds, once')

  const shaky = build(() => Promise.reject(refused('transient')))
  await shaky.tell(ANN, 'first_name')
  await shaky.tell(ANN, 'first_name')
  t.equal(shaky.asked.length, 1)
  await shaky.clock.advance(61_000)
  await shaky.tell(ANN, 'first_name')
  t.equal(shaky.asked.length, 2)
})

t.test('without a token, or without a visitor, Graph is not asked', async (t) => {
  const { tell, asked } = build(async () => ({}))
  t.equal(await tell({ pageId: '2', psid: '7' }, 'name'), null)
  t.equal(await tell({ pageId: '1', psid: null }, 'name'), null)
  await settle()
  t.same(asked, [])
})
