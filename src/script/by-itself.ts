import { LIMITS } from '../channel/messenger.ts'
import { localised, type Localised } from './localised.ts'
import { described, schemaOf, type Read } from './reading.ts'
import { checkMentions } from './replies.ts'
import { template } from './texts.ts'
import { mapping, optional } from './shapes.ts'
import { timeSpan } from './values.ts'
import type { Template } from './template.ts'
import type { ByItself } from './types.ts'

/** Messages that the bot sends unasked: the please-wait message and the disclosure that the bot is a machine. */

/** A section of the script about a message that the bot sends by itself; a field is null if the section does not have it. */
export interface Section {
  after: number | null
  say: Localised<Template> | null
}

const said = localised(template('a text', { max: LIMITS.buttonText, why: 'it is a short notice' }))

const section = (variables: readonly string[], readSection: Read<Section>): Read<Section> =>
  described(
    (node, reading) => {
      const from = reading.mentions.length
      const value = readSection(node, reading)
      checkMentions(from, variables, 'here', reading)
      return value
    },
    () => schemaOf(readSection),
  )

/** Reads the please-wait message. */
export const waiting = (variables: readonly string[]): Read<Section> =>
  section(
    variables,
    mapping('the waiting', {
      after: optional(timeSpan('a time', 2000, 25_000), 'How long a visitor waits until it is said: 20s.'),
      say: optional(said, 'Said once to a visitor whose answer takes its time.'),
    }),
  )

/** Reads the disclosure that a machine is talking. */
export const disclosure = (variables: readonly string[]): Read<Section> =>
  section(
    variables,
    mapping('the disclosure', {
      after: optional(
        timeSpan('a pause', 3_600_000, 365 * 24 * 3_600_000),
        'It is said again after a pause of the conversation as long as this: 24h.',
      ),
      say: optional(said, 'Says that visitors talk to a machine.'),
    }),
  )

/** Facebook demands an answer within 30 seconds, and some of them pass before the message arrives (docs/messenger-platform.md#j). */
const USUAL_WAIT_MS = 20_000
const USUAL_PAUSE_MS = 24 * 3_600_000

const WAITING: Usual = {
  en: 'One moment, please. I am working on your answer.',
  de: 'Einen Moment bitte, ich arbeite an der Antwort.',
  es: 'Un momento, por favor. Estoy preparando la respuesta.',
  fr: 'Un instant, je prépare la réponse.',
  it: 'Un momento, sto preparando la risposta.',
  nl: 'Een ogenblik, ik werk aan het antwoord.',
  pl: 'Chwileczkę, przygotowuję odpowiedź.',
  pt: 'Um momento, estou a preparar a resposta.',
}

const DISCLOSURE: Usual = {
  en: 'You are talking to an automated assistant.',
  de: 'Hier antwortet ein automatischer Assistent.',
  es: 'Aquí responde un asistente automático.',
  fr: 'C’est un assistant automatique qui répond ici.',
  it: 'Qui risponde un assistente automatico.',
  nl: 'Hier antwoordt een automatische assistent.',
  pl: 'Odpowiada tu automatyczny asystent.',
  pt: 'Aqui responde um assistente automático.',
}

type Usual = Readonly<Record<string, string>> & { en: string }

/** @param languages - all languages of the script's texts */
export const waitingOf = (read: Section | null, languages: readonly string[]): ByItself =>
  byItself(read, { afterMs: USUAL_WAIT_MS, words: WAITING }, languages)

/** @param languages - all languages of the script's texts */
export const disclosureOf = (read: Section, languages: readonly string[]): ByItself =>
  byItself(read, { afterMs: USUAL_PAUSE_MS, words: DISCLOSURE }, languages)

const byItself = (
  read: Section | null,
  usual: { afterMs: number; words: Usual },
  languages: readonly string[],
): ByItself => ({
  afterMs: read?.after ?? usual.afterMs,
  answer: {
    say: [{ kind: 'text', text: read?.say ?? inEach(languages, usual.words) }],
    choices: [],
    form: null,
    handover: false,
  },
})

const inEach = (languages: readonly string[], words: Usual): Localised<Template> => ({
  in: new Map(languages.map((language) => [language, [words[language.slice(0, 2)] ?? words.en]])),
})
