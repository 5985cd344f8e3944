import type { MessageTemplate, ParameterFormat } from '../world.ts'
import { badParameter, notAnAddress, notOneOf } from './failure.ts'
import { asText, isObject, unpack, type Params } from './params.ts'
import { fillIn, placeholdersOf } from './placeholders.ts'
import { UTILITY } from './shapes.ts'
import { buttonsOf, componentOf, slotsOf } from './template-review.ts'
import { isAddress, listAt, readObject, text } from './value-rules.ts'

/** A message template with the values of one send. */
export interface FilledTemplate {
  header: string | null
  body: string
  /** As the buttons of other templates are written (docs/messenger-platform.md#f7). */
  buttons: Params[]
}

const AT = 'message[template][components]'
const LONGEST_VALUE = 1000
const MOST_VALUES = 100

/** Fills in the components of a send; their number and names must be those of the template. */
export const fillTemplate = (
  { components, parameterFormat }: MessageTemplate,
  given: unknown,
): FilledTemplate => {
  const parameters = readFilled(given)
  const fillText = (type: 'header' | 'body') => {
    const component = componentOf(components, type.toUpperCase())
    return fill(asText(component?.['text']), parameters.get(type) ?? [], { type, format: parameterFormat })
  }
  return {
    header: fillText('header') || null,
    body: fillText('body'),
    buttons: fillButtons(buttonsOf(components), parameters.get('buttons') ?? []),
  }
}

type Given = [unknown, string][]

/** The parameters of each component by its type. */
const readFilled = (given: unknown): Map<string, Given> => {
  const found = new Map<string, Given>()
  if (given === undefined) return found
  for (const [value, at] of listAt(given, AT, { least: 0, most: 10 })) {
    const component = readObject(value, at, UTILITY.filled)
    const type = asText(component['type'])
    if (!TYPES.includes(type)) throw notOneOf(`${at}[type]`, TYPES)
    if (found.has(type)) throw badParameter(`Param ${AT} cannot have two of the type ${type}`)
    const list = component['parameters']
    found.set(type, listAt(list ?? [], `${at}[parameters]`, { least: 0, most: MOST_VALUES }))
  }
  return found
}

const TYPES = ['header', 'body', 'buttons']

const fill = (
  pattern: string,
  given: Given,
  { type, format }: { type: string; format: ParameterFormat },
): string => {
  const names = placeholdersOf(pattern)
  checkCount(type, names.length, given.length)
  const values = given.map(([value, at], index): [string, string] => {
    const parameter = readObject(
      value,
      at,
      format === 'NAMED' ? UTILITY.filledByName : UTILITY.filledByPosition,
    )
    if (parameter['type'] !== 'text') throw notOneOf(`${at}[type]`, ['text'])
    text(parameter, 'text', at, LONGEST_VALUE)
    if (format === 'POSITIONAL') return [String(index + 1), asText(parameter['text'])]
    text(parameter, 'parameter_name', at, LONGEST_VALUE)
    return [asText(parameter['parameter_name']), asText(parameter['text'])]
  })
  const named = new Map(values)
  const missing = names.find((name) => !named.has(name))
  if (missing !== undefined) throw badParameter(`The parameter ${missing} of the ${type} is missing`)
  return fillIn(pattern, named)
}

/** Meta's samples have one button: the values of several are taken in the order of those with a placeholder. */
const fillButtons = (buttons: readonly Params[], given: Given): Params[] => {
  const open = buttons.filter((button) => slotsOf(button).length > 0)
  checkCount('buttons', open.length, given.length)
  return buttons.map((button) => {
    const value = given[open.indexOf(button)]
    const isUrl = button['type'] === 'URL'
    const key = isUrl ? 'url' : 'payload'
    const pattern = asText(button[key])
    const filled = value
      ? fillIn(pattern, new Map([[slotsOf(button)[0] ?? '', readButtonValue(value, isUrl)]]))
      : pattern
    if (isUrl && !isAddress(filled)) throw notAnAddress(`${AT}[url]`)
    return { type: isUrl ? 'web_url' : 'postback', title: asText(button['text']), [key]: filled }
  })
}

const readButtonValue = ([value, at]: Given[number], isUrl: boolean): string => {
  const type = isUrl ? 'URL' : 'POSTBACK'
  const given = unpack(value)
  if (!isObject(given) || given['type'] !== type) throw notOneOf(`${at}[type]`, [type])
  const parameter = readObject(given, at, isUrl ? UTILITY.filledUrl : UTILITY.filledPostback)
  const key = isUrl ? 'url' : 'payload'
  text(parameter, key, at, LONGEST_VALUE)
  return asText(parameter[key])
}

const checkCount = (type: string, wanted: number, given: number): void => {
  if (wanted === given) return
  throw badParameter(`The message template has ${wanted} parameters in its ${type}, and ${given} were given`)
}
