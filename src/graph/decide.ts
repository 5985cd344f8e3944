import { clip } from '../base/clip.ts'
import type { Verdict } from './error.ts'
import * as words from './refusal-words.ts'
import type { VerdictRow } from './verdict-rows.ts'
import { VERDICTS } from './verdicts.ts'

/** The parts of Graph's answer that decide the verdict. */
export interface GraphAnswer {
  code: number | null
  subcode: number | null
  message: string
  /** Graph's further texts, written for people. */
  detail?: string
  isTransient: boolean
  httpStatus: number
  /** The name of the call that was answered. */
  edge?: string
  /** Whether a visitor would see a repetition of the call, as of a message. */
  once?: boolean
}

/** The parts of an answer that the table looks at. */
type Numbers = Pick<GraphAnswer, 'code' | 'subcode' | 'message' | 'detail' | 'edge'>

/** The table's row for an answer, or undefined for an error that has no row. */
export const findRow = (answer: Numbers): VerdictRow | undefined => {
  const message = clip(saidBy(answer), LONGEST_SAID)
    .replaceAll(QUOTED_ADDRESS, 'address')
    // Facebook writes both; the expressions know the straight one.
    .replaceAll('’', "'")
  return VERDICTS.find((candidate) => fits(candidate, { ...answer, message }))
}

/**
 * Message and detail as one text. A generic message, which is the same for every fault under its code, counts only without a
 * detail.
 */
const saidBy = ({ message, detail = '' }: Numbers): string =>
  detail === '' ? message : [message, detail].filter((text) => !words.GENERIC.test(text)).join('. ')

/**
 * Characters; several times the length of Graph's texts. The bound is needed because the time of the table's expressions grows
 * with the square of the length.
 */
const LONGEST_SAID = 2000

/** An address that Graph quotes from the call: words in it are the operator's, not Graph's. */
const QUOTED_ADDRESS = /https?:\/\/(?!developers\.facebook\.com)\S+/gi

/**
 * Decides the verdict of an error. For a call with `once` the status comes first: a 5xx with any body does not prove that the
 * call was not carried out (docs/messenger-platform.md#f9).
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
