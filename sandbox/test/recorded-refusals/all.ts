import { OF_CALLS } from './of-calls.ts'
import { OF_MESSAGES } from './of-messages.ts'
import { OF_THE_PROFILE } from './of-the-profile.ts'
import type { Recorded } from './recorded.ts'

/**
 * Refusals of Facebook that were written down in public: what was sent, and the answer. Facts; the names of the pages are beside
 * them. `docs/messenger-platform.md` lists the codes (C3, M).
 */
export const RECORDED: readonly Recorded[] = [...OF_MESSAGES, ...OF_THE_PROFILE, ...OF_CALLS]
