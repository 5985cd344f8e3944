import { isDeepStrictEqual } from 'node:util'
import { localesOf } from '../channel/locales.ts'
import { isJsonObject, type Json, type JsonObject } from '../base/json.ts'
import { isTranslated, pick, type Localised } from '../script/localised.ts'
import type { Script } from '../script/types.ts'

/** The properties of the Messenger Profile that a script can set (docs/messenger-platform.md#g). */
export const PROFILE_FIELDS = [
  'get_started',
  'greeting',
  'ice_breakers',
  'persistent_menu',
  'commands',
] as const

/** The change that turns Facebook's profile into the wanted one. */
export interface ProfileChange {
  set: JsonObject
  delete: string[]
}

/** The profile of a script in Facebook's form; a payload is the name of a reply. Null if the script has no profile. */
export const toMessengerProfile = (script: Script): JsonObject | null => {
  const { profile } = script
  if (profile === null) return null
  const { getStarted, greeting, iceBreakers, menu, commands } = profile
  return {
    ...(getStarted !== null && { get_started: { payload: getStarted } }),
    ...(greeting !== null && {
      greeting: inEachLanguage(script, [greeting], (say) => ({ text: say(greeting) })),
    }),
    ...(iceBreakers.length > 0 && {
      ice_breakers: inEachLanguage(
        script,
        iceBreakers.map(({ question }) => question),
        (say) => ({
          call_to_actions: iceBreakers.map(({ question, reply }) => ({
            question: say(question),
            payload: reply,
          })),
        }),
      ),
    }),
    ...(menu.length > 0 && {
      persistent_menu: inEachLanguage(
        script,
        menu.map(({ title }) => title),
        (say) => ({
          composer_input_disabled: false,
          call_to_actions: menu.map((item) =>
            'reply' in item
              ? { type: 'postback', title: say(item.title), payload: item.reply }
              : { type: 'web_url', title: say(item.title), url: item.url },
          ),
        }),
      ),
    }),
    ...(commands.length > 0 && {
      commands: inEachLanguage(
        script,
        commands.map(({ description }) => description),
        (say) => ({
          commands: commands.map(({ name, description }) => ({ name, description: say(description) })),
        }),
      ),
    }),
  }
}

/** One entry for the default language, and one for each locale of the other languages in these texts. */
const inEachLanguage = (
  script: Script,
  texts: readonly Localised<string>[],
  make: (say: (text: Localised<string>) => string) => JsonObject,
): JsonObject[] => {
  const others = new Set(texts.flatMap((text) => (isTranslated(text) ? [...text.in.keys()] : [])))
  others.delete(script.language)
  const inLanguage = (language: string): JsonObject => make((text) => pick(text, language, script.language))
  return [
    { locale: 'default', ...inLanguage(script.language) },
    ...[...others].flatMap((language) =>
      localesOf(language)
        // A locale that has texts of its own keeps them.
        .filter((locale) => locale === language || !others.has(locale))
        .map((locale) => ({ locale, ...inLanguage(language) })),
    ),
  ]
}

/** Compares Facebook's profile with the wanted one and returns only the differences. */
export const diffProfile = (current: JsonObject, wanted: JsonObject): ProfileChange => {
  const differing = Object.entries(wanted).filter(([field, value]) => !holds(current[field], value))
  const set = Object.fromEntries(differing)
  // Facebook takes a menu only together with, or after, a Get Started button.
  if (set['persistent_menu'] !== undefined && wanted['get_started'] !== undefined) {
    set['get_started'] = wanted['get_started']
  }
  return {
    set,
    delete: PROFILE_FIELDS.filter((field) => wanted[field] === undefined && !isNothing(current[field])),
  }
}

/** Whether `current` contains `wanted`: Facebook adds properties of its own to stored values. */
const holds = (current: Json | undefined, wanted: Json): boolean => {
  if (Array.isArray(wanted)) {
    return (
      Array.isArray(current) &&
      current.length === wanted.length &&
      wanted.every((item, index) => holds(current[index], item))
    )
  }
  if (isJsonObject(wanted)) {
    return isJsonObject(current) && Object.entries(wanted).every(([key, value]) => holds(current[key], value))
  }
  return isDeepStrictEqual(current, wanted)
}

const isNothing = (value: Json | undefined): boolean =>
  value === undefined || value === null || (Array.isArray(value) && value.length === 0)
