import { soleInstance } from '../../src/base/duty.ts'
import { createKeptStates } from '../../src/token/kept-states.ts'
import type { FakeClock } from '../helpers/clock.ts'
import { createFakeRecords } from '../helpers/records.ts'

/** The kept states of tokens, of the one instance there is. */
export const keptAlone = (clock: FakeClock) =>
  createKeptStates({
    records: createFakeRecords(clock),
    instances: soleInstance(),
    clock,
    log: { warn: () => {} },
  })
