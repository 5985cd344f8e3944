import type { ParameterFormat } from '../world.ts'
import { asText, isObject, unpack, type Params } from './params.ts'
import { isWellFormed, placeholdersOf } from './placeholders.ts'

/**
 * Why Facebook's review rejects a template of these components; null if the sandbox sees no reason. The codes are those of
 * docs/messenger-platform.md#f7; what a text says is judged by the developer alone.
 */
export const rejectionOf = (components: readonly Params[], format: ParameterFormat): string | null => {
  const texts = components.filter(({ type }) => type !== 'BUTTONS')
  const buttons = buttonsOf(components)
  if (!texts.every(({ text }) => isWellFormed(asText(text), format))) return 'INCORRECT_PARAMS'
  // A send fills one place of a button.
  if (buttons.some((button) => slotsOf(button).length > 1)) return 'INCORRECT_PARAMS'
  const isSampled = texts.every((text) => hasSamples(text, format)) && buttons.every(hasUrlSample)
  return isSampled ? null : 'TEMPLATE_VARIABLES_MISSING_SAMPLE_VALUES'
}

export const componentOf = (components: readonly Params[], type: string): Params | undefined =>
  components.find((component) => component['type'] === type)

export const buttonsOf = (components: readonly Params[]): Params[] =>
  (componentOf(components, 'BUTTONS')?.['buttons'] ?? []) as Params[]

/** The placeholders of a button. */
export const slotsOf = ({ payload, url }: Params): string[] => placeholdersOf(asText(payload ?? url))

const hasUrlSample = (button: Params): boolean =>
  button['type'] !== 'URL' ||
  slotsOf(button).length === 0 ||
  asText(exampleOf(button)['url_suffix_example']) !== ''

const hasSamples = (component: Params, format: ParameterFormat): boolean => {
  const names = placeholdersOf(asText(component['text']))
  if (names.length === 0) return true
  const example = exampleOf(component)
  const key = component['type'] === 'HEADER' ? 'header_text' : 'body_text'
  if (format === 'POSITIONAL') {
    const samples = key === 'body_text' ? listOf(example[key])[0] : example[key]
    return listOf(samples).filter((sample) => asText(sample) !== '').length === names.length
  }
  const named = listOf(example[`${key}_named_params`]).filter(isObject)
  return names.every((name) =>
    named.some((sample) => sample['param_name'] === name && asText(sample['example']) !== ''),
  )
}

const exampleOf = (component: Params): Params => {
  const example = unpack(component['example'])
  return isObject(example) ? example : {}
}

const listOf = (value: unknown): unknown[] => {
  const list = unpack(value)
  return Array.isArray(list) ? list : []
}
