import { clip } from '../base/clip.ts'
import type { Verdict } from './error.ts'
import * as words from './refusal-words.ts'
import type { VerdictRow } from './verdict-rows.ts'
import { VERDICTS } from './verdicts.ts'

/** What Graph answered, as far as it decides the verdict. */
export interface GraphAnswer {
  code: number | null
  subcode: number | null
  message: string
  /** What Graph says besides, for people. */
  detail?: string
  isTransient: boolean
  httpStatus: number
  /** The name of the call that was answered. */
  edge?: string
  /** Whether a repetition of the call would be seen, as that of a message. */
  once?: boolean
}

/** What of an answer the table looks at. */
type Numbers = Pick<GraphAnswer, 'code' | 'subcode' | 'message' | 'detail' | 'edge'>

/** The table's row for an answer, or undefined for an error that has no row. */
export const findRow = (answer: Numbers): VerdictRow | undefined => {
  const message = clip(saidBy(answer), LONGEST_SAID).replaceAll(QUOTED_ADDRESS, 'address')
  return VERDICTS.find((candidate) => fits(candidate, { ...answer, message }))
}

/** All that Graph says. A message that is the same for every fault under its number counts only where nothing else is said. */
const saidBy = ({ message, detail = '' }: Numbers): string =>
  detail === '' ? message : [message, detail].filter((text) => !words.GENERIC.test(text)).join('. ')

/** Several times what Graph says. The time that the expressions of the table take grows with the square of the length. */
const LONGEST_SAID = 2000

/** An address that Graph quotes from what was sent: words in it are the operator's, not Graph's. */
const QUOTED_ADDRESS = /https?:\/\/(?!developers\.facebook\.com)\S+/gi

/**
 * Decides what an error means. For a call whose repetition would be seen the status comes first: a 5xx with any body
 * does not prove that the call was not carried out (docs/messenger-platform.md#f9).
 */
export const decide = (answer: GraphAnswer, row = findRow(answer)): Verdict => {
  const { once = false, httpStatus, isTransient } = answer
  if (once && httpStatus >= 500) return 'ambiguous'
  const listed = row?.verdict ?? (httpStatus === 429 ? 'rate_limited' : 'unknown')
  const verdict = listed === 'unknown' && (isTransient || httpStatus >= 500) ? 'ambiguous' : listed
  return verdict === 'ambiguous' && !once ? 'transient' : verdict
}

const fits = ({ says, edges, ...numbers }: VerdictRow, { code, subcode, message, edge }: Numbers): boolean =>
  fitsNumbers(numbers, code, subcode) &&
  (says === undefined || says.test(message)) &&
  (edges === undefined || (edge !== undefined && edges.includes(edge)))

const fitsNumbers = (
  row: Pick<VerdictRow, 'code' | 'subcode'>,
  code: number | null,
  subcode: number | null,
): boolean => {
  if (row.code === null || isUnique(row.subcode)) return row.subcode === code || row.subcode === subcode
  if (code === null) return false
  const inCode = typeof row.code === 'number' ? row.code === code : code >= row.code[0] && code <= row.code[1]
  return inCode && (row.subcode === 'any' || row.subcode === (subcode ?? 'none'))
}

const isUnique = (subcode: VerdictRow['subcode']): boolean =>
  typeof subcode === 'number' && subcode >= 1_000_000
