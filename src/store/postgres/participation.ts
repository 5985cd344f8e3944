import type { Clock } from '../../base/clock.ts'
import type { KeptLeases } from './kept-leases.ts'

/** Whether this instance takes Pages: not before it begins, not while it rests, and never again once it leaves. */
export interface Participation {
  takes: () => boolean
  /** Whether the head is to be given away; it stays here while there is no other instance. */
  givesHead: () => boolean
  isLeaving: () => boolean
  begin: () => void
  /** Gives all Pages away, if there is another instance. */
  leave: () => Promise<void>
  /** Gives all Pages away for this long; false where there is no other instance now. */
  rest: (ms: number) => Promise<boolean>
  /** @param others - other instances that take Pages, as the database has just said */
  heard: (others: number) => void
}

export const createParticipation = (deps: {
  clock: Pick<Clock, 'elapsed'>
  /** Asks the database, which ends in {@link Participation.heard}. */
  ask: () => Promise<void>
  giveAway: KeptLeases['giveAway']
}): Participation => {
  const { clock, ask, giveAway } = deps
  let isBegun = false
  let isLeaving = false
  let restsUntilMs = Number.NEGATIVE_INFINITY
  let others = 0

  const isResting = (): boolean => clock.elapsed() < restsUntilMs && others > 0
  const tryToAsk = (): Promise<void> => ask().catch(() => undefined)

  return {
    takes: () => isBegun && !isLeaving && !isResting(),
    givesHead: () => (isLeaving && others > 0) || isResting(),
    isLeaving: () => isLeaving,
    begin: () => {
      isBegun = true
    },
    leave: async () => {
      isLeaving = true
      // Ask for the instances of this moment, not of the last beat.
      await tryToAsk()
      if (others > 0) await giveAway('stopped')
      await tryToAsk()
    },
    rest: async (ms) => {
      // Ask for the instances of this moment, not of the last beat.
      await tryToAsk()
      if (others === 0) return false
      restsUntilMs = clock.elapsed() + ms
      await giveAway('rested')
      await tryToAsk()
      return true
    },
    heard: (now) => {
      others = now
    },
  }
}
