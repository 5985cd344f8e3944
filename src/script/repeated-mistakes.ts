import { isGitMark, signHint } from './look-alikes.ts'
import type { Mistake } from './mistakes.ts'

/**
 * Lines with the same mistake: one told for each line hides what is to be done. A tab is often in every line, and an indentation that is wrong
 * once, or that a line above has ended too early, is wrong in all lines of its list or mapping.
 *
 * @param words - what the mistakes are called that are told once
 */
export const createRepeated = (words: { tab: string; indentation: string }) => {
  const found = new Map<string, { first: Mistake; lines: number[]; indentation: number }>()
  return {
    /** Whether an earlier line has the same mistake. */
    isAgain: (mistake: Mistake, own: string): boolean => {
      const isGit = isGitMark(own)
      const isOften = mistake.found === words.tab || mistake.found === words.indentation || isGit
      if (!isOften || mistake.line === null) return false
      if (isGit) mistake.hint = signHint(own)
      const kind = isGit ? 'git' : mistake.found
      const indentation = own.trim() === '' ? Number.POSITIVE_INFINITY : own.search(/\S/)
      const before = found.get(kind)
      // A line that is indented less ends a list or mapping of its own.
      const isAgain =
        before !== undefined && (kind !== words.indentation || indentation >= before.indentation)
      if (isAgain) before.lines.push(mistake.line)
      else if (before === undefined) found.set(kind, { first: mistake, lines: [], indentation })
      return isAgain
    },
    /** Says in the first mistake of each kind in which lines it is, too. */
    tell: (): void => {
      for (const { first, lines } of found.values()) {
        if (lines.length === 0) continue
        const more = lines.length > LINES_NAMED ? ` and ${lines.length - LINES_NAMED} more` : ''
        const also = `The same, or what follows from it, is in line ${lines.slice(0, LINES_NAMED).join(', ')}${more}.`
        first.hint = [first.hint, also].filter((hint) => hint !== null).join(' ')
      }
    },
  }
}

const LINES_NAMED = 5
