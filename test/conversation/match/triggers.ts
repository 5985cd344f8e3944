import { createMatcher, type Matcher } from '../../../src/conversation/match/matcher.ts'
import { parse } from '../scripts.ts'

/** A matcher of replies with the triggers given: `{ hours: ['opening hours'] }`. */
export const matcher = (triggers: Record<string, string[]>): Matcher =>
  createMatcher(
    parse(
      JSON.stringify({
        replies: Object.fromEntries(
          Object.entries(triggers).map(([name, when]) => [
            name,
            when.length > 0 ? { when, say: 'x' } : { say: 'x' },
          ]),
        ),
      }),
    ),
  )
