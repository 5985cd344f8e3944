/** The tasks on a Page that the bot needs (docs/messenger-platform.md#b4). */
export type NeededTask = 'MESSAGING' | 'MODERATE'

/** Spellings seen for each; the Send API reference says MESSAGE where the sample data say MESSAGING. */
const GRANTED_BY: Record<NeededTask, ReadonlySet<string>> = {
  MESSAGING: new Set(['MESSAGING', 'MESSAGE', 'FULL_CONTROL']),
  MODERATE: new Set(['MODERATE', 'FULL_CONTROL']),
}

/** Tasks that allow neither. */
const OTHERS = new Set([
  'ADVERTISE',
  'ANALYZE',
  'CREATE_CONTENT',
  'MANAGE',
  'MANAGE_LEADS',
  'MANAGE_JOBS',
  'VIEW_MONETIZATION_INSIGHTS',
])

/** The new Pages experience puts this before each task. */
const PREFIX = /^PROFILE_PLUS_/

/**
 * Whether a person with these tasks may do the needed one; null where that is unknown, because there are no tasks or one has an unknown
 * spelling. Then the token's permissions and the subscription decide.
 */
export const allows = (tasks: readonly string[] | null, needed: NeededTask): boolean | null => {
  if (tasks === null) return null
  const plain = tasks.map((task) => task.toUpperCase().replace(PREFIX, ''))
  if (plain.some((task) => GRANTED_BY[needed].has(task))) return true
  return plain.every(isKnown) ? false : null
}

const isKnown = (task: string): boolean =>
  OTHERS.has(task) || Object.values(GRANTED_BY).some((spellings) => spellings.has(task))
