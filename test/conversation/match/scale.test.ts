import t from 'tap'
import { createMatcher } from '../../../src/conversation/match/matcher.ts'
import type { Answer, NamedAnswer, Script } from '../../../src/script/types.ts'
import { parse } from '../scripts.ts'

const PHRASES = 10_000
const SILENT: Answer = { say: [], choices: [], form: null, handover: false }
/**
 * Work of the processor. Far above what one message takes, also beside much other work: a message that is compared with each phrase, or work
 * that grows with the square of its length, takes far longer. `npm run bench -- conversation` measures.
 */
const MOST_MS = 20

const SYLLABLES =
  'ba be bi bo bu da de di do ka ke ki ko la le li lo ma me mi mo na ne no pa pe po ra re ri ro'.split(' ')

/** The same words on every run. */
const createWords = (): { word: () => string; pick: (count: number) => number } => {
  let seed = 7
  const pick = (count: number): number => {
    seed ^= seed << 13
    seed ^= seed >>> 17
    seed ^= seed << 5
    return (seed >>> 0) % count
  }
  const word = (): string =>
    Array.from({ length: 2 + pick(3) }, () => SYLLABLES[pick(SYLLABLES.length)] ?? '').join('')
  return { word, pick }
}

t.test(`a message is not compared with each of ${PHRASES} phrases, however it is made`, async (t) => {
  const { word, pick } = createWords()
  const phrase = (): string => `${['when is', 'the', 'do you have'][pick(3)]} ${word()} ${word()} ${word()}`
  const replies = new Map<string, NamedAnswer>()
  for (let index = 0; index < PHRASES / 10; index += 1) {
    const name = `reply-${index}`
    const phrases = Array.from({ length: 10 }, phrase)
    replies.set(name, { ...SILENT, name, title: null, phrases, patterns: [], signs: [] })
  }
  const script: Script = { ...parse('fallback: { say: x }'), replies }
  const { match, matchOrNearest } = createMatcher(script)
  const all = [...replies.values()].flatMap(({ phrases }) => phrases)

  const questions: Record<string, string[]> = {
    'as it stands': all.slice(0, 150),
    'with a typo': all.slice(0, 150).map((text) => `${text.slice(0, -3)}${text.slice(-2)}`),
    'with words that are in thousands': all.slice(0, 150).map(() => `do you have the ${word()}`),
    'of unknown words': all.slice(0, 150).map(() => `${word()}x ${word()}y ${word()}z ${word()}q`),
    'of a hundred such words': all
      .slice(0, 100)
      .map(() => Array.from({ length: 100 }, () => `${word()}x`).join(' ')),
  }
  const known = [...new Set(all.flatMap((text) => text.split(' ')))]
  const hundred = (one: () => string, between = ' '): string[] =>
    all.slice(0, 100).map(() => Array.from({ length: 100 }, one).join(between))
  const aKnown = (): string => known[pick(known.length)] ?? ''
  Object.assign(questions, {
    'of a hundred known words': hundred(aKnown),
    'of a hundred beginnings': hundred(() => aKnown().slice(0, 4)),
    'of a hundred words in one': hundred(aKnown, ''),
    'of a hundred long words': hundred(() => aKnown() + aKnown()),
    'in Chinese': hundred(() =>
      Array.from({ length: 5 }, () => String.fromCharCode(0x4e00 + pick(5000))).join(''),
    ),
    'of 100,000 letters': hundred(() => 'a'.repeat(1000), ''),
    'of 100,000 apostrophes': hundred(() => "a'".repeat(500), ''),
    'of 100,000 ligatures': hundred(() => '\ufdfa'.repeat(1000), ''),
    'of 100,000 accents': hundred(() => '\u0301'.repeat(1000), ''),
  })
  for (const [title, texts] of Object.entries(questions)) {
    for (const text of texts.slice(0, 50)) match(text)
    const before = process.cpuUsage()
    const found = texts.filter((text) => match(text) !== null).length
    const { user, system } = process.cpuUsage(before)
    const each = (user + system) / 1000 / texts.length
    t.comment(`${title}: ${each.toFixed(3)} ms each, ${found} of ${texts.length} answered`)
    t.ok(each < MOST_MS, `a message ${title}`)
    const beforeNear = process.cpuUsage()
    for (const text of texts) matchOrNearest(text, 4)
    const near = process.cpuUsage(beforeNear)
    const nearEach = (near.user + near.system) / 1000 / texts.length
    t.comment(`${title}, or what comes near: ${nearEach.toFixed(3)} ms each`)
    t.ok(nearEach < MOST_MS, `a message ${title}, or what comes near`)
  }
})
