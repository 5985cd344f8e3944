import { readFileSync } from 'node:fs'
import t from 'tap'
import { isTorture } from '../helpers/faults.ts'
import { ACCEPT_TRAPS, acceptModel } from './accept-model.ts'
import { explore } from './explore.ts'
import { pageModel, TRAPS } from './page-model.ts'
import { keyOf, keyWithNames } from './page-state.ts'

const DOCUMENT = readFileSync(new URL('../../docs/protocol.md', import.meta.url), 'utf8')
const FAULTS = isTorture ? 3 : 2

t.test(
  'the explorer finds the shortest way to what is wrong, and states that no calm step leads out of',
  async (t) => {
    const counting = (wrong: (n: number) => string | null, isCalm: (n: number) => boolean) =>
      explore<number>({
        first: 0,
        keyOf: String,
        steps: (n) => [1, 2].map((by) => ({ name: `+${by}`, to: Math.min(n + by, 6), isCalm: isCalm(n) })),
        wrong,
        isDone: (n) => n === 6,
      })
    const right = (): null => null
    t.same(
      counting(right, () => true),
      { states: 7, counterexample: null },
    )
    t.same(
      counting(
        (n) => (n === 5 ? 'five' : null),
        () => true,
      ).counterexample,
      { wrong: 'five', steps: ['+1', '+2', '+2'] },
    )
    t.same(counting(right, (n) => n !== 4).counterexample, { wrong: 'stuck', steps: ['+2', '+2'] })
  },
)

t.test('a state in which the keepers have changed places leads nowhere else', async (t) => {
  const model = pageModel({ faults: 1 })
  const reached = new Set<string>()
  const named = explore({
    ...model,
    keyOf: (state) => {
      reached.add(keyOf(state))
      return keyWithNames(state)
    },
  })
  t.equal(named.counterexample, null)
  t.equal(named.states, 28_303, 'a key without a field hides states; who changes the model counts anew')
  t.equal(explore(model).states, reached.size)
  t.ok(named.states > 1.9 * reached.size, 'half of them need not be looked at')
})

t.test(
  'in any order of steps and faults, each reply is sent once and in order, and nothing is stuck',
  async (t) => {
    const { states, counterexample } = explore(pageModel({ faults: FAULTS }))
    t.equal(counterexample, null)
    t.comment(`${states} states with ${FAULTS} faults`)
    t.ok(states > 1000, 'the model moves at all')
  },
)

t.test('two gaps are left, and the document shows both', async (t) => {
  for (const [gap, step] of [
    ['frozen for longer', /looks at the clock.*and is frozen/],
    ['unreadable', /cannot look for/],
  ] as const) {
    const { counterexample } = explore(pageModel({ faults: 1, gap }))
    t.match(counterexample, { wrong: /sent twice/ })
    const steps = counterexample?.steps ?? []
    t.ok(
      steps.some((name) => step.test(name)),
      gap,
    )
    t.match(DOCUMENT, [...steps, counterexample?.wrong].join('\n'), steps.join('\n'))
  }
})

for (const trap of TRAPS) {
  t.test(`the model shows what goes wrong: ${trap}`, async (t) => {
    const { counterexample } = explore(pageModel({ faults: 1, trap }))
    t.ok(counterexample, 'a reply is lost, sent twice or out of order, or something is stuck')
    t.comment([...(counterexample?.steps ?? []), counterexample?.wrong].join('\n'))
    t.match(DOCUMENT, trap)
  })
}

t.test(
  'two instances that accept the same events at once store each once, and do not wait for each other',
  async (t) => {
    t.equal(explore(acceptModel({ faults: FAULTS })).counterexample, null)
    for (const trap of ACCEPT_TRAPS) {
      t.ok(explore(acceptModel({ faults: FAULTS, trap })).counterexample, trap)
      t.match(DOCUMENT, trap)
    }
  },
)
