import { parseFields, project } from '../fields.ts'
import { demand } from '../call.ts'
import { badParameter, GraphFailure, missingParameter, tooLong } from '../failure.ts'
import { isObject, optionalList, optionalText, unpack } from '../params.ts'
import { asPage, type Edge } from './edge.ts'

/** The Messenger Profile (reference G). */
const PROPERTIES = [
  'get_started',
  'greeting',
  'ice_breakers',
  'persistent_menu',
  'commands',
  'whitelisted_domains',
  'account_linking_url',
  'subject_to_new_eu_privacy_rules',
  'home_url',
  'payment_settings',
  'target_audience',
]

export const readProfile: Edge = (context) => {
  const caller = asPage(context)
  demand(context.parts, caller, 'pages_messaging')
  const fields = optionalList(context.call.params, 'fields')
  if (!fields?.length) throw missingParameter('fields')
  known(fields)
  const profile: Record<string, unknown> = { ...caller.page.profile, subject_to_new_eu_privacy_rules: false }
  const found = Object.fromEntries(fields.flatMap((name) => (name in profile ? [[name, profile[name]]] : [])))
  return { data: Object.keys(found).length > 0 ? [found] : [] }
}

/** Overwrites the given properties alone, and none of them when one is wrong. */
export const writeProfile: Edge = (context) => {
  const caller = asPage(context)
  demand(context.parts, caller, 'pages_messaging')
  const given = Object.fromEntries(
    PROPERTIES.filter((name) => context.call.params[name] !== undefined).map((name) => [
      name,
      unpack(context.call.params[name]),
    ]),
  )
  if (Object.keys(given).length === 0) {
    throw badParameter(`Requires one of the params: ${PROPERTIES.join(',')}`)
  }
  for (const [name, value] of Object.entries(given)) RULES[name]?.(value)
  const next: Record<string, unknown> = { ...caller.page.profile, ...given }
  menuNeedsGetStarted(next)
  caller.page.profile = next
  context.parts.bus.stateChanged()
  return { result: 'success' }
}

export const deleteProfile: Edge = (context) => {
  const caller = asPage(context)
  demand(context.parts, caller, 'pages_messaging')
  const fields = optionalList(context.call.params, 'fields')
  if (!fields?.length) throw missingParameter('fields')
  known(fields)
  const next = Object.fromEntries(
    Object.entries(caller.page.profile).filter(([name]) => !fields.includes(name)),
  )
  menuNeedsGetStarted(next)
  caller.page.profile = next
  context.parts.bus.stateChanged()
  return { result: 'success' }
}

/** `GET /{psid}` (reference H): without the feature an empty object, not an error. */
export const personNode: Edge = (context) => {
  const { parts, call, node } = context
  asPage(context)
  const visitor = parts.world.visitors.get(node.id)
  const fields =
    parseFields(optionalText(call.params, 'fields')) ??
    parseFields('first_name,last_name,profile_pic,id') ??
    []
  if (!visitor || !parts.settings.profileAccess) return {}
  return project('User', fields, {
    id: () => visitor.psid,
    name: () => visitor.name,
    first_name: () => visitor.firstName,
    last_name: () => visitor.name.slice(visitor.firstName.length).trim() || null,
    profile_pic: () => `https://scontent.example/people/${visitor.psid}.jpg`,
    // Need permissions of their own that this app does not have.
    locale: () => undefined,
    timezone: () => undefined,
    gender: () => undefined,
  })
}

const known = (fields: readonly string[]) => {
  const strange = fields.find((name) => !PROPERTIES.includes(name))
  if (strange !== undefined)
    throw badParameter(`Param fields[0] must be one of {${PROPERTIES.join(', ').toUpperCase()}}`)
}

const menuNeedsGetStarted = (profile: Record<string, unknown>) => {
  if (profile['persistent_menu'] === undefined || profile['get_started'] !== undefined) return
  throw new GraphFailure({
    message: '(#100) You must set a Get Started button if you also wish to use persistent menu',
    code: 100,
    error_subcode: 2018145,
  })
}

const RULES: Record<string, (value: unknown) => void> = {
  get_started: (value) => {
    const { payload } = objectAt(value, 'get_started')
    textAt(payload, 'get_started[payload]', 1000)
  },
  greeting: (value) => {
    const greetings = listAt(value, 'greeting')
    for (const [index, item] of greetings.entries()) {
      textAt(objectAt(item, `greeting[${index}]`)['text'], `greeting[${index}][text]`, 160)
    }
    needsDefault(greetings, 'greeting')
  },
  ice_breakers: (value) => {
    const items = listAt(value, 'ice_breakers')
    // The old flat form has the questions themselves in the list.
    const flat = items.every((item) => isObject(item) && 'question' in item)
    const groups = flat ? [{ locale: 'default', call_to_actions: items }] : items
    if (!flat) needsDefault(groups, 'ice_breakers')
    for (const group of groups) {
      const questions = listAt(
        objectAt(group, 'ice_breakers')['call_to_actions'],
        'ice_breakers[call_to_actions]',
      )
      if (questions.length > 4) throw badParameter('Param ice_breakers has too many elements.')
      for (const question of questions) {
        const { question: text, payload } = objectAt(question, 'ice_breakers[call_to_actions]')
        textAt(text, 'ice_breakers[question]', 80)
        textAt(payload, 'ice_breakers[payload]', 1000)
      }
    }
  },
  persistent_menu: (value) => {
    const menus = listAt(value, 'persistent_menu')
    needsDefault(menus, 'persistent_menu')
    for (const [index, menu] of menus.entries()) {
      const name = `persistent_menu[${index}][call_to_actions]`
      const items = objectAt(menu, `persistent_menu[${index}]`)['call_to_actions']
      if (items === undefined) continue
      const list = listAt(items, name)
      if (list.length > 20) throw badParameter(`Param ${name} has too many elements.`)
      for (const item of list) menuItem(objectAt(item, name), name)
    }
  },
  whitelisted_domains: (value) => {
    for (const domain of listAt(value, 'whitelisted_domains')) textAt(domain, 'whitelisted_domains', 2000)
  },
  account_linking_url: (value) => textAt(value, 'account_linking_url', 2000),
  commands: (value) => void listAt(value, 'commands'),
}

const menuItem = (item: Record<string, unknown>, name: string) => {
  textAt(item['title'], `${name}[title]`, 30)
  if (item['type'] === 'postback') return textAt(item['payload'], `${name}[payload]`, 1000)
  if (item['type'] === 'web_url') return textAt(item['url'], `${name}[url]`, 2000)
  throw badParameter(`Param ${name}[type] must be one of {WEB_URL, POSTBACK}`)
}

const needsDefault = (items: readonly unknown[], name: string) => {
  if (items.some((item) => isObject(item) && item['locale'] === 'default')) return
  throw badParameter(`Param ${name} must contain an element with the locale default`)
}

const objectAt = (value: unknown, name: string): Record<string, unknown> => {
  if (isObject(value)) return value
  throw badParameter(`Param ${name} must be an object`)
}

const listAt = (value: unknown, name: string): unknown[] => {
  if (Array.isArray(value)) return value as unknown[]
  throw badParameter(`Param ${name} must be an array.`)
}

const textAt = (value: unknown, name: string, most: number) => {
  if (typeof value !== 'string' || value === '')
    throw badParameter(`Param ${name} must be a non-empty string`)
  if (value.length > most) throw tooLong(name, most)
}
