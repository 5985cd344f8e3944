import type { EventBase, EventKind, EventOf } from '../../src/webhook/events.ts'

export const PAGE = '100'
export const VISITOR = '700'
export const WHEN = 1_767_225_600_123

/** The item beyond its envelope, and all that is read of it. */
export type Samples = { [K in EventKind]: [item: object, typed: Omit<EventOf<K>, keyof EventBase>][] }

export const NO_REFERRAL = {
  ref: null,
  source: null,
  type: null,
  adId: null,
  refererUri: null,
  productId: null,
  ad: null,
}
