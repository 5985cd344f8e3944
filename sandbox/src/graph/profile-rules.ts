import { badParameter, GraphFailure, missingParameter, notAnAddress, notOneOf, tooLong } from './failure.ts'
import { asText, isObject, type Params } from './params.ts'
import { PROFILE } from './shapes.ts'
import { isAddress, listAt, objectsIn, readObject, text, type Count } from './value-rules.ts'
import { checkWebview, notWhitelisted, whitelistOf, type IsWhitelisted } from './webview-rules.ts'

/** @param profile - as it is before the call */
type ProfileRule = (value: unknown, profile: Record<string, unknown>) => void

/** A list of the profile: an empty one is refused with the same error in every field. */
const some = (most: number): Count => ({ most, emptyIs: 'non-empty' })

/**
 * Older quotes of Meta say 160. Meta's own sample Original Coast Clothing sets greetings of up to 260 in the call that also sets
 * its menu, and its titles were shortened there because that call was refused (fbsamples/original-coast-clothing#40).
 */
const LONGEST_GREETING = 260
const MOST_LOCALES = 200
const MOST_DOMAINS = 1000

/** The properties of a Messenger Profile that have a shape, with their limits (docs/messenger-platform.md#g). */
export const PROFILE_RULES: Record<string, ProfileRule> = {
  get_started: (value) =>
    text(readObject(value, 'get_started', PROFILE.getStarted), 'payload', 'get_started', 1000),
  greeting: (value) => {
    const greetings = listAt(value, 'greeting', some(MOST_LOCALES)).map(([item, name]) => {
      const greeting = readObject(item, name, PROFILE.greeting)
      text(greeting, 'text', name, LONGEST_GREETING)
      return greeting
    })
    needsDefault(greetings, 'greeting')
  },
  ice_breakers: (value) => {
    const items = listAt(value, 'ice_breakers', some(MOST_LOCALES))
    // The old flat form has the questions themselves in the list.
    if (items.every(([item]) => isObject(item) && 'question' in item)) return questions(value, 'ice_breakers')
    const groups = items.map(([item, name]) => {
      const group = readObject(item, name, PROFILE.iceBreakers)
      if (group['call_to_actions'] === undefined) throw missingParameter(`${name}[call_to_actions]`)
      questions(group['call_to_actions'], `${name}[call_to_actions]`)
      return group
    })
    needsDefault(groups, 'ice_breakers')
  },
  persistent_menu: (value, profile) => {
    const menus = listAt(value, 'persistent_menu', some(MOST_LOCALES)).map(([item, name]) => {
      const menu = readObject(item, name, PROFILE.menu)
      const actions = menu['call_to_actions']
      if (actions === undefined) return menu
      for (const [action, at] of listAt(actions, `${name}[call_to_actions]`, { least: 0, most: 20 })) {
        menuItem(action, at, whitelistOf(profile))
      }
      return menu
    })
    needsDefault(menus, 'persistent_menu')
  },
  whitelisted_domains: (value) => {
    for (const [domain, name] of listAt(value, 'whitelisted_domains', some(MOST_DOMAINS)))
      address(domain, name)
  },
  account_linking_url: (value) => address(value, 'account_linking_url'),
  commands: (value) => {
    const groups = listAt(value, 'commands', some(MOST_LOCALES)).map(([item, name]) => {
      const group = readObject(item, name, PROFILE.commandGroup)
      for (const command of objectsIn(group, 'commands', name, PROFILE.command, some(100))) {
        checkCommand(...command)
      }
      return group
    })
    needsDefault(groups, 'commands')
  },
  home_url: (value, profile) => {
    const home = readObject(value, 'home_url', PROFILE.homeUrl)
    const { url } = home
    if (url === undefined) throw missingParameter('home_url[url]')
    if (!isAddress(url)) throw notAnAddress('home_url[url]')
    if (!whitelistOf(profile)(url)) throw notWhitelisted('The web URL provided', 2018063)
  },
  payment_settings: (value) => void readObject(value, 'payment_settings', PROFILE.paymentSettings),
  target_audience: (value) => void readObject(value, 'target_audience', PROFILE.targetAudience),
}

const questions = (value: unknown, at: string): void => {
  for (const [item, name] of listAt(value, at, some(4))) {
    const question = readObject(item, name, PROFILE.iceBreaker)
    text(question, 'question', name, 80)
    text(question, 'payload', name, 1000)
  }
}

const checkCommand = (command: Params, name: string): void => {
  text(command, 'name', name, 32)
  text(command, 'description', name, 64)
  if (/^\/|\s/.test(asText(command['name']))) {
    throw badParameter(`Param ${name}[name] must be a name without slash`)
  }
}

const menuItem = (value: unknown, name: string, isWhitelisted: IsWhitelisted): void => {
  if (isObject(value) && (value['type'] === 'nested' || 'call_to_actions' in value)) {
    throw new GraphFailure({
      message: '(#11) Setting of Nested Persistent Menu has been deprecated for v8.0 and higher',
      code: 11,
    })
  }
  const item = readObject(value, name, PROFILE.menuItem)
  if (item['type'] === undefined) throw missingParameter(`${name}[type]`)
  text(item, 'title', name, 30)
  if (item['type'] === 'postback') return text(item, 'payload', name, 1000)
  if (item['type'] !== 'web_url') throw notOneOf(`${name}[type]`, ['web_url', 'postback'])
  if (item['url'] === undefined) throw missingParameter(`${name}[url]`)
  checkWebview(item, name, isWhitelisted)
}

const needsDefault = (items: readonly Params[], name: string): void => {
  if (items.some(({ locale }) => locale === 'default')) return
  throw badParameter(`Param ${name} must contain an element with the locale default`)
}

const LONGEST_ADDRESS = 2000

/** Only https is accepted. */
const address = (value: unknown, name: string): void => {
  if (!isAddress(value)) throw notAnAddress(name)
  if (!value.startsWith('https:')) throw badParameter(`Param ${name} must be an https address`)
  if (value.length > LONGEST_ADDRESS) throw tooLong(name, LONGEST_ADDRESS)
}
