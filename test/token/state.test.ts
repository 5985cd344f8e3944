import t from 'tap'
import type { PageTokenState } from '../../src/token/page-tokens.ts'
import { nextState, type TokenEvent } from '../../src/token/state.ts'

const TABLE: [from: PageTokenState, event: TokenEvent, to: PageTokenState][] = [
  ['missing', 'stored', 'valid'],
  ['missing', 'removed', 'missing'],
  ['missing', 'doubted', 'missing'],
  ['missing', 'confirmed', 'missing'],
  ['missing', 'refuted', 'missing'],
  ['valid', 'stored', 'valid'],
  ['valid', 'removed', 'missing'],
  ['valid', 'doubted', 'suspect'],
  ['valid', 'confirmed', 'valid'],
  ['valid', 'refuted', 'invalid'],
  ['suspect', 'stored', 'valid'],
  ['suspect', 'removed', 'missing'],
  ['suspect', 'doubted', 'suspect'],
  ['suspect', 'confirmed', 'valid'],
  ['suspect', 'refuted', 'invalid'],
  ['invalid', 'stored', 'valid'],
  ['invalid', 'removed', 'missing'],
  ['invalid', 'doubted', 'invalid'],
  ['invalid', 'confirmed', 'valid'],
  ['invalid', 'refuted', 'invalid'],
]

for (const [from, event, to] of TABLE) {
  t.test(`a ${from} token that is ${event} is ${to}`, async (t) => t.equal(nextState(from, event), to))
}
