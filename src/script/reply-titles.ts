import { allOf } from './localised.ts'
import type { Script } from './types.ts'

/** The replies of a script by name, each with its title in the first language it was written in; null for none. */
export const replyTitles = ({ replies }: Script): { name: string; title: string | null }[] =>
  [...replies.values()].map(({ name, title }) => ({
    name,
    title: title === null ? null : (allOf(title)[0] ?? null),
  }))
