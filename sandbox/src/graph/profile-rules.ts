import { badParameter, tooLong } from './failure.ts'
import { asText, isObject } from './params.ts'

/** The properties of a Messenger Profile with their limits (reference G). */
export const PROFILE_RULES: Record<string, (value: unknown) => void> = {
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
    for (const domain of listAt(value, 'whitelisted_domains'))
      urlAt(domain, 'whitelisted_domains', /^https:$/)
  },
  account_linking_url: (value) => urlAt(value, 'account_linking_url', /^https:$/),
  commands: (value) => {
    const groups = listAt(value, 'commands')
    needsDefault(groups, 'commands')
    for (const group of groups) commandGroup(objectAt(group, 'commands'))
  },
  subject_to_new_eu_privacy_rules: () => {
    throw badParameter('Param subject_to_new_eu_privacy_rules can only be read')
  },
}

const commandGroup = (group: Record<string, unknown>) => {
  const list = listAt(group['commands'], 'commands[commands]')
  if (list.length < 1 || list.length > 100) throw badParameter('Param commands must have 1 to 100 elements.')
  for (const item of list) {
    const { name, description } = objectAt(item, 'commands[commands]')
    textAt(name, 'commands[name]', 32)
    textAt(description, 'commands[description]', 64)
    if (/^\/|\s/.test(asText(name))) throw badParameter('Param commands[name] must be a name without slash')
  }
}

const menuItem = (item: Record<string, unknown>, name: string) => {
  textAt(item['title'], `${name}[title]`, 30)
  if (item['type'] === 'postback') return textAt(item['payload'], `${name}[payload]`, 1000)
  if (item['type'] === 'web_url') return urlAt(item['url'], `${name}[url]`, /^https?:$/)
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

const urlAt = (value: unknown, name: string, protocol: RegExp) => {
  textAt(value, name, 2000)
  if (!protocol.test(URL.parse(asText(value))?.protocol ?? '')) {
    throw badParameter(`Param ${name} must be a valid URL`)
  }
}
