import type { Script, Answer } from '../script/types.ts'
import { readMemory } from './memory.ts'
import { variablesOf } from './render.ts'
import { after, type Turn } from './turn.ts'
import type { ConversationView, ScriptResult } from './view.ts'
import type { Voice } from './voice.ts'

/** Returns the value of a variable for one conversation; null where there is none. */
export type Lookup = (conversation: ConversationView) => string | null | Promise<string | null>

/** Variables that any text may mention, by name. Called only when an answer mentions them. */
export type Lookups = Readonly<Record<string, Lookup>>

/** Lookups that need only the conversation. */
export const OWN_LOOKUPS = {
  page_name: ({ pageName }) => pageName ?? 'this Page',
} satisfies Lookups

/** Makes the voice of a visitor's turn: the language, and the values of the variables in the answers. */
export interface Speaking {
  /** Looks up the variables that the answers mention, then speaks. A promise only where a lookup is one. */
  speak: (
    turn: Pick<Turn, 'script' | 'view' | 'groups' | 'state'>,
    answers: readonly Answer[],
    tell: (voice: Voice) => ScriptResult,
  ) => ScriptResult | Promise<ScriptResult>
  /** The voice without waiting: a lookup that is a promise gives an empty text. */
  voiceAtOnce: (script: Script, view: ConversationView) => Voice
}

/** @param localeOf - the visitor's locale, like `de_DE`; asked only when the script has several languages */
export const createSpeaking = ({ lookups, localeOf }: { lookups: Lookups; localeOf: Lookup }): Speaking => {
  const mentioned = new WeakMap<Script, Map<Answer, Set<string>>>()

  const mentionsOf = (script: Script, answer: Answer): Set<string> => {
    const ofScript = mentioned.get(script) ?? new Map<Answer, Set<string>>()
    mentioned.set(script, ofScript)
    const known = ofScript.get(answer)
    if (known !== undefined) return known
    const found = variablesOf(script, answer)
    ofScript.set(answer, found)
    return found
  }

  return {
    speak: ({ script, view, groups, state }, answers, tell) => {
      const { remembered } = readMemory(state)
      const wanted = new Set(
        answers.flatMap((answer) =>
          [...mentionsOf(script, answer)].filter(
            (name) => Object.hasOwn(lookups, name) && !groups.has(name) && !Object.hasOwn(remembered, name),
          ),
        ),
      )
      const values: [string, string | null | Promise<string | null>][] = [...wanted].map((name) => [
        name,
        lookups[name]?.(view) ?? null,
      ])
      if (script.languages.length > 1 && !Object.hasOwn(remembered, LANGUAGE))
        values.push([LOCALE, localeOf(view)])
      return after(settle(values), (looked) =>
        tell({
          script,
          language: languageOf(script, remembered[LANGUAGE] ?? looked.get(LOCALE) ?? null),
          valueOf: (name) => groups.get(name) ?? ownOf(remembered, name) ?? looked.get(name) ?? '',
        }),
      )
    },

    voiceAtOnce: (script, view) => {
      const { remembered } = readMemory(view.state)
      const looked = (name: string): string => {
        const value = lookups[name]?.(view) ?? ''
        return typeof value === 'string' ? value : ''
      }
      return {
        script,
        language: languageOf(script, remembered[LANGUAGE] ?? null),
        valueOf: (name) => ownOf(remembered, name) ?? looked(name),
      }
    },
  }
}

/** An answer remembered under this name sets the visitor's language. */
const LANGUAGE = 'language'
const LOCALE = ' locale'

/** The script's language for a locale, or for a language that the visitor chose. */
const languageOf = ({ language, languages }: Script, wanted: string | null): string => {
  if (wanted === null) return language
  return (
    languages.find((one) => one === wanted) ?? languages.find((one) => one === wanted.slice(0, 2)) ?? language
  )
}

type Values<Value> = readonly (readonly [string, Value])[]

const settle = (
  values: Values<string | null | Promise<string | null>>,
): ReadonlyMap<string, string | null> | Promise<ReadonlyMap<string, string | null>> =>
  values.some(([, value]) => value instanceof Promise)
    ? Promise.all(values.map(async ([name, value]) => [name, await value] as const)).then(
        (settled) => new Map(settled),
      )
    : new Map(values as Values<string | null>)

/** Own properties only, not inherited ones such as `constructor`. */
const ownOf = (remembered: Readonly<Record<string, string>>, name: string): string | undefined =>
  Object.hasOwn(remembered, name) ? remembered[name] : undefined
