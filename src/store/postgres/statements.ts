import type { Operation, Results } from '../queues/operations.ts'
import type { Query, Row } from './connection.ts'
import type { CountedThing } from './counts.ts'

/** The statements of one operation. None depends on the answer to another, so all statements of a transaction are sent together. */
export interface Statements<Result> {
  queries: readonly Query[]
  /** @param rows - of each statement */
  result: (rows: readonly (readonly Row[])[]) => Result
  /**
   * The things done, for the sums; none when absent.
   *
   * @param rows - of each statement
   */
  counted?: (rows: readonly (readonly Row[])[]) => CountedThing[]
}

/** Numbers of Pages and conversations that are known before the transaction begins. */
export interface Known {
  /** Null for a Page that is not in the database. */
  page: (id: string) => number | null
  /** Null for a visitor of whom only repetitions or receipts came. */
  conversation: (pageId: string, psid: string) => number | null
}

/** The default of rows that are taken apart. */
export const NO_ROWS: readonly Row[] = []

export type Maker<Op extends Operation['op']> = (
  operation: Extract<Operation, { op: Op }>,
  known: Known,
) => Statements<Results[Op]>

/** A statement whose rows are the result. */
export const select = <Result>(text: string, values: readonly unknown[] = []): Statements<Result> => ({
  queries: [{ text, values }],
  result: ([rows]) => rows as unknown as Result,
})

/** A statement whose first row is the result; null where there is none. */
export const selectOne = <Result>(text: string, values: readonly unknown[] = []): Statements<Result> => ({
  queries: [{ text, values }],
  result: ([rows]) => (rows?.[0] ?? null) as Result,
})

/** A statement without a result. */
export const change = (text: string, values: readonly unknown[] = []): Statements<null> => ({
  queries: [{ text, values }],
  result: () => null,
})

/** The count that the statement names `n`. */
export const countQuery = (text: string, values: readonly unknown[]): Statements<number> => ({
  queries: [{ text, values }],
  result: ([rows]) => Number(rows?.[0]?.['n'] ?? 0),
})
