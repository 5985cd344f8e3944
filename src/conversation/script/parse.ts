import { isScalar } from 'yaml'
import { ScriptError, wholeFile } from './mistakes.ts'
import { profile } from './profile.ts'
import { createReading, type Read } from './reading.ts'
import { checkReferences, fallback, replies } from './replies.ts'
import { flag, mapping, optional } from './shapes.ts'
import { openSource } from './source.ts'
import type { Answer, Script } from './types.ts'

/** Said when a script has no fallback: Facebook wants every message answered (reference J). */
const BARE_FALLBACK: Answer = {
  say: [{ kind: 'text', text: ['Sorry, I did not understand that.'] }],
  choices: [],
  handover: false,
}

/**
 * Reads a script.
 *
 * @param content - the file's bytes or text
 * @param options.file - its name, for messages
 * @param options.variables - what texts may mention anywhere, besides the groups of their reply's own patterns
 * @throws ScriptError naming every mistake of the file with its line and column
 */
export const parseScript = (
  content: string | Uint8Array,
  options: { file: string; variables: readonly string[] },
): Script => {
  const { file, variables } = options
  const source = openSource(content, file)
  if (source.syntax.length === 0 && isEmpty(source.root)) {
    throw new ScriptError(file, [wholeFile('nothing in it', 'a script with "replies"')])
  }
  const reading = createReading(source)
  const read = mapping('the script', {
    profile: optional(section(profile)),
    replies: optional(section(replies(variables))),
    fallback: optional(fallback(variables)),
    typing: optional(flag),
  })(source.root, reading)

  const known = read?.replies ?? { replies: new Map(), broken: new Set() }
  // Where YAML lost its way, replies are missing that the writer has written.
  if (source.syntax.length === 0) {
    checkReferences(known, reading)
    if (read?.replies === null && read.fallback === null && reading.count() === 0) {
      reading.refuse(reading.placeOf(source.root), 'neither "replies" nor "fallback"', 'something to say')
    }
  }
  const mistakes = reading.mistakes()
  if (mistakes.length > 0 || read === undefined) throw new ScriptError(file, mistakes)
  return {
    profile: read.profile,
    replies: known.replies,
    fallback: read.fallback ?? BARE_FALLBACK,
    typing: read.typing ?? true,
  }
}

/** A section whose every line is commented out counts as absent. */
const section =
  <T>(read: Read<T>): Read<T> =>
  (node, reading) =>
    isEmpty(reading.follow(node)) ? undefined : read(node, reading)

const isEmpty = (node: unknown): boolean => node === null || (isScalar(node) && node.value === null)
