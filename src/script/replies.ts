import { isMap, type Node } from 'yaml'
import { didYouMeanOwn } from './did-you-mean.ts'
import { matchKey } from './match-key.ts'
import { destination, formQuestions } from './ask.ts'
import { sayItem } from './items.ts'
import { LIMITS } from '../channel/messenger.ts'
import { FACEBOOK, MOST_CHOICES, MOST_MESSAGES, MOST_NAMES_TOLD, OWN_PAYLOAD } from './limits.ts'
import { localised } from './localised.ts'
import { quoted } from './mistakes.ts'
import { looksLikePattern, pattern, type Pattern } from './pattern.ts'
import { described, schemaOf, type Place, type Read, type Reading } from './reading.ts'
import { reference } from './names.ts'
import { title } from './texts.ts'
import { entriesOf, nodeText } from './nodes.ts'
import { list, mapping, oneOrMore, optional } from './shapes.ts'
import { oneOf, text } from './values.ts'
import { sign } from './signs.ts'
import type { Answer, Form, NamedAnswer, Question, SayItem, Sign } from './types.ts'

type Trigger =
  | { kind: 'phrase'; phrase: string; place: Place }
  | { kind: 'pattern'; pattern: Pattern; place: Place }
  | { kind: 'sign'; sign: Sign; place: Place }

/** The replies of a script, and the names of those that could not be read. */
export interface ReadReplies {
  replies: Map<string, NamedAnswer>
  broken: Set<string>
  /** By reply: the replies it goes on with, and their places. */
  goes: Map<string, { name: string; place: Place }[]>
}

// Messages are not matched beyond this length either.
const phrase = text('a phrase or a /regular expression/', {
  max: 500,
  why: 'only so much of a message is looked at',
})

const trigger: Read<Trigger> = described(
  (node, reading) => {
    const target = reading.follow(node)
    const place = reading.placeOf(target)
    if (isMap(target)) {
      const read = sign(target, reading)
      return read && { kind: 'sign', sign: read, place }
    }
    if (looksLikePattern(nodeText(target)?.trim() ?? '')) {
      const read = pattern(target, reading)
      return read && { kind: 'pattern', pattern: read, place }
    }
    const read = phrase(target, reading)
    return read === undefined ? undefined : { kind: 'phrase', phrase: read, place }
  },
  () => ({ anyOf: [schemaOf(phrase), schemaOf(sign)] }),
)

const ANSWER = {
  say: optional(
    oneOrMore('one or more messages', sayItem, {
      max: MOST_MESSAGES,
      why: 'a visitor reads no more at once',
    }),
    'What is said: one message or a list of them.',
  ),
  choices: optional(
    list('a list of names of replies', reference('the name of a reply', true), {
      min: 1,
      max: MOST_CHOICES,
      why: 'a visitor reads no more',
    }),
    'Replies offered as buttons under the last message.',
  ),
  do: optional(oneOf(['handover'] as const), 'handover: from now on a person answers.'),
}

const REPLY = {
  title: optional(
    localised(title),
    `What its button says where other replies offer it (${LIMITS.buttonTitle} characters).`,
  ),
  when: optional(oneOrMore('phrases', trigger), 'What visitors write or do to get this reply.'),
  ...ANSWER,
  ask: optional(formQuestions, 'Questions asked one after the other; the answers are remembered.'),
  next: optional(reference('the name of a reply'), 'The reply that follows the last answer.'),
  answers: optional(destination, 'Where all answers go together: "keep", or an https address.'),
}
const readReply = mapping('a reply', REPLY)

const readFallback = mapping('the fallback', ANSWER)

/** Reads the reply to messages that nothing else fits. */
export const fallback = (variables: readonly string[]): Read<{ answer: Answer; goes: ReadReplies['goes'] }> =>
  described(
    (node, reading) => {
      const from = reading.mentions.length
      const before = reading.count()
      const value = readFallback(node, reading)
      checkMentions(from, variables, 'here', reading)
      // No reply can go on with the fallback, so it is in no circle.
      const goes = new Map([['', reading.goes.splice(0)]])
      if (value === undefined || reading.count() > before) return undefined
      const read = answer({ value, form: null, what: 'the fallback' }, node, reading)
      return read && { answer: read, goes }
    },
    () => schemaOf(readFallback),
  )

/** Reads all replies. */
export const replies = (variables: readonly string[]): Read<ReadReplies> =>
  described(
    (node, reading) => {
      const entries = entriesOf(node, reading, 'replies by name', NO_DASH)
      if (entries === undefined) return undefined
      const read: ReadReplies = { replies: new Map(), broken: new Set(), goes: new Map() }
      const phrases = new Map<string, { reply: string; place: Place }>()
      for (const { key, place, value } of entries) {
        if (Object.hasOwn(REPLY, key) && !isMap(reading.follow(value))) {
          reading.refuse(place, `${quoted(key)} beside the names of replies`, MISPLACED)
          continue
        }
        checkName(key, place, reading)
        const reply = readOne({ name: key, variables, phrases }, value, reading)
        read.goes.set(key, reading.goes.splice(0))
        if (reply === undefined) read.broken.add(key)
        else read.replies.set(key, reply)
      }
      return read
    },
    () => ({ type: 'object', additionalProperties: schemaOf(readReply) }),
  )

const NO_DASH = 'Each reply is its name and a colon, without "- ", and its keys below, two spaces further in.'
const MISPLACED = 'it below the name of its reply, two spaces further in'

/** Notes variables in texts read since `from` that are not in `known`. */
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
        : `one known ${where}: ${known
            .slice(0, MOST_NAMES_TOLD)
            .map((name) => `{{${name}}}`)
            .join(', ')}${known.length > MOST_NAMES_TOLD ? ' and others' : ''}`,
      didYouMeanOwn(variable, known, reading),
    )
  }
}

const checkName = (name: string, place: Place, reading: Reading): void => {
  if (name.length > LIMITS.payload) {
    reading.refuse(place, `a name of ${name.length} characters`, `at most ${LIMITS.payload} (${FACEBOOK})`)
  }
  if (name.startsWith(OWN_PAYLOAD)) {
    reading.refuse(
      place,
      quoted(name),
      `a name that does not begin with ${OWN_PAYLOAD}: the bot's own buttons do`,
    )
  }
}

const readOne = (
  of: {
    name: string
    variables: readonly string[]
    /** Those of the replies before it; grows. */
    phrases: Map<string, { reply: string; place: Place }>
  },
  node: Node | null,
  reading: Reading,
): NamedAnswer | undefined => {
  const { name, variables, phrases } = of
  const from = reading.mentions.length
  const before = reading.count()
  const value = readReply(node, reading)
  const triggers = value?.when ?? []
  const patterns = triggers.flatMap((one) => (one.kind === 'pattern' ? one : []))
  for (const { pattern: read, place } of patterns) {
    if (!read.groups.includes(RESERVED)) continue
    reading.refuse(
      place,
      `a group named ${quoted(RESERVED)}`,
      `another name: {{${RESERVED}}} has a meaning already`,
    )
  }
  const groups = reading.groups.splice(0)
  const known = groups.length === 0 ? variables : [...new Set([...variables, ...groups])]
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
  const form = formOf(value, node, reading)
  if (reading.count() > before) return undefined
  const said = answer({ value, form, what: 'a reply' }, node, reading)
  return (
    said && {
      name,
      title: value.title,
      phrases: own,
      patterns: patterns.map((one) => one.pattern),
      signs: triggers.flatMap((one) => (one.kind === 'sign' ? one.sign : [])),
      ...said,
    }
  )
}

/** The one variable that a group may not be named after; a group hides any other. */
const RESERVED = 'page_name'

const formOf = (
  value: {
    ask: Question[] | null
    next: string | null
    answers: Form['answers'] | null
    choices: string[] | null
    do: 'handover' | null
  },
  node: Node | null,
  reading: Reading,
): Form | null => {
  const { ask, next, answers, choices, do: action } = value
  const place = reading.placeOf(reading.follow(node))
  if (ask === null) {
    if (next !== null) reading.refuse(place, '"next" without "ask"', 'questions before what follows them')
    if (answers !== null) reading.refuse(place, '"answers" without "ask"', 'questions whose answers are kept')
    return null
  }
  if (next === null) {
    reading.refuse(place, '"ask" without "next"', 'the reply that follows the last answer')
    return null
  }
  if (choices !== null) {
    reading.refuse(
      place,
      '"choices" beside "ask"',
      'the choices in the reply that "next" names: the question comes last here',
    )
  }
  if (action !== null) {
    reading.refuse(place, '"do" beside "ask"', 'it in the reply that "next" names: the answers come first')
  }
  return { questions: ask, next, answers: answers ?? { kept: false, url: null } }
}

const answer = (
  read: {
    value: { say: SayItem[] | null; choices: string[] | null; do: 'handover' | null }
    form: Form | null
    what: string
  },
  node: Node | null,
  reading: Reading,
): Answer | undefined => {
  const { value, form, what } = read
  const { say, choices, do: action } = value
  if (say === null && form === null && (action === null || choices !== null)) {
    return reading.refuse(
      reading.placeOf(reading.follow(node)),
      'no "say"',
      choices === null ? `${what} to say something` : 'a message above the choices',
    )
  }
  return { say: say ?? [], choices: choices ?? [], form, handover: action === 'handover' }
}
