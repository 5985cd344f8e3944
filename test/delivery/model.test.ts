import fc from 'fast-check'
import t from 'tap'
import { simulate, type Outcome, type Scenario, type Step } from './simulation/run.ts'

/**
 * Any sequence of events and faults, played by the real dispatcher, sender and SQLite store against a Facebook that
 * keeps count. `EVERGREEN_ROUNDS` plays more of them, `EVERGREEN_SEED` others; a failure prints the shortest sequence
 * that fails, and what happened in it.
 */
const RUNS =
  process.env['EVERGREEN_ROUNDS'] === undefined ? 150 : Number(process.env['EVERGREEN_ROUNDS']) * 500
const SEED = Number(process.env['EVERGREEN_SEED'] ?? 1)

const SECOND_MS = 1000
const HOUR_MS = 3600 * SECOND_MS

const waits = fc.oneof(
  { weight: 3, arbitrary: fc.constantFrom(1, 20, 400, 1000, 3000) },
  { weight: 2, arbitrary: fc.constantFrom(10_000, 17_000, 20_000, 60_000) },
  { weight: 1, arbitrary: fc.constantFrom(120_000, HOUR_MS, 25 * HOUR_MS) },
)

const texts = fc.array(fc.constantFrom('ok', 'ok', 'fine'), { maxLength: 4 })

const page = fc.nat({ max: 1 })

const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 10,
    arbitrary: fc.record({
      do: fc.constant('write' as const),
      page,
      visitor: fc.nat({ max: 2 }),
      texts,
      slowMs: fc.constantFrom(0, 0, 0, 50, 5000),
      typingMs: fc.constantFrom(0, 0, 300, 5000),
      pass: fc.constantFrom(false, false, false, true),
    }),
  },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('repeat' as const), event: fc.nat({ max: 9 }) }) },
  {
    weight: 5,
    arbitrary: fc.record({
      do: fc.constant('echo' as const),
      which: fc.nat({ max: 9 }),
      times: fc.constantFrom(1, 1, 2),
    }),
  },
  { weight: 8, arbitrary: fc.record({ do: fc.constant('pass' as const), ms: waits }) },
  { weight: 6, arbitrary: fc.record({ do: fc.constant('turn' as const), times: fc.nat({ max: 12 }) }) },
  {
    weight: 1,
    arbitrary: fc.record({
      do: fc.constant('jump' as const),
      ms: fc.constantFrom(-HOUR_MS, HOUR_MS, -30_000, 30_000, 24 * HOUR_MS, -24 * HOUR_MS),
    }),
  },
  {
    weight: 3,
    arbitrary: fc.record({
      do: fc.constant('crash' as const),
      committed: fc.boolean(),
      downMs: fc.constantFrom(0, 500, 30_000, HOUR_MS),
    }),
  },
  { weight: 1, arbitrary: fc.constant({ do: 'restart' as const }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('die' as const), page }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('mend' as const), page }) },
  {
    weight: 1,
    arbitrary: fc.record({ do: fc.constant('disk' as const), fails: fc.integer({ min: 1, max: 5 }) }),
  },
)

const delays = fc.constantFrom(0, 0, 1, 700, 15_000)

const fate: fc.Arbitrary<Scenario['fates'][number]> = fc.record({
  verdict: fc.oneof(
    { weight: 4, arbitrary: fc.constant('ok' as const) },
    { weight: 4, arbitrary: fc.constant('ambiguous' as const) },
    {
      weight: 4,
      arbitrary: fc.constantFrom(
        'token_invalid' as const,
        'configuration' as const,
        'permission' as const,
        'restricted' as const,
        'rate_limited' as const,
        'outside_window' as const,
        'unreachable' as const,
        'bad_request' as const,
        'transient' as const,
        'transient' as const,
      ),
    },
  ),
  carriedOut: fc.boolean(),
  workMs: delays,
  answerMs: delays,
})

const scenario: fc.Arbitrary<Scenario> = fc.record({
  steps: fc.array(step, { maxLength: 40, size: 'max' }),
  fates: fc.array(fate, { maxLength: 30, size: 'max' }),
  looks: fc.array(fc.constantFrom('ok' as const, 'transient' as const, 'rate_limited' as const), {
    maxLength: 6,
  }),
  limits: fc.record({
    maxBusy: fc.constantFrom(1, 2, 256),
    maxInFlight: fc.constantFrom(1, 2, 3, 256),
    perPage: fc.constantFrom(1, 2, 192),
  }),
  echoes: fc.boolean(),
})

/** Everything that is wrong with an outcome, one sentence each. */
const wrongsOf = ({ owed, delivered, dead, refused, left, needs, wrongs }: Outcome): string[] => {
  const found = [...wrongs]
  if (left.inbox > 0) found.push(`${left.inbox} events were never handled`)
  for (const [pageId, count] of left.outbox) found.push(`${count} replies of ${pageId} were never sent`)
  if (needs > 0) found.push(`${needs} needs were never settled`)
  for (const [conversation, labels] of byConversation(owed)) {
    const got = (delivered.get(conversation) ?? []).map(({ label }) => label)
    const buried = dead.filter(({ label }) => labels.includes(label))
    for (const label of labels) {
      const times = got.filter((one) => one === label).length
      const deaths = buried.filter((one) => one.label === label).length
      if (times + deaths !== 1) found.push(`${label} was delivered ${times} times and buried ${deaths} times`)
    }
    const wanted = labels.filter((label) => !buried.some((one) => one.label === label))
    if (got.join() !== wanted.join())
      found.push(`${conversation} got ${got.join(' ')}, not ${wanted.join(' ')}`)
    for (const { label, reason, closed } of buried) {
      if (refused.has(`${label} ${reason}`) || (reason === 'outside_window' && closed)) continue
      found.push(`${label} was buried as ${reason} without a reason`)
    }
  }
  return found
}

const byConversation = (owed: Outcome['owed']): Map<string, string[]> => {
  const found = new Map<string, string[]>()
  for (const { conversation, labels } of owed) {
    found.set(conversation, [...(found.get(conversation) ?? []), ...labels])
  }
  return found
}

t.test(
  'whatever happens, every reply arrives once and in order, or is a dead letter with the right reason',
  async (t) => {
    const details = await fc.check(
      fc.asyncProperty(scenario, async (given) => {
        const wrongs = wrongsOf(await simulate(given))
        if (wrongs.length > 0) throw new Error(wrongs.join('; '))
      }),
      { numRuns: RUNS, seed: SEED },
    )
    if (!details.failed) {
      t.pass(`${details.numRuns} sequences`)
      return
    }
    const [shortest] = details.counterexample ?? []
    if (shortest === undefined) throw details.errorInstance
    const outcome = await simulate(shortest)
    t.fail(wrongsOf(outcome).join('; '), {
      seed: details.seed,
      path: details.counterexamplePath,
      steps: shortest.steps.map((one) => JSON.stringify(one)),
      fates: shortest.fates.map((one) => JSON.stringify(one)),
      others: JSON.stringify({ ...shortest, steps: undefined, fates: undefined }),
      trace: outcome.trace,
    })
  },
)
