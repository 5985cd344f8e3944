import { VITAL_FIELDS } from '../channel/messenger.ts'
import { GraphError, type Verdict } from '../graph/error.ts'

/** Fields that Facebook refuses to subscribe, with the reason. */
export interface LeftOut {
  fields: string[]
  why: string
}

/** Whether the bot gets visitors' messages with these fields. */
export const hears = (fields: readonly string[] | null): boolean =>
  VITAL_FIELDS.every((field) => fields?.includes(field) === true)

/**
 * Subscribes all fields. Where Facebook refuses one field and with it the whole call, subscribes as many as possible: first the ones that
 * messages of visitors need, then one after the other.
 *
 * @returns the fields left out; null when all were taken
 * @throws GraphError when Facebook does not take the needed ones
 */
export const setFields = async (
  wanted: readonly string[],
  set: (fields: string[]) => Promise<void>,
): Promise<LeftOut | null> => {
  const refusal = await refusalOf(() => set([...wanted]))
  if (refusal === null) return null
  let taken = wanted.filter(isVital)
  // The call fails without the other fields, too: the refusal is not about a field, so the first answer is reported.
  if ((await refusalOf(() => set(taken))) !== null) throw refusal
  const refused: string[] = []
  for (const field of wanted.filter((one) => !isVital(one))) {
    if ((await refusalOf(() => set([...taken, field]))) === null) taken = [...taken, field]
    else refused.push(field)
  }
  return refused.length === 0 ? null : { fields: refused, why: refusal.message }
}

/** "without standby, which Facebook refuses: ..." */
export const without = ({ fields, why }: LeftOut): string =>
  `without ${fields.join(', ')}, which Facebook refuses: ${why}`

const isVital = (field: string): boolean => (VITAL_FIELDS as readonly string[]).includes(field)

/** @throws any error but a refusal of the request */
const refusalOf = async (call: () => Promise<void>): Promise<GraphError | null> => {
  try {
    await call()
    return null
  } catch (error) {
    if (error instanceof GraphError && CONCERNS_THE_CALL.has(error.verdict)) return error
    throw error
  }
}

const CONCERNS_THE_CALL: ReadonlySet<Verdict> = new Set(['bad_request', 'permission', 'unknown'])
