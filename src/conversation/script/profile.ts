import { LIMITS } from './limits.ts'
import type { Read } from './reading.ts'
import { checkMentions } from './replies.ts'
import { reference, target, template } from './say.ts'
import { list, mapping, optional, required, text, url } from './shapes.ts'
import type { Profile } from './types.ts'

/** Facebook fills these in itself. */
const GREETING_VARIABLES = ['user_first_name', 'user_last_name', 'user_full_name']

const FACEBOOK = "Facebook's limit"

const greeting: Read<string> = (node, reading) => {
  const limit = { max: LIMITS.greeting, why: FACEBOOK }
  const from = reading.mentions.length
  const read = template('a greeting', limit)(node, reading)
  checkMentions(from, GREETING_VARIABLES, 'in the greeting', reading)
  return read?.map((part) => (typeof part === 'string' ? part : `{{${part.variable}}}`)).join('')
}

const iceBreaker = mapping('an ice breaker', {
  question: required(text('a question', { max: LIMITS.text, why: FACEBOOK })),
  reply: required(reference('the name of a reply')),
})

const readProfile = mapping('the profile', {
  greeting: optional(greeting),
  get_started: optional(reference('the name of the reply to Get Started')),
  ice_breakers: optional(
    list('a list of ice breakers', iceBreaker, { max: LIMITS.iceBreakers, why: FACEBOOK }),
  ),
  menu: optional(
    list('a list of menu items', target('a menu item', url('the address of a page')), {
      max: LIMITS.menuItems,
      why: FACEBOOK,
    }),
  ),
})

/** Reads what the Messenger Profile API is told. */
export const profile: Read<Profile> = (node, reading) => {
  const before = reading.count()
  const value = readProfile(node, reading)
  if (value === undefined) return undefined
  const menu = value.menu ?? []
  if (menu.length > 0 && value.get_started === null && reading.count() === before) {
    return reading.refuse(
      reading.placeOf(reading.follow(node)),
      'a menu without "get_started"',
      'both (Facebook shows no menu otherwise)',
    )
  }
  return {
    greeting: value.greeting,
    getStarted: value.get_started,
    iceBreakers: value.ice_breakers ?? [],
    menu,
  }
}
