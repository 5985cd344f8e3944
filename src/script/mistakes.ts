import { BotError } from '../base/errors.ts'
import { MAX_MISTAKES } from './limits.ts'

/** A mistake in a script, with its place. */
export interface Mistake {
  /** From 1. Both are null for a mistake of the whole file. */
  line: number | null
  /** From 1, in characters of the line. */
  column: number | null
  found: string
  expected: string
  /** A helpful sentence more; null for none. */
  hint: string | null
  /** The line as it was probably meant; absent if that is not known. */
  mended?: string
}

/** A script that cannot be used. The message is for the script's writer and names every mistake with its place. */
export class ScriptError extends BotError {
  override readonly name = 'ScriptError'
  readonly file: string
  readonly mistakes: readonly Mistake[]

  constructor(file: string, mistakes: readonly Mistake[], options: ErrorOptions = {}) {
    super('BOT_SCRIPT_INVALID', describe(file, mistakes), {
      ...options,
      remedy: `Correct ${file}; docs/bot-script.md explains every key.`,
    })
    this.file = file
    this.mistakes = mistakes
  }
}

/** A mistake of the whole file. */
export const wholeFile = (found: string, expected: string): Mistake => ({
  line: null,
  column: null,
  found,
  expected,
  hint: null,
})

/** A text of the script for an error message: on one line, without control characters, cut. */
export const quoted = (text: string): string => {
  const line = text
    .slice(0, 200)
    .replace(/[\p{C}\s]+/gu, ' ')
    .trim()
  const characters = Array.from(line)
  return `"${characters.length > 40 ? `${characters.slice(0, 39).join('')}…` : line}"`
}

const describe = (file: string, mistakes: readonly Mistake[]): string => {
  const count = mistakes.length === 1 ? 'a mistake' : `${mistakes.length} mistakes`
  const lines = mistakes.slice(0, MAX_MISTAKES).map((mistake) => `  ${describeOne(file, mistake)}`)
  const rest = mistakes.length - lines.length
  return [`${file} has ${count}:`, ...lines, ...(rest > 0 ? [`  and ${rest} more`] : [])].join('\n')
}

const describeOne = (file: string, { line, column, found, expected, hint, mended }: Mistake): string =>
  `${file}${line === null ? '' : `:${line}:${column}`}: found ${found}; expected ${expected}.${hint === null ? '' : ` ${hint}`}${mended === undefined ? '' : `\n    Write it so: ${mended}`}`
