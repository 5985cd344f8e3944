import { isLoopback } from '../base/formats.ts'
import { localised, type Localised } from './localised.ts'
import { described, schemaOf, type Read } from './reading.ts'
import { reference } from './names.ts'
import { plainText } from './texts.ts'
import { kindOf, nodeText } from './nodes.ts'
import { list, mapping, optional, required } from './shapes.ts'
import { timeSpan, number, text } from './values.ts'
import type { Assistant } from './types.ts'

const MOST_REPLIES = 200
const USUAL_WITHIN_MS = 6000
const USUAL_A_DAY = 200

/**
 * Visitors' words are sent there, so the connection must be encrypted or stay in this machine or a network of containers, whose names
 * have no dot.
 */
const address: Read<string> = described(
  (node, reading) => {
    const target = reading.follow(node)
    const url = URL.parse(nodeText(target)?.trim() ?? '')
    const isNear = url !== null && (isLoopback(url.hostname) || !url.hostname.includes('.'))
    const isFit =
      url !== null &&
      (url.protocol === 'https:' || (url.protocol === 'http:' && isNear)) &&
      url.username === '' &&
      url.password === ''
    if (isFit) return url.href.replace(/\/(?:chat\/completions\/?)?$/, '')
    return reading.refuse(
      reading.placeOf(target),
      kindOf(target, reading),
      'an address that begins with https://, or http:// on this machine, without a password (ASSISTANT_KEY holds the key)',
    )
  },
  () => ({ type: 'string', pattern: '^https?://' }),
)

const readAssistant = mapping('the assistant', {
  url: required(address, 'An OpenAI-compatible server, such as https://api.openai.com/v1.'),
  model: required(
    text('the name of a model', { max: 200, why: 'names are short' }),
    'The model it is to use.',
  ),
  about: optional(
    list('a list of names of replies', reference('the name of a reply'), {
      min: 1,
      max: MOST_REPLIES,
      why: 'so much can be read in a few seconds',
    }),
    'The replies whose texts it may use; all when nothing is said.',
  ),
  within: optional(timeSpan('a time', 1000, 9000), 'How long a visitor waits for it: 6s.'),
  a_day: optional(number('a number', 1, 100_000), 'How many questions it is asked a day: 200.'),
  mark: optional(
    localised(plainText('a mark', 200, 'it stands below each answer')),
    'Stands below each of its answers.',
  ),
})

/**
 * Reads the section about the language model.
 *
 * @param languages - all languages of the script's texts
 */
export const assistant: Read<Omit<Assistant, 'mark'> & { mark: Localised<string> | null }> = described(
  (node, reading) => {
    const read = readAssistant(node, reading)
    return (
      read && {
        url: read.url,
        model: read.model,
        about: read.about,
        withinMs: read.within ?? USUAL_WITHIN_MS,
        aDay: read.a_day ?? USUAL_A_DAY,
        mark: read.mark,
      }
    )
  },
  () => schemaOf(readAssistant),
)

const MARK: Readonly<Record<string, string>> & { en: string } = {
  en: 'Written by a machine, and it may be wrong.',
  de: 'Von einer Maschine geschrieben, die sich irren kann.',
  es: 'Escrito por una máquina, que puede equivocarse.',
  fr: 'Écrit par une machine, qui peut se tromper.',
  it: 'Scritto da una macchina, che può sbagliare.',
  nl: 'Geschreven door een machine, die zich kan vergissen.',
  pl: 'Napisane przez maszynę, która może się mylić.',
  pt: 'Escrito por uma máquina, que se pode enganar.',
}

/** The default mark. */
export const usualMark = (languages: readonly string[]): Localised<string> => ({
  in: new Map(languages.map((language) => [language, MARK[language.slice(0, 2)] ?? MARK.en])),
})
