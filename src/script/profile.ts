import { LIMITS } from '../channel/messenger.ts'
import { LOCALES, localesOf } from '../channel/locales.ts'
import { didYouMean } from './did-you-mean.ts'
import { isLanguage, localised } from './localised.ts'
import { quoted } from './mistakes.ts'
import { described, schemaOf, type Read, type Reading } from './reading.ts'
import { checkMentions } from './replies.ts'
import { target, toAddress, TO_REPLY } from './destinations.ts'
import { FACEBOOK } from './limits.ts'
import { reference } from './names.ts'
import { plainText, template, title } from './texts.ts'
import { list, mapping, optional, required } from './shapes.ts'
import { text, url } from './values.ts'
import type { ScriptCommand, Profile } from './types.ts'

/** Variables that Facebook fills in. */
const GREETING_VARIABLES = ['user_first_name', 'user_last_name', 'user_full_name']

const greetingText = template('a greeting', { max: LIMITS.greeting, why: FACEBOOK })
const greeting: Read<string> = described(
  (node, reading) => {
    const from = reading.mentions.length
    const read = greetingText(node, reading)
    checkMentions(from, GREETING_VARIABLES, 'in the greeting', reading)
    return read?.map((part) => (typeof part === 'string' ? part : `{{${part.variable}}}`)).join('')
  },
  () => schemaOf(greetingText),
)

const iceBreaker = mapping('an ice breaker', {
  question: required(localised(plainText('a question', LIMITS.iceBreaker))),
  reply: required(reference('the name of a reply')),
})

const commandName: Read<string> = described(
  (node, reading) => {
    const value = text('a command', { max: LIMITS.commandName, why: FACEBOOK })(node, reading)
    if (value === undefined || /^[^\s/]+$/.test(value)) return value
    return reading.refuse(
      reading.placeOf(reading.follow(node)),
      quoted(value),
      'one word without the / that visitors type before it',
    )
  },
  () => ({ type: 'string', pattern: '^[^\\s/]+$', maxLength: LIMITS.commandName }),
)

const command: Read<ScriptCommand> = mapping('a command', {
  name: required(commandName, 'What visitors type after a /.'),
  description: required(localised(plainText('a description', LIMITS.commandDescription))),
  reply: required(reference('the name of a reply')),
})

const readProfile = mapping('the profile', {
  greeting: optional(localised(greeting), 'Shown before the first message.'),
  get_started: optional(reference('the name of the reply to Get Started'), 'The reply to Get Started.'),
  ice_breakers: optional(
    list('a list of ice breakers', iceBreaker, { max: LIMITS.iceBreakers, why: FACEBOOK }),
    'Questions that a new visitor can tap.',
  ),
  menu: optional(
    list(
      'a list of menu items',
      target('a menu item', localised(title), {
        reply: TO_REPLY,
        url: toAddress(url('the address of a page')),
      }),
      {
        max: LIMITS.menuItems,
        why: FACEBOOK,
      },
    ),
    'Always at hand, beside the text field.',
  ),
  commands: optional(
    list('a list of commands', command, { max: LIMITS.commands, why: FACEBOOK }),
    'What visitors can type after a /.',
  ),
})

/** Reads the section for the Messenger Profile API. */
export const profile: Read<Profile> = described(
  (node, reading) => {
    const before = reading.count()
    const from = reading.translations.length
    const value = readProfile(node, reading)
    checkLocales(reading.translations.slice(from), reading)
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
      commands: value.commands ?? [],
    }
  },
  () => schemaOf(readProfile),
)

/** Notes languages that Messenger does not support: Facebook would refuse the profile, or never show the text. */
const checkLocales = (translations: Reading['translations'], reading: Reading): void => {
  for (const { place, languages } of translations) {
    for (const language of languages) {
      if (!isLanguage(language) || localesOf(language).length > 0) continue
      const near = localesOf(language.slice(0, 2))
      reading.refuse(
        place,
        `the language ${quoted(language)}`,
        'one that Messenger has',
        near.length > 0 ? `Messenger has ${near.join(', ')}.` : didYouMean(language, LANGUAGES),
      )
    }
  }
}

const LANGUAGES = [...new Set(LOCALES.map((locale) => locale.slice(0, 2)))]
