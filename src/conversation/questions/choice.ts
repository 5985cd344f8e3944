import { editDistance } from '../../base/edit-distance.ts'
import { allOf } from '../../script/localised.ts'
import { matchKey } from '../../script/match-key.ts'
import type { Option, Question } from '../../script/types.ts'
import { isAroundChoice, withoutParticles } from '../around-words.ts'
import { otherWordsFor } from '../yes-and-no.ts'
import { otherSpellings } from '../match/other-spellings.ts'
import { clockChoiceIn } from './clock-choice.ts'
import { clean, type Given } from './given.ts'
import type { Kind } from './kind.ts'

export const choiceKind: Kind = {
  answerIn: (text, question, given) => choiceIn(question, given, text),
  retry: 'notChoice',
  namesAnswers: true,
}

const choiceIn = ({ options, remember }: Question, { payload }: Given, text: string): string | null => {
  const [, name, index] = /^evergreen:answer:(.+):(\d+)$/.exec(payload ?? '') ?? []
  const tapped = name === remember ? options[Number(index)] : undefined
  // The tapped title goes before its place in the list, which may have changed. Among equal titles the place decides.
  const candidates = tapped === undefined ? options : [tapped, ...options]
  const key = matchKey(text)
  // Exact titles first: `matchKey` makes A+ and A- equal.
  const chosen =
    key === ''
      ? undefined
      : (candidates.find((option) => namesOf(option).some((one) => clean(one) === text)) ??
        candidates.find((option) => namesOf(option).some((one) => matchKey(one) === key)))
  const spoken = (): Option | undefined =>
    [key, withoutParticles(key), ...otherSpellings(key)].flatMap((one) => spokenOf(options, one) ?? [])[0]
  return (chosen ?? tapped ?? spoken() ?? sayingOf(options, key) ?? timeOf(options, text))?.value ?? null
}

/** The one choice that says yes or no in another word: "nope", "noo", "klar". */
const sayingOf = (options: readonly Option[], key: string): Option | undefined => {
  const said = key.replace(POLITE, '').replace(HELD_AT_END, '$1')
  const meant = options.filter((option) =>
    namesOf(option).some((name) =>
      otherWordsFor(matchKey(name)).some((word) => word.replace(HELD_AT_END, '$1') === said),
    ),
  )
  return meant.length === 1 ? meant[0] : undefined
}

const POLITE =
  / (?:please|pls|thanks|thank you|bitte|danke|por favor|gracias|svp|merci|per favore|grazie|obrigad[oa]|prosze|lutfen|شكرا)$/
const HELD_AT_END = /(\p{L})\1+$/u

const timeOf = (options: readonly Option[], text: string): Option | undefined => {
  const titles = options.map(({ title }) => allOf(title)[0] ?? '')
  const found = clockChoiceIn(text, titles)
  return found === undefined ? undefined : options[titles.indexOf(found)]
}

/** The one choice that is written with small words around it ("the small one, please"), or with a wrong letter; undefined for none or two. */
const spokenOf = (options: readonly Option[], key: string): Option | undefined => {
  const names = new Set(options.flatMap(namesOf).map(matchKey))
  const meant = options.filter((option) =>
    namesOf(option)
      .map(matchKey)
      .some(
        (name) =>
          name !== '' &&
          (withPlural(name, names).some((one) => isSaid(one, key, names)) ||
            isMistyped(name, key) ||
            isInOtherCase(name, key)),
      ),
  )
  return meant.length === 1 ? meant[0] : undefined
}

/** "Mugs" names "Mug", and "mug" names "Mugs", unless that is another choice. Shorter names are other words with an "s". */
const withPlural = (name: string, names: ReadonlySet<string>): string[] => {
  const other = name.endsWith('s') ? name.slice(0, -1) : `${name}s`
  const isPlural = Math.min(name.length, other.length) >= SHORTEST_NOUN && /\p{L}$/u.test(name)
  return isPlural && !names.has(other) ? [name, other] : [name]
}

const SHORTEST_NOUN = 3

/** @param names - of all choices: "a" is a small word, unless A is a choice */
const isSaid = (name: string, key: string, names: ReadonlySet<string>): boolean => {
  const [before, after, ...more] = ` ${key} `.split(` ${name} `)
  if (before === undefined || after === undefined || more.length > 0) return false
  return `${before} ${after}`
    .split(' ')
    .every((word) => word === '' || (isAroundChoice(word) && !names.has(word)))
}

/** "Обзорную" for "Обзорная". A noun differs by one letter: "пиццу". */
const isInOtherCase = (name: string, key: string): boolean => {
  const [word = '', ...more] = key.split(' ').filter((one) => !isAroundChoice(one))
  return (
    more.length === 0 && ADJECTIVE.test(name) && word.replace(ADJECTIVE, '') === name.replace(ADJECTIVE, '')
  )
}

/** Endings of Russian adjectives after `matchKey`. */
const ADJECTIVE = /(?<=\p{Script=Cyrillic}{3})(?:ая|яя|ую|юю|о[ие]|е[ие]|ы[ие]|и[ие]|ого|его|ому|ему)$/u

const isMistyped = (name: string, key: string): boolean =>
  name.length >= SHORTEST_MISTYPED &&
  Math.abs(name.length - key.length) <= 1 &&
  !/\d/.test(name) &&
  editDistance(name, key) <= 1

/** Shorter words differ from others by one letter. */
const SHORTEST_MISTYPED = 5

const namesOf = ({ title, value }: Option): string[] => [...allOf(title), value]
