import t from 'tap'
import { atCaret, mistakesOf } from '../conversation/scripts.ts'

export interface Case {
  title: string
  /** With a caret where the mistake is to be found. */
  script: string
  found: string | RegExp
  expected: string | RegExp
  hint?: string | RegExp
  /** The line as it was probably meant. */
  mended?: string
}

/** Expects one mistake of each script, at its caret. */
export const refuseEach = (cases: readonly Case[]): void => {
  for (const { title, script: marked, found, expected, hint, mended } of cases) {
    t.test(`${title} is refused at its place`, async (t) => {
      const { script, line, column } = atCaret(marked)
      const mistakes = mistakesOf(script)

      t.equal(mistakes.length, 1, { mistakes })
      t.match(mistakes[0], { line, column, found, expected, ...(hint !== undefined && { hint }) })
      if (mended !== undefined) t.equal(mistakes[0]?.mended, mended)
    })
  }
}

export const long = (length: number): string => 'x'.repeat(length)

export const many = (count: number, item: string): string =>
  Array.from({ length: count }, () => item).join(', ')
