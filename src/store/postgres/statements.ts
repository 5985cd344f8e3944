import type { Operation, Results } from '../queues/operations.ts'
import type { Query, Row } from './connection.ts'
import type { CountedThing } from './counts.ts'

/** One operation as statements, none of which waits for the answer of another: all of a transaction travel together. */
export interface Statements<Result> {
  queries: readonly Query[]
  /** @param rows - of each statement */
  result: (rows: readonly (readonly Row[])[]) => Result
  /** What was done, for the sums; nothing when left out. @param rows - of each statement */
  counted?: (rows: readonly (readonly Row[])[]) => CountedThing[]
}

/** Numbers of Pages and conversations that are known before the transaction begins. */
export interface Known {
  /** Null for a Page that the database does not have. */
  page: (id: string) => number | null
  /** Null where all that came of the visitor are repetitions or receipts. */
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
export const count = (text: string, values: readonly unknown[] = []): Statements<number> => ({
  queries: [{ text, values }],
  result: ([rows]) => Number(rows?.[0]?.['n'] ?? 0),
})
