import { RE2JS, RE2JSSyntaxException } from 're2js'
import { latinDigits } from '../base/digits.ts'
import type { Read } from './reading.ts'
import { quoted } from './mistakes.ts'
import { nodeText } from './nodes.ts'

/** A regular expression of the script. */
export interface Pattern {
  /** The expression as written in the script. */
  source: string
  /** Names of its groups, which are variables in the texts of its reply. */
  groups: readonly string[]
  /**
   * The groups of the first match anywhere in the text, or null. Takes linear time for every pattern.
   *
   * @param isCut - whether the text was cut: then `$` does not match at its end
   */
  match: (text: string, isCut?: boolean) => Map<string, string> | null
}

/** The library reads a longer pattern in quadratic time, up to seconds, and its program would be too large. */
const LONGEST = 5000
/** A larger program could take longer than a message may. */
const MAX_PROGRAM = 1000

const GROUP_NAME = /\(\?P?<(\w+)>/g

const FLAGS: Record<string, number> = {
  i: RE2JS.CASE_INSENSITIVE,
  m: RE2JS.MULTILINE,
  s: RE2JS.DOTALL,
  // Always on, as JavaScript's flag u would set it.
  u: 0,
}

/** Whether a trigger is written as a regular expression. */
export const looksLikePattern = (text: string): boolean => text.startsWith('/')

/** Reads `/pattern/flags`. */
export const pattern: Read<Pattern> = (node, reading) => {
  const target = reading.follow(node)
  const source = nodeText(target)?.trim() ?? ''
  const end = source.lastIndexOf('/')
  if (end === 0) {
    return reading.refuse(
      reading.placeOf(target),
      `${quoted(source)} without a second /`,
      'a regular expression like /order (?<number>\\d+)/i',
      'Phrases need no /: punctuation does not count in them.',
    )
  }
  // Messages are matched with ASCII digits, so the pattern gets ASCII digits, too.
  const body = latinDigits(source.slice(1, end))
  const flags = source.slice(end + 1)
  // Also for a pattern that is refused below, because the reply's texts may mention its groups.
  reading.groups.push(...Array.from(body.matchAll(GROUP_NAME), ([, name]) => name ?? ''))
  if (source.length > LONGEST) {
    return reading.refuse(
      reading.placeOf(target),
      `a regular expression of ${source.length} characters`,
      `at most ${LONGEST}`,
      'A list of phrases may be of any length.',
    )
  }
  let bits = 0
  for (const flag of flags) {
    const bit = FLAGS[flag]
    if (bit === undefined) {
      const place = reading.placeWithin(target, `/${flags}`)
      return reading.refuse(
        { start: Math.min(place.start + 1, place.end), end: place.end },
        `the flag ${quoted(flag)}`,
        'the flags i (either case), m (^ and $ at each line), s (a dot is a line end, too) or u',
      )
    }
    bits |= bit
  }
  if (body === '') return reading.refuse(reading.placeOf(target), 'an empty pattern', 'something to look for')

  // The library would read \k as the letter k.
  const backReference = /(?<!\\)(?:\\\\)*(\\k<)/.exec(body)?.[1]
  if (backReference !== undefined) {
    return reading.refuse(reading.placeWithin(target, backReference), 'a back reference', UNSUPPORTED)
  }
  try {
    const compiled = RE2JS.compile(RE2JS.translateRegExp(body), bits)
    if (compiled.programSize() > MAX_PROGRAM) {
      return reading.refuse(
        reading.placeOf(target),
        'a pattern with too many repetitions',
        'lower numbers in {}, or * and +',
      )
    }
    const groups = Object.keys(compiled.namedGroups())
    const endless = withoutEnds(body)
    const unended = endless === body ? compiled : RE2JS.compile(RE2JS.translateRegExp(endless), bits)
    const find = finder(compiled, groups)
    const findUnended = finder(unended, groups)
    return {
      source,
      groups,
      match: (text, isCut = false) =>
        isCut
          ? (findUnended(text) ?? (unended === compiled ? null : find(`${text}${MORE}`, text.length)))
          : find(text),
    }
  } catch (error) {
    const fragment = error instanceof RE2JSSyntaxException ? (error.getPattern() ?? '') : ''
    const reason = error instanceof RE2JSSyntaxException ? error.getDescription() : 'too intricate'
    return reading.refuse(
      fragment === '' ? reading.placeOf(target) : reading.placeWithin(target, fragment),
      `${quoted(fragment === '' ? source : fragment)} (${reason})`,
      UNSUPPORTED,
    )
  }
}

const UNSUPPORTED =
  'a regular expression of the RE2 kind: without look-ahead, look-behind and back references, repetitions up to 1000'

/** Stands for the rest of a text that was cut. */
const MORE = 'x'
/** Matches nothing. */
const NEVER = '[^\\x00-\\x{10FFFF}]'

/** The pattern with text ends that never match, for a cut text; line ends within it still match. */
const withoutEnds = (body: string): string =>
  body.replaceAll(/\\Q.*?(?:\\E|$)|\\z|\\.|\[\^?\]?(?:\\.|\[:\^?\w+:\]|[^\]\\])*\]|\$/gs, (part) =>
    part === '$' || part === '\\z' ? NEVER : part,
  )

/** Finds the groups of the first match, or null; a match that goes beyond `end` does not count. */
const finder = (
  compiled: RE2JS,
  groups: readonly string[],
): ((text: string, end?: number) => Map<string, string> | null) => {
  // Kept, because making a matcher takes longer than most failed matches.
  const matcher = compiled.matcher('')
  return (text, end = text.length) => {
    matcher.resetMatcherInput(text)
    while (matcher.find()) {
      if (matcher.end() <= end)
        return new Map(groups.map((name) => [name, matcher.group(name)?.trim() ?? '']))
    }
    return null
  }
}
