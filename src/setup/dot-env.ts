import { parseEnv } from 'node:util'
import { BotError } from '../base/errors.ts'

/**
 * Sets variables in the text of a `.env` file. Comments, order and other variables stay unchanged.
 *
 * @throws BotError `BOT_CONFIG_INVALID` if a value cannot be written to a `.env` file, or to this one
 */
export const setVariables = (text: string, values: Readonly<Record<string, string>>): string => {
  const lineEnd = text.includes('\r\n') ? '\r\n' : '\n'
  const lines = text === '' ? [] : text.replace(/\r?\n$/, '').split(lineEnd)
  for (const [name, value] of Object.entries(values)) setLine(lines, name, `${name}=${quote(value)}`)
  const changed = [...lines, ''].join(lineEnd)
  // Checked with Node's own parser, because a line that looked like a variable may have been part of a quoted text. Without a
  // value, Node takes `export` for a part of the name.
  const others = Object.entries(parseEnv(text)).filter(([name]) => !(name.replace('export ', '') in values))
  if (!isSame(parseEnv(changed), { ...Object.fromEntries(others), ...values })) {
    throw new BotError(
      'BOT_CONFIG_INVALID',
      'The file .env cannot be changed without damage to its content.',
      {
        remedy: 'Move it away, or take out what spans several lines, and try again.',
      },
    )
  }
  return changed
}

/** Whether a value can be written to a `.env` file and read back unchanged. */
export const canBeKept = (value: string): boolean => quoteFor(value) !== null

const setLine = (lines: string[], name: string, line: string): void => {
  // If a variable is set more than once, the last line counts.
  const own = lines.findLastIndex((one) => new RegExp(`^\\s*(export\\s+)?${name}\\s*=`).test(one))
  if (own >= 0) {
    const prefix = /^\s*export\s/.test(lines[own] ?? '') ? 'export ' : ''
    return void lines.splice(own, 1, `${prefix}${line}`)
  }
  const sample = lines.findIndex((one) => new RegExp(`^\\s*#\\s*${name}=`).test(one))
  if (sample < 0) return void lines.push(line)
  // A commented sample without a value is replaced by the new line; one with a value stays above it.
  const isEmpty = lines[sample]?.trim().endsWith('=') === true
  lines.splice(isEmpty ? sample : sample + 1, isEmpty ? 1 : 0, line)
}

const quote = (value: string): string => {
  const mark = quoteFor(value)
  if (mark !== null) return `${mark}${value}${mark}`
  throw new BotError('BOT_CONFIG_INVALID', 'A value cannot be written to .env.', {
    remedy: 'Use no line breaks, and not a single quotation mark together with " \\ $ or `.',
  })
}

/**
 * The quotation mark for a value; null if none fits. Single quotes come first, because Node, shells and systemd all take the text
 * between them literally. Double quotes are used only for values without backslash and dollar, which may have a meaning there.
 * Backquotes are never used: for a shell the text between them is a command.
 */
const quoteFor = (value: string): string | null => {
  if (/^[\w.:/@+=-]+$/.test(value)) return ''
  // oxlint-disable-next-line no-control-regex -- control characters are what is looked for
  if (/[\u0000-\u001f\u007f\u2028\u2029]/.test(value) || value.trim() !== value) return null
  if (!value.includes("'")) return "'"
  return /["\\$`]/.test(value) ? null : '"'
}

const isSame = (one: NodeJS.Dict<string>, other: NodeJS.Dict<string>): boolean => {
  const names = Object.keys(one)
  return names.length === Object.keys(other).length && names.every((name) => one[name] === other[name])
}
