import { isScalar, visit, type Node } from 'yaml'
import { didYouMeanOwn } from './did-you-mean.ts'
import { allOf, isLanguage } from './localised.ts'
import { matchKey } from './match-key.ts'
import { quoted } from './mistakes.ts'
import type { Reading } from './reading.ts'
import type { ReadReplies } from './replies.ts'
import { circlesOf, reachedFrom } from './ways.ts'

/** The names of answers, collected before anything is read, because texts anywhere may mention them. */
export const rememberedNames = (root: Node | null): string[] => {
  const names = new Set<string>()
  if (root === null) return []
  visit(root, {
    Pair: (_key, { key, value }) => {
      if (isScalar(key) && key.value === 'remember' && isScalar(value)) names.add(String(value.value))
    },
  })
  return [...names]
}

/** Notes references to missing replies, choices without titles, and circles of `go`. */
export const checkReferences = ({ replies: known, broken, goes }: ReadReplies, reading: Reading): void => {
  const names = [...known.keys(), ...broken]
  const titled = new Map(
    [...known.values()].flatMap(({ name, title }) =>
      title === null ? [] : allOf(title).map((one) => [matchKey(one), name] as const),
    ),
  )
  for (const { name, place, offered } of reading.references) {
    const reply = known.get(name)
    if (reply === undefined && !broken.has(name)) {
      const owner = titled.get(matchKey(name))
      const hint =
        owner === undefined
          ? didYouMeanOwn(name, names, reading)
          : `${quoted(name)} is a title; the name of that reply is ${quoted(owner)}.`
      reading.refuse(place, quoted(name), 'the name of a reply', hint)
    } else if (offered && reply?.title === null) {
      reading.refuse(
        place,
        `the choice ${quoted(name)}, a reply without a title`,
        'a title for its button',
        `Add "title: ..." to the reply ${quoted(name)}.`,
      )
    }
  }
  const circles = circlesOf(goes)
  for (const [name, steps] of goes) {
    for (const { name: next, place } of steps) {
      if (circles.get(next) === circles.get(name)) {
        reading.refuse(place, `a "go" to ${quoted(next)}, which leads back here`, 'a way with an end')
      }
    }
  }
}

/** Notes answers brought along by buttons that no question of the target reply remembers. */
export const checkCarried = ({ replies: known, broken, goes }: ReadReplies, reading: Reading): void => {
  for (const { reply, name, place } of reading.carries) {
    const reached = [...reachedFrom(goes, reply)].filter((one) => known.has(one) || broken.has(one))
    // A refused or missing reply is noted already.
    if (reached.length === 0 || reached.some((one) => broken.has(one))) continue
    const asked = reached.flatMap((one) => known.get(one)?.form?.questions.map((each) => each.remember) ?? [])
    if (asked.includes(name)) continue
    reading.refuse(
      place,
      quoted(name),
      `a name under which a question of the reply ${quoted(reply)} remembers its answer`,
      asked.length === 0 ? `The reply ${quoted(reply)} asks nothing.` : didYouMeanOwn(name, asked, reading),
    )
  }
}

/**
 * Notes texts in several languages that lack the script's own.
 *
 * @returns all languages found
 */
export const checkLanguages = (own: string, reading: Reading): string[] => {
  const all = new Set([own])
  for (const { place, languages } of reading.translations) {
    for (const language of languages) if (isLanguage(language)) all.add(language)
    if (languages.includes(own) || languages.includes(own.slice(0, 2))) continue
    reading.refuse(
      place,
      `a text in ${languages.join(', ')}`,
      `it in ${own} as well, the language of the script ("language: ..." at the top says another)`,
    )
  }
  return [...all]
}

/** Notes conditions on names that no reply remembers, or on opening hours that the script lacks. */
export const checkConditions = (
  given: { remembered: readonly string[]; hasHours: boolean },
  reading: Reading,
): void => {
  for (const { name, place } of reading.wanted) {
    if (given.remembered.includes(name)) continue
    reading.refuse(
      place,
      quoted(name),
      'a name under which a question remembers its answer',
      didYouMeanOwn(name, given.remembered, reading),
    )
  }
  const { hours } = reading.asksFor
  if (hours !== null && !given.hasHours) {
    reading.refuse(hours, 'a condition on opening hours', 'the section "hours" with them')
  }
}
