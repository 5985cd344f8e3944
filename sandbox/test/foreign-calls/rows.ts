import type { Kind } from './kinds.ts'

/** A kind in one line: its title, the call, what the client gets, and the code it is refused with. */
export type Row = [title: string, run: Kind['run'], expected: Kind['expected'], refused?: string]

export const kindsOf = (rows: readonly Row[]): Kind[] =>
  rows.map(([title, run, expected, refused]) => ({
    title,
    run,
    expected,
    ...(refused !== undefined && { refused }),
  }))
