/** A text split at its variables: `Hello {{page_name}}` is `['Hello ', { variable: 'page_name' }]`. */
export type Template = readonly (string | Slot)[]

/** A variable in a text, and the text for an unknown value. */
export interface Slot {
  variable: string
  otherwise?: string
}

/** A `{{` in a text: its variable, or null where it names none. `nth` counts the `{{` of the text from 0. */
export interface Mention {
  variable: string | null
  nth: number
}

const OPENING = /\{\{/g
const VARIABLE = /\{\{\s*([\p{L}_][\p{L}\p{N}_]*)\s*(?:\|([^{}]*))?\}\}/uy

/** Splits a text at its variables. */
export const readTemplate = (text: string): { template: Template; mentions: Mention[] } => {
  const template: (string | Slot)[] = []
  const mentions: Mention[] = []
  let from = 0
  for (const [nth, { index }] of [...text.matchAll(OPENING)].entries()) {
    VARIABLE.lastIndex = index
    const [whole, variable, otherwise] = VARIABLE.exec(text) ?? []
    if (whole === undefined || variable === undefined) {
      mentions.push({ variable: null, nth })
      continue
    }
    mentions.push({ variable, nth })
    if (index > from) template.push(text.slice(from, index))
    template.push(otherwise === undefined ? { variable } : { variable, otherwise: otherwise.trim() })
    from = index + whole.length
  }
  if (from < text.length) template.push(text.slice(from))
  return { template, mentions }
}

/** Fills in the variables. */
export const fillTemplate = (template: Template, value: (variable: string) => string): string =>
  template.map((part) => (typeof part === 'string' ? part : valueOf(part, value))).join('')

/** {@link fillTemplate} for texts: with a missing value, "Hi {{first_name}}!" becomes "Hi!". */
export const fillText = (template: Template, value: (variable: string) => string): string => {
  let text = ''
  let missing = false
  for (const part of template) {
    const said = typeof part === 'string' ? part : valueOf(part, value)
    if (missing && (said === '' || /^[\s.,;:!?…)]/.test(said))) text = text.replace(/[\s,]+$/u, '')
    text += missing && text === '' ? said.replace(/^[\s,]+/u, '') : said
    missing = typeof part !== 'string' && said === ''
  }
  return missing ? text.replace(/[\s,]+$/u, '') : text
}

const valueOf = ({ variable, otherwise = '' }: Slot, value: (variable: string) => string): string =>
  value(variable) || otherwise

export const hasVariables = (template: Template): boolean => template.some((part) => typeof part !== 'string')

export const variablesIn = (template: Template): string[] =>
  template.flatMap((part) => (typeof part === 'string' ? [] : part.variable))
