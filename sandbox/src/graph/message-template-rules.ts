import type { MessageTemplate, ParameterFormat } from '../world.ts'
import { badParameter, missingParameter, notAnAddress, notOneOf, notPlayed } from './failure.ts'
import { asText, isEmpty, isObject, optionalText, requiredText, unpack, type Params } from './params.ts'
import { dangles, placeholdersOf } from './placeholders.ts'
import { UTILITY, type Shape } from './shapes.ts'
import { rejectionOf } from './template-review.ts'
import { isAddress, listAt, readObject, text } from './value-rules.ts'

export type NewTemplate = Pick<
  MessageTemplate,
  'name' | 'language' | 'parameterFormat' | 'components' | 'rejectedReason'
>

/** Meta's page gives no limits for Messenger; those of names, headers and bodies are WhatsApp's. */
const NAME = /^[a-z0-9_]{1,512}$/
const LANGUAGE = /^[a-z]{2,3}(_[A-Z]{2})?$/
const LONGEST_HEADER = 60
const LONGEST_BODY = 1024
const MOST_BUTTONS = 3
const LONGEST_BUTTON = 20
const LONGEST_PAYLOAD = 1000

/** Reads a message template that a Page wants to have (docs/messenger-platform.md#f7). */
export const readNewTemplate = (params: Params): NewTemplate => {
  if (!isEmpty(params['library_template_name'])) throw notPlayed("Meta's library of message templates")
  const name = requiredText(params, 'name')
  if (!NAME.test(name)) {
    throw badParameter('Param name must be up to 512 lowercase letters, digits and underscores')
  }
  const language = requiredText(params, 'language')
  if (!LANGUAGE.test(language)) throw badParameter('Param language must be a code such as en or en_US')
  if (requiredText(params, 'category') !== 'UTILITY') throw notOneOf('category', ['UTILITY'])
  const parameterFormat = readFormat(params)
  const components = readComponents(params['components'])
  return {
    name,
    language,
    parameterFormat,
    components,
    rejectedReason: rejectionOf(components, parameterFormat),
  }
}

const readFormat = (params: Params): ParameterFormat => {
  const format = optionalText(params, 'parameter_format') ?? 'POSITIONAL'
  if (format === 'POSITIONAL' || format === 'NAMED') return format
  throw notOneOf('parameter_format', ['POSITIONAL', 'NAMED'])
}

const readComponents = (value: unknown): Params[] => {
  if (isEmpty(value)) throw missingParameter('components')
  const components = listAt(value, 'components', { most: 10 }).map(([given, at]) => readComponent(given, at))
  const types = components.map(({ type }) => asText(type))
  const twice = types.find((type, index) => types.indexOf(type) !== index)
  if (twice !== undefined) throw badParameter(`Param components cannot have two of the type ${twice}`)
  if (!types.includes('BODY')) throw badParameter('Param components must have one of the type BODY')
  return components
}

const readComponent = (value: unknown, at: string): Params => {
  const given = unpack(value)
  const type = isObject(given) ? asText(given['type']) : ''
  const read = Object.hasOwn(COMPONENTS, type) ? COMPONENTS[type] : undefined
  if (!isObject(given) || !read) throw notOneOf(`${at}[type]`, Object.keys(COMPONENTS))
  return read(given, at)
}

type Reader = (given: Params, at: string) => Params

const COMPONENTS: Record<string, Reader> = {
  HEADER: (given, at) => {
    if (given['format'] === 'IMAGE') {
      throw notPlayed('images in message templates, which need the Resumable Upload API')
    }
    const header = readObject(given, at, UTILITY.header)
    if (header['format'] !== 'TEXT') throw notOneOf(`${at}[format]`, ['TEXT'])
    text(header, 'text', at, LONGEST_HEADER)
    checkExample(header, at, UTILITY.headerExample)
    return header
  },
  BODY: (given, at) => {
    const body = readObject(given, at, UTILITY.body)
    text(body, 'text', at, LONGEST_BODY)
    checkExample(body, at, UTILITY.bodyExample)
    // The rule of Meta's page, which the body in one of its own samples breaks.
    if (dangles(asText(body['text']))) {
      throw badParameter(`Param ${at}[text] cannot begin or end with a parameter`)
    }
    return body
  },
  BUTTONS: (given, at) => {
    const component = readObject(given, at, UTILITY.buttons)
    if (component['buttons'] === undefined) throw missingParameter(`${at}[buttons]`)
    const list = listAt(component['buttons'], `${at}[buttons]`, { most: MOST_BUTTONS })
    return { ...component, buttons: list.map(([button, name]) => readButton(button, name)) }
  },
}

const checkExample = (component: Params, at: string, shape: Shape): void => {
  if (component['example'] !== undefined) readObject(component['example'], `${at}[example]`, shape)
}

const readButton = (value: unknown, at: string): Params => {
  const given = unpack(value)
  const type = isObject(given) ? given['type'] : undefined
  if (type !== 'POSTBACK' && type !== 'URL') throw notOneOf(`${at}[type]`, ['POSTBACK', 'URL'])
  const button = readObject(given, at, UTILITY[type])
  text(button, 'text', at, LONGEST_BUTTON)
  if (type === 'POSTBACK') text(button, 'payload', at, LONGEST_PAYLOAD)
  else checkUrl(button, at)
  return button
}

/** Only the end of an address can be filled in. */
const checkUrl = (button: Params, at: string): void => {
  if (button['url'] === undefined) throw missingParameter(`${at}[url]`)
  const address = asText(button['url'])
  const fixed = address.replace(/\{\{[^{}]*\}\}$/, '')
  checkExample(button, at, UTILITY.urlExample)
  if (!isAddress(fixed) || placeholdersOf(fixed).length > 0) throw notAnAddress(`${at}[url]`)
}
