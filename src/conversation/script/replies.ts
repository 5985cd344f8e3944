import type { Node } from 'yaml'
import { matchKey } from '../match/normalise.ts'
import { LIMITS } from './limits.ts'
import { quoted } from './mistakes.ts'
import { looksLikePattern, pattern, type Pattern } from './pattern.ts'
import type { Place, Read, Reading } from './reading.ts'
import { reference, sayItem, title } from './say.ts'
import { didYouMean, entriesOf, list, mapping, oneOf, oneOrMore, optional, text, textOf } from './shapes.ts'
import type { Answer, NamedAnswer, SayItem } from './types.ts'

type Trigger =
  { kind: 'phrase'; phrase: string; place: Place } | { kind: 'pattern'; pattern: Pattern; place: Place }

/** The replies of a script, and the names of those that could not be read. */
export interface ReadReplies {
  replies: Map<string, NamedAnswer>
  broken: Set<string>
}

const trigger: Read<Trigger> = (node, reading) => {
  const target = reading.follow(node)
  const place = reading.placeOf(target)
  if (looksLikePattern(textOf(target)?.trim() ?? '')) {
    const read = pattern(target, reading)
    return read && { kind: 'pattern', pattern: read, place }
  }
  const phrase = text('a phrase or a /regular expression/', LONGEST_PHRASE)(target, reading)
  return phrase === undefined ? undefined : { kind: 'phrase', phrase, place }
}

// No visitor's message is looked at beyond this length either.
const LONGEST_PHRASE = { max: 500, why: 'only so much of a message is looked at' }

const ANSWER = {
  say: optional(oneOrMore('one or more messages', sayItem)),
  choices: optional(
    list('a list of names of replies', reference('the name of a reply', true), {
      min: 1,
      max: LIMITS.quickReplies,
      why: "Facebook's limit",
    }),
  ),
  do: optional(oneOf(['handover'] as const)),
}

const readReply = mapping('a reply', {
  title: optional(title),
  when: optional(oneOrMore('phrases', trigger)),
  ...ANSWER,
})

const readFallback = mapping('the fallback', ANSWER)

/** Reads the answer to what nothing else fits. */
export const fallback =
  (variables: readonly string[]): Read<Answer> =>
  (node, reading) => {
    const from = reading.mentions.length
    const before = reading.count()
    const value = readFallback(node, reading)
    checkMentions(from, variables, 'here', reading)
    if (value === undefined || reading.count() > before) return undefined
    return answer(value, 'the fallback', node, reading)
  }

/** Reads all replies. */
export const replies =
  (variables: readonly string[]): Read<ReadReplies> =>
  (node, reading) => {
    const entries = entriesOf(node, reading, 'replies by name')
    if (entries === undefined) return undefined
    const read: ReadReplies = { replies: new Map(), broken: new Set() }
    const phrases = new Map<string, { reply: string; place: Place }>()
    for (const { key, place, value } of entries) {
      if (key.length > LIMITS.payload) {
        reading.refuse(
          place,
          `a name of ${key.length} characters`,
          `at most ${LIMITS.payload} (Facebook's limit)`,
        )
      }
      const reply = readOne(key, value, variables, phrases, reading)
      if (reply === undefined) read.broken.add(key)
      else read.replies.set(key, reply)
    }
    return read
  }

/** Notes references to replies that do not exist, and choices that would have nothing to show. */
export const checkReferences = ({ replies: known, broken }: ReadReplies, reading: Reading): void => {
  const names = [...known.keys(), ...broken]
  for (const { name, place, offered } of reading.references) {
    const reply = known.get(name)
    if (reply === undefined && !broken.has(name)) {
      reading.refuse(place, quoted(name), 'the name of a reply', didYouMean(name, names))
    } else if (offered && reply?.title === null) {
      reading.refuse(
        place,
        `the choice ${quoted(name)}, a reply without a title`,
        'a title for its button',
        `Add "title: ..." to the reply ${quoted(name)}.`,
      )
    }
  }
}

/** Notes variables, met since `from`, that nobody knows. */
export const checkMentions = (
  from: number,
  known: readonly string[],
  where: string,
  reading: Reading,
): void => {
  for (const { variable, place } of reading.mentions.splice(from)) {
    if (known.includes(variable)) continue
    reading.refuse(
      place,
      `the variable {{${variable}}}`,
      known.length === 0
        ? `no variable ${where}`
        : `one known ${where}: ${known.map((name) => `{{${name}}}`).join(', ')}`,
      didYouMean(variable, known) ?? null,
    )
  }
}

const readOne = (
  name: string,
  node: Node | null,
  variables: readonly string[],
  phrases: Map<string, { reply: string; place: Place }>,
  reading: Reading,
): NamedAnswer | undefined => {
  const from = reading.mentions.length
  const before = reading.count()
  const value = readReply(node, reading)
  const triggers = value?.when ?? []
  const patterns = triggers.flatMap((one) => (one.kind === 'pattern' ? one : []))
  for (const { pattern: read, place } of patterns) {
    const taken = read.groups.find((group) => variables.includes(group))
    if (taken !== undefined) {
      reading.refuse(
        place,
        `a group named ${quoted(taken)}`,
        `another name: {{${taken}}} has a meaning already`,
      )
    }
  }
  const known = [...new Set([...variables, ...reading.groups.splice(0)])]
  checkMentions(from, known, 'in this reply', reading)

  const own: string[] = []
  for (const one of triggers) {
    if (one.kind !== 'phrase') continue
    const key = matchKey(one.phrase)
    const owner = phrases.get(key)
    if (owner !== undefined && owner.reply !== name) {
      reading.refuse(
        one.place,
        `the phrase ${quoted(one.phrase)}`,
        `a phrase of one reply only; ${quoted(owner.reply)} has it in line ${reading.line(owner.place)}`,
      )
    }
    phrases.set(key, { reply: name, place: one.place })
    own.push(one.phrase)
  }
  if (value === undefined || reading.count() > before) return undefined
  const said = answer(value, 'a reply', node, reading)
  return (
    said && { name, title: value.title, phrases: own, patterns: patterns.map((one) => one.pattern), ...said }
  )
}

const answer = (
  value: { say: SayItem[] | null; choices: string[] | null; do: 'handover' | null },
  what: string,
  node: Node | null,
  reading: Reading,
): Answer | undefined => {
  const { say, choices, do: action } = value
  if (say === null && (action === null || choices !== null)) {
    return reading.refuse(
      reading.placeOf(reading.follow(node)),
      'no "say"',
      choices === null ? `${what} to say something` : 'a message above the choices',
    )
  }
  return { say: say ?? [], choices: choices ?? [], handover: action === 'handover' }
}
