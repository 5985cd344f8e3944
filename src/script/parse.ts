import { isScalar } from 'yaml'
import { assistant, usualMark } from './assistant.ts'
import { disclosure, disclosureOf, waiting, waitingOf } from './by-itself.ts'
import { language } from './condition.ts'
import { hours } from './hours.ts'
import { sayItem } from './items.ts'
import { MOST_MESSAGES } from './limits.ts'
import { ScriptError, wholeFile } from './mistakes.ts'
import { pages } from './pages.ts'
import { profile } from './profile.ts'
import { createReading, described, schemaOf, type Read, type FileLook, type LookAt } from './reading.ts'
import { checkMentions, fallback, replies, type ReadReplies } from './replies.ts'
import { nodeText } from './nodes.ts'
import { mapping, oneOrMore, optional } from './shapes.ts'
import { timeSpan, flag } from './values.ts'
import { openSource } from './source.ts'
import type { Answer, Handover, SayItem, Script } from './types.ts'
import { checkCarried, checkConditions, checkLanguages, checkReferences, rememberedNames } from './whole.ts'
import { ownWordsOf, words } from './words.ts'

/** The default fallback: Facebook demands an answer to every message (docs/messenger-platform.md#j). */
const BARE_FALLBACK: Answer = {
  say: [{ kind: 'text', text: ['Sorry, I did not understand that.'] }],
  choices: [],
  form: null,
  handover: false,
}

const USUAL_LANGUAGE = 'en'
const HOUR_MS = 3_600_000
const SOME_FILE: FileLook = { bytes: 1, head: new Uint8Array() }

const backItems = oneOrMore('one or more messages', sayItem, {
  max: MOST_MESSAGES,
  why: 'a visitor reads no more at once',
})

const pause = timeSpan('a time', 60_000, 30 * 24 * HOUR_MS)
const resumeAfter: Read<number | 'never'> = described(
  (node, reading) => (nodeText(reading.follow(node))?.trim() === 'never' ? 'never' : pause(node, reading)),
  () => ({ anyOf: [schemaOf(pause), { const: 'never' }] }),
)

const readHandover = mapping('the handover', {
  resume_after: optional(
    resumeAfter,
    'The bot speaks again when no person has written for so long; 24h when nothing is said, or never.',
  ),
  back: optional(backItems, 'What the bot says when it is back.'),
  human_agent: optional(
    flag,
    'true: you may answer from the console for 7 days after the visitor wrote, not 24 hours. Facebook must have allowed your app the Human Agent feature.',
  ),
})

const handover = (variables: readonly string[]): Read<Handover> =>
  described(
    (node, reading) => {
      const from = reading.mentions.length
      const value = readHandover(node, reading)
      checkMentions(from, variables, 'here', reading)
      // No reply can go on with it, so it is in no circle.
      reading.goes.length = 0
      return (
        value && {
          resumeAfter: value.resume_after,
          back: value.back ?? [],
          humanAgent: value.human_agent ?? false,
        }
      )
    },
    () => schemaOf(readHandover),
  )

/**
 * Reads a whole script; the schema is also made from this reader.
 *
 * @param variables - variables that any text may mention
 */
export const wholeScript = (variables: readonly string[]) =>
  mapping('the script', {
    profile: optional(section(profile), 'What Messenger shows before a visitor writes.'),
    replies: optional(section(replies(variables)), 'All the bot can say, by name.'),
    fallback: optional(fallback(variables), 'Said when nothing fits.'),
    typing: optional(flag, 'false: no typing bubble between the messages of one answer.'),
    seen: optional(flag, 'false: messages of visitors are not marked as seen.'),
    language: optional(language, 'The language the script is written in; en when nothing is said.'),
    handover: optional(section(handover(variables)), 'How the bot comes back after a person has answered.'),
    waiting: optional(section(waiting(variables)), 'What a visitor hears whose answer takes its time.'),
    disclosure: optional(
      section(disclosure(variables)),
      'Says that visitors talk to a machine: at the beginning, and after a long pause.',
    ),
    hours: optional(section(hours), 'Opening hours, for conditions.'),
    words: optional(section(words), "The bot's own words, put differently."),
    assistant: optional(section(assistant), 'A language model that is asked where the script has no answer.'),
    pages: optional(section(pages), 'Scripts of their own for some Pages, by the id of the Page.'),
  })

/**
 * Reads a script.
 *
 * @param content - the file's bytes or text
 * @param options.file - its name, for messages
 * @param options.variables - variables that any text may mention, besides the groups of its reply's own patterns and remembered answers
 * @param options.isOfPage - whether it is the script of some Pages, beside the main one
 * @param options.lookAt - looks at the files that it names, by their paths from its folder; without it they are presumed to exist
 * @throws ScriptError naming every mistake of the file with its line and column
 */
export const parseScript = (
  content: string | Uint8Array,
  options: { file: string; variables: readonly string[]; lookAt?: LookAt; isOfPage?: boolean },
): Script => {
  const { file, variables, lookAt = () => SOME_FILE, isOfPage = false } = options
  const source = openSource(content, file)
  if (source.syntax.length === 0 && isEmpty(source.root)) {
    throw new ScriptError(file, [wholeFile('nothing in it', 'a script with "replies"')])
  }
  const reading = createReading(source, lookAt)
  const remembered = rememberedNames(source.root)
  const read = wholeScript([...new Set([...variables, ...remembered])])(source.root, reading)

  if (isOfPage && read?.pages)
    reading.refuse(read.pages.place, '"pages"', 'it in the main script only, the one that BOT_SCRIPT names')
  const known: ReadReplies = read?.replies ?? { replies: new Map(), broken: new Set(), goes: new Map() }
  const own = read?.language ?? USUAL_LANGUAGE
  const languages = checkLanguages(own, reading)
  // Behind a syntax error replies are missing that the writer has written, so these checks would find false mistakes.
  // So they would where "replies" itself is misspelt.
  if (source.syntax.length === 0 && (read?.replies !== null || reading.count() === 0)) {
    checkReferences(known, reading)
    checkCarried(known, reading)
    checkConditions({ remembered, hasHours: read?.hours !== null }, reading)
    if (read?.replies === null && read.fallback === null && reading.count() === 0) {
      reading.refuse(reading.placeOf(source.root), 'neither "replies" nor "fallback"', 'something to say')
    }
  }
  const mistakes = reading.mistakes()
  if (mistakes.length > 0 || read === undefined) throw new ScriptError(file, mistakes)
  return {
    profile: read.profile,
    replies: known.replies,
    fallback: read.fallback?.answer ?? BARE_FALLBACK,
    typing: read.typing ?? true,
    seen: read.seen ?? true,
    language: own,
    languages,
    handover: read.handover ?? { resumeAfter: null, back: NOTHING, humanAgent: false },
    waiting: waitingOf(read.waiting, languages),
    disclosure: read.disclosure && disclosureOf(read.disclosure, languages),
    hours: read.hours,
    words: ownWordsOf(read.words, languages),
    countsVisits: reading.asksFor.visit,
    assistant: read.assistant && { ...read.assistant, mark: read.assistant.mark ?? usualMark(languages) },
    pages: read.pages?.files ?? new Map(),
  }
}

const NOTHING: readonly SayItem[] = []

/** A section whose every line is commented out counts as absent. */
const section = <T>(read: Read<T>): Read<T> =>
  described(
    (node, reading) => (isEmpty(reading.follow(node)) ? undefined : read(node, reading)),
    () => schemaOf(read),
  )

const isEmpty = (node: unknown): boolean => node === null || (isScalar(node) && node.value === null)
