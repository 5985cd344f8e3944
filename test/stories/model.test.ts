import fc from 'fast-check'
import t from 'tap'
import { roundsOr, SEED } from '../helpers/faults.ts'
import { wrongsOf } from '../delivery/simulation/judge.ts'
import { simulate } from '../delivery/simulation/run.ts'
import { scenario } from './any-scenario.ts'

/**
 * Any sequence of events and faults, played by the real dispatcher, sender and SQLite store against a Facebook that
 * keeps count. `npm run torture` plays more of them, `EVERGREEN_SEED` others; a failure prints the shortest sequence
 * that fails, and what happened in it.
 */
const RUNS = roundsOr(400, 500)

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
      t.pass(`${details.numRuns} sequences from seed ${SEED}`)
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
