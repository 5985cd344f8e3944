import type { ParameterFormat } from '../world.ts'

/** The placeholders of message templates: `{{1}}` or `{{order_id}}` (docs/messenger-platform.md#f7). */

const PLACEHOLDER = /\{\{([^{}]*)\}\}/g
const NAME: Record<ParameterFormat, RegExp> = { POSITIONAL: /^[1-9]\d{0,2}$/, NAMED: /^[a-z_][a-z0-9_]*$/ }
/** What is left of a placeholder with a missing brace. */
const BROKEN = /\{\{|\}\}|\{\w*\}/

/** The names in a text, each once: numbers in their order, others as they come. */
export const placeholdersOf = (text: string): string[] =>
  [...new Set([...text.matchAll(PLACEHOLDER)].map(([, name = '']) => name))].toSorted(
    (one, other) => Number(one) - Number(other) || 0,
  )

/** Whether all placeholders are of this format, numbers without a gap, and no brace is missing. */
export const isWellFormed = (text: string, format: ParameterFormat): boolean => {
  const names = placeholdersOf(text)
  const isSequence = format === 'NAMED' || names.every((name, index) => name === String(index + 1))
  return (
    isSequence &&
    names.every((name) => NAME[format].test(name)) &&
    !BROKEN.test(text.replaceAll(PLACEHOLDER, ''))
  )
}

export const fillIn = (text: string, values: ReadonlyMap<string, string>): string =>
  text.replaceAll(PLACEHOLDER, (whole, name: string) => values.get(name) ?? whole)

/** A text that begins or ends with a placeholder. */
export const dangles = (text: string): boolean => /^\s*\{\{[^{}]*\}\}|\{\{[^{}]*\}\}\s*$/.test(text)
