import fc from 'fast-check'
import type { Scenario, Step } from '../delivery/simulation/run.ts'

const SECOND_MS = 1000
const HOUR_MS = 3600 * SECOND_MS

const waits = fc.oneof(
  { weight: 3, arbitrary: fc.constantFrom(1, 20, 400, 1000, 3000) },
  { weight: 2, arbitrary: fc.constantFrom(10_000, 17_000, 20_000, 60_000) },
  { weight: 1, arbitrary: fc.constantFrom(120_000, HOUR_MS, 25 * HOUR_MS) },
)

const URLS = ['https://x.y/1.png', 'https://x.y/2.png'] as const
const FILES = ['a.pdf', 'b.pdf'] as const

const said = fc.oneof(
  { weight: 6, arbitrary: fc.constantFrom('ok', 'ok', 'fine') },
  { weight: 1, arbitrary: fc.constantFrom(...URLS).map((url) => `image ${url}`) },
  { weight: 1, arbitrary: fc.constantFrom(...FILES).map((path) => `file ${path}`) },
  { weight: 1, arbitrary: fc.constantFrom(...URLS).map((url) => `card ${url}`) },
)
const texts = fc.array(said, { maxLength: 4 })

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
  { weight: 6, arbitrary: fc.record({ do: fc.constant('turn' as const), times: fc.nat({ max: 20 }) }) },
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
  { weight: 1, arbitrary: fc.constant({ do: 'expire' as const }) },
  {
    weight: 1,
    arbitrary: fc.record({
      do: fc.constant('file' as const),
      path: fc.constantFrom(...FILES),
      is: fc.constantFrom({ content: '1' }, { content: '2' }, { error: 'ENOENT' }, { error: 'EIO' }),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({ do: fc.constant('forget' as const), page, visitor: fc.nat({ max: 2 }) }),
  },
)

const delays = fc.constantFrom(0, 0, 1, 700, 15_000)

const fate: fc.Arbitrary<Scenario['fates'][number]> = fc.record({
  verdict: fc.oneof(
    { weight: 4, arbitrary: fc.constant('ok' as const) },
    { weight: 4, arbitrary: fc.constant('ambiguous' as const) },
    { weight: 1, arbitrary: fc.constant('unknown' as const) },
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
  answered: fc.boolean(),
  ofVisitor: fc.boolean(),
  mayPass: fc.boolean(),
  workMs: delays,
  answerMs: delays,
})

const uploadFate: fc.Arbitrary<Scenario['uploads'][number]> = fc.record({
  verdict: fc.oneof(
    { weight: 3, arbitrary: fc.constant('ok' as const) },
    {
      weight: 4,
      arbitrary: fc.constantFrom(
        'transient' as const,
        'transient' as const,
        'bad_request' as const,
        'token_invalid' as const,
        'rate_limited' as const,
        'permission' as const,
        'restricted' as const,
      ),
    },
  ),
  // Ours ends such a call after 90 s.
  workMs: fc.constantFrom(0, 0, 700, 15_000, 89_000),
})

const everything: fc.Arbitrary<Scenario> = fc.record({
  steps: fc.array(step, { maxLength: 40, size: 'max' }),
  fates: fc.array(fate, { maxLength: 30, size: 'max' }),
  looks: fc.array(fc.constantFrom('ok' as const, 'transient' as const, 'rate_limited' as const), {
    maxLength: 6,
  }),
  uploads: fc.array(uploadFate, { maxLength: 8 }),
  limits: fc.record({
    maxBusy: fc.constantFrom(1, 2, 256),
    maxInFlight: fc.constantFrom(1, 2, 3, 256),
    perPage: fc.constantFrom(1, 2, 192),
  }),
  echoes: fc.boolean(),
  aheadMs: fc.constantFrom(0, 0, 0, 4000, 20_000, HOUR_MS),
})

/** By how much an event may be dated ahead without being missed in the conversation: Graph's times are whole seconds. */
const ROUNDING_MS = 5000

/**
 * Any sequence of events and faults but one that decision 205 leaves: events dated ahead, and then a clock that is set back by more than a
 * minute while a reply to one of them is in doubt over a crash.
 */
export const scenario: fc.Arbitrary<Scenario> = everything.map((given) => ({
  ...given,
  steps:
    (given.aheadMs ?? 0) > ROUNDING_MS
      ? given.steps.filter((one) => one.do !== 'jump' || one.ms >= 0)
      : given.steps,
}))
