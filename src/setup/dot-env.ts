import { parseEnv } from 'node:util'
import { BotError } from '../base/errors.ts'

/**
 * A `.env` file with these variables set, and all else unchanged: comments, order, other variables.
 *
 * @throws BotError `BOT_CONFIG_INVALID` when a value cannot stand in such a file, or not in this one
 */
export const setVariables = (text: string, values: Readonly<Record<string, string>>): string => {
  const lineEnd = text.includes('\r\n') ? '\r\n' : '\n'
  const lines = text === '' ? [] : text.replace(/\r?\n$/, '').split(lineEnd)
  for (const [name, value] of Object.entries(values)) setLine(lines, name, `${name}=${quote(value)}`)
  const changed = [...lines, ''].join(lineEnd)
  // Judged by what will read it: a line that seemed to be a variable may have been part of another one's text.
  // Node takes `export` for a part of the name where nothing is set.
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

/** Whether a value can stand in a `.env` file and be read again as it was. */
export const canBeKept = (value: string): boolean => quoteFor(value) !== null

const setLine = (lines: string[], name: string, line: string): void => {
  // The last one counts.
  const own = lines.findLastIndex((one) => new RegExp(`^\\s*(export\\s+)?${name}\\s*=`).test(one))
  if (own >= 0) {
    const prefix = /^\s*export\s/.test(lines[own] ?? '') ? 'export ' : ''
    return void lines.splice(own, 1, `${prefix}${line}`)
  }
  const sample = lines.findIndex((one) => new RegExp(`^\\s*#\\s*${name}=`).test(one))
  if (sample < 0) return void lines.push(line)
  // A sample without a value says no more than the line that takes its place.
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
 * Single quotes come first: neither Node, nor a shell, nor systemd looks for anything between them. Between double ones
 * backslashes and dollars may count, so they serve only where there are none. Backquotes are quotes for Node alone: a shell
 * would run what stands between them.
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
