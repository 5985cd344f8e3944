/** A text with variables, taken apart: `Hello {{page_name}}` is `['Hello ', { variable: 'page_name' }]`. */
export type Template = readonly (string | { variable: string })[]

/** A `{{` in a text: the variable it names, or null where it names none. `nth` counts the `{{` of the text from 0. */
export interface Mention {
  variable: string | null
  nth: number
}

const OPENING = /\{\{/g
const VARIABLE = /\{\{\s*([\p{L}_][\p{L}\p{N}_]*)\s*\}\}/uy

/** Takes a text apart at its variables. */
export const readTemplate = (text: string): { template: Template; mentions: Mention[] } => {
  const template: (string | { variable: string })[] = []
  const mentions: Mention[] = []
  let from = 0
  for (const [nth, { index }] of [...text.matchAll(OPENING)].entries()) {
    VARIABLE.lastIndex = index
    const [whole, variable] = VARIABLE.exec(text) ?? []
    if (whole === undefined || variable === undefined) {
      mentions.push({ variable: null, nth })
      continue
    }
    mentions.push({ variable, nth })
    if (index > from) template.push(text.slice(from, index))
    template.push({ variable })
    from = index + whole.length
  }
  if (from < text.length) template.push(text.slice(from))
  return { template, mentions }
}

/** Puts values in the place of variables. */
export const fillTemplate = (template: Template, value: (variable: string) => string): string =>
  template.map((part) => (typeof part === 'string' ? part : value(part.variable))).join('')

export const variablesIn = (template: Template): string[] =>
  template.flatMap((part) => (typeof part === 'string' ? [] : part.variable))
