import { join } from 'node:path'
import { createConversationEngine, type ConversationEngine } from '../src/conversation/conversation.ts'
import { OWN_LOOKUPS } from '../src/conversation/speaking.ts'
import { createMatcher, type Matcher } from '../src/conversation/match/matcher.ts'
import { parseScript } from '../src/script/parse.ts'
import { SCRIPT_VARIABLES } from '../src/conversation/variables.ts'
import { openHandlers } from '../src/handlers/handlers.ts'
import { withHandlers } from '../src/handlers/run.ts'
import { systemClock } from '../src/base/clock.ts'
import type { WebhookEvent } from '../src/webhook/events.ts'
import { median, table } from './lib/stats.ts'

const PHRASES = 10_000
const A_REPLY = 10
const MESSAGES = 4000
const SYLLABLES =
  'ba be bi bo bu da de di do ka ke ki ko la le li lo ma me mi mo na ne no pa pe po ra re ri ro'.split(' ')

/**
 * What does it cost to find the answer among 10,000 phrases, and to handle one event? Compared with a `Map` lookup of the same
 * texts, which is the least that an answer can cost.
 */
export const conversation = async ({ rounds }: { rounds: number }): Promise<void> => {
  const { word } = createWords()
  const names = Array.from({ length: PHRASES / A_REPLY }, (_, n) => `reply-${n}`)
  const phrases = new Map(
    names.map((name) => [
      name,
      Array.from({ length: A_REPLY }, () => `when is the ${word()} ${word()} ${word()}`),
    ]),
  )
  const yaml = [...phrases].map(
    ([name, own]) =>
      `  ${name}: { title: T, when: [${own.join(', ')}], say: 'Said by {{page_name}}: ${name}', choices: [${name}] }`,
  )
  const script = parseScript(`replies:\n${yaml.join('\n')}\n`, {
    file: 'bench.yaml',
    variables: SCRIPT_VARIABLES,
  })
  const matcher = createMatcher(script)
  const bare = new Map([...phrases].flatMap(([name, own]) => own.map((phrase) => [phrase, name] as const)))
  const all = [...bare.keys()]
  const some = Array.from({ length: MESSAGES }, (_, n) => all[(n * 7919) % all.length] ?? '')

  const matching: [title: string, texts: readonly string[]][] = [
    ['the phrase as it stands', some],
    ['with a typo', some.map((text) => `${text.slice(0, -3)}${text.slice(-2)}`)],
    [
      'in other words',
      some.map((text) => `hello, could you tell me about ${text.split(' ').slice(3).join(' and ')} please`),
    ],
    ['unknown words', some.map(() => `${word()}x ${word()}y ${word()}z`)],
    [
      'a hundred unknown words',
      some.slice(0, 400).map(() => Array.from({ length: 100 }, () => `${word()}x`).join(' ')),
    ],
  ]
  const lookUps = await measureAll(rounds, [
    ['a bare Map', () => some.forEach((text) => bare.get(text))],
    ...matching.map(([title, texts]): Work => [title, () => matchAll(matcher, texts), texts.length]),
  ])
  print(`Finding the answer among ${PHRASES.toLocaleString('en')} phrases`, lookUps)

  const own = createConversationEngine({
    script: () => script,
    appId: '1',
    lookups: { ...OWN_LOOKUPS, first_name: () => null, last_name: () => null, name: () => null },
  })
  const silent = { info: () => undefined, warn: () => undefined, error: () => undefined }
  const open = (name: string) =>
    openHandlers({ file: join(import.meta.dirname, 'handlers', name), clock: systemClock, log: silent })
  const [others, middleware] = await Promise.all([open('others.ts'), open('middleware.ts')])
  const view = { pageId: '1', psid: '2', state: null, pageName: 'Bench' }
  const events = some.map((text, n) => eventOf(text, n))
  const handleAll = async (handle: ConversationEngine['handle']): Promise<void> => {
    for (const event of events) await handle(event, view)
  }
  const handled = await measureAll(rounds, [
    ['a bare Map', () => some.forEach((text) => bare.get(text))],
    ['the script', () => handleAll(own.handle)],
    ['behind handlers for other events', () => handleAll(withHandlers({ handlers: others, script: own }))],
    [
      'behind one middleware (without what its process takes)',
      () => handleAll(withHandlers({ handlers: middleware, script: own })),
    ],
  ])
  print('Handling one event to its replies', handled)
  others.stop()
  middleware.stop()
}

type Work = readonly [title: string, run: () => void | Promise<void>, messages?: number]

const matchAll = (matcher: Matcher, texts: readonly string[]): void => {
  for (const text of texts) matcher.matchOrNearest(text, 4)
}

const measureAll = async (rounds: number, works: readonly Work[]): Promise<Result[]> => {
  const results = works.map(([title]): Result => ({ title, us: [] }))
  for (let round = 0; round <= rounds; round += 1) {
    for (const [n, [, run, messages = MESSAGES]] of works.entries()) {
      const before = process.cpuUsage()
      await run()
      const { user, system } = process.cpuUsage(before)
      // The first round only warms up.
      if (round > 0) results[n]?.us.push((user + system) / messages)
    }
  }
  return results
}

interface Result {
  title: string
  /** Processor time for one message, per round. */
  us: number[]
}

const print = (title: string, results: readonly Result[]): void => {
  const [bare] = results
  const rows = results.map(({ title: what, us }) => [
    what,
    median(us).toFixed(2),
    median(us.map((value, n) => value / Math.max(0.01, bare?.us[n] ?? Number.NaN))).toFixed(0),
  ])
  process.stdout.write(
    `\n${title} (processor time, median of ${bare?.us.length ?? 0} interleaved rounds)\n\n`,
  )
  process.stdout.write(`${table(['', 'us each', 'times a Map'], rows)}\n`)
}

const eventOf = (text: string, n: number): WebhookEvent => ({
  kind: 'message',
  key: `m_${n}`,
  pageId: '1',
  psid: '2',
  timestampMs: 1_790_000_000_000,
  standby: false,
  raw: { message: { mid: `m_${n}`, text } },
  mid: `m_${n}`,
  text,
  quickReply: null,
  attachments: [],
  stickerId: null,
  replyToMid: null,
  referral: null,
  commands: [],
})

/** The same words on every run. */
const createWords = (): { word: () => string } => {
  let seed = 7
  const pick = (count: number): number => {
    seed ^= seed << 13
    seed ^= seed >>> 17
    seed ^= seed << 5
    return (seed >>> 0) % count
  }
  return {
    word: () => Array.from({ length: 2 + pick(3) }, () => SYLLABLES[pick(SYLLABLES.length)] ?? '').join(''),
  }
}
