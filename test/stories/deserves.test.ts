import fc from 'fast-check'
import t from 'tap'
import { createConversationEngine } from '../../src/conversation/conversation.ts'
import { OWN_LOOKUPS } from '../../src/conversation/speaking.ts'
import { withNotes } from '../../src/conversation/deserves/noting.ts'
import type { ScriptResult } from '../../src/conversation/view.ts'
import { parseScript } from '../../src/script/parse.ts'
import type { JsonObject } from '../../src/base/json.ts'
import { eventOf, toNewEvents } from '../../src/webhook/inbox.ts'
import { roundsOr, SEED } from '../helpers/faults.ts'
import { createWorld } from '../delivery/harness.ts'

/**
 * What deserves an answer, with the real script, dispatcher, sender and store: whatever one visitor does, at whatever pace,
 * with callbacks that come twice or late and a bot that is started anew in between. What has to hold is said here without
 * the rules of `src/conversation/deserves`.
 */
const RUNS = roundsOr(25, 20)

const SECOND_MS = 1000
const TWICE_MS = 2 * SECOND_MS
const TOGETHER_MS = 5 * SECOND_MS
const LATELY_MS = 600 * SECOND_MS
const HANDFUL = 5
const LATE_MS = 10 * SECOND_MS
const PAGE = '100'

const SCRIPT = `
replies:
  hours: { title: Hours, when: hours, say: H }
  welcome: { title: Welcome, when: { ad: any }, say: W }
fallback: { say: F }
`

type What =
  | { is: 'tap'; what: string; as: 'postback' | 'quick_reply' }
  | { is: 'words'; what: string }
  | { is: 'picture'; what: '' }
  | { is: 'ad'; what: string }

interface Move {
  deed: What
  /** So long after the one before. */
  afterMs: number
  /** Whether the callback comes twice. */
  isRepeated: boolean
  /** Whether the callback comes after that of the next one. */
  isLate: boolean
  /** Whether the bot is started anew afterwards. */
  isRestarted: boolean
}

const deed: fc.Arbitrary<What> = fc.oneof(
  fc.record({
    is: fc.constant('tap' as const),
    what: fc.constantFrom('hours', 'welcome'),
    as: fc.constantFrom('postback' as const, 'quick_reply' as const),
  }),
  {
    weight: 2,
    arbitrary: fc.record({
      is: fc.constant('words' as const),
      what: fc.constantFrom('I am away.', 'I am away.', 'hours', 'Leave a message.'),
    }),
  },
  fc.constant({ is: 'picture' as const, what: '' as const }),
  fc.record({ is: fc.constant('ad' as const), what: fc.constantFrom('9', '10') }),
)

const move: fc.Arbitrary<Move> = fc.record({
  deed,
  afterMs: fc.constantFrom(0, 1, 300, 1900, 2100, 4900, 5100, 60_000, 599_000, 601_000),
  isRepeated: fc.constantFrom(false, false, true),
  isLate: fc.constantFrom(false, false, false, true),
  isRestarted: fc.constantFrom(false, false, false, false, true),
})

interface Happened {
  mid: string
  deed: What
  atMs: number
  isAnswered: boolean
}

t.test(
  'with any acts of a visitor, nothing is answered twice, and what stands alone is answered',
  async (t) => {
    const script = parseScript(SCRIPT, { file: 'bot.yaml', variables: Object.keys(OWN_LOOKUPS) })
    const conversation = createConversationEngine({ script: () => script, appId: '1', lookups: OWN_LOOKUPS })
    const handle = withNotes(conversation.handle)
    const world = await createWorld(t, {
      read: eventOf,
      patienceMs: conversation.patienceMs,
      // The answer says which message it answers.
      handle: async (event, view) => {
        const result: ScriptResult = await handle(event, view)
        const mid = event.kind === 'message' || event.kind === 'postback' ? event.mid : event.key
        return { ...result, replies: result.replies.map(() => ({ message: { text: mid ?? '' } })) }
      },
    })
    world.delivery.start()
    let visitors = 0
    let messages = 0

    const play = async (moves: readonly Move[]): Promise<Happened[]> => {
      const psid = `psid-${(visitors += 1)}`
      const happened: Happened[] = []
      let late: (() => Promise<unknown>) | null = null
      for (const { deed, afterMs, isRepeated, isLate, isRestarted } of moves) {
        // Facebook overtakes a failed callback by later ones for a while, not for ever.
        if (afterMs > LATE_MS && late !== null) {
          await late()
          late = null
        }
        await world.clock.advance(afterMs)
        const atMs = world.clock.now()
        const mid = `${psid}-${(messages += 1)}`
        const content = contentOf(deed, mid)
        const item = { sender: { id: psid }, recipient: { id: PAGE }, timestamp: atMs, ...content }
        const events = toNewEvents([{ id: PAGE, time: atMs, messaging: [item] }], atMs)
        const name = deed.is === 'ad' ? (events[0]?.key ?? '') : mid
        // Two clicks at the same moment are one event.
        if (!happened.some((other) => other.mid === name))
          happened.push({ mid: name, deed, atMs, isAnswered: false })
        const arrive = async (): Promise<void> => {
          for (let times = isRepeated ? 2 : 1; times > 0; times -= 1) await world.store.accept(events)
        }
        const before = late
        late = null
        if (isLate && before === null) late = arrive
        else await arrive()
        await before?.()
        if (isRestarted) await world.restart()
      }
      await late?.()
      await world.until(async () => {
        await world.clock.advance(500)
        const { inbox, outbox } = await world.store.counts()
        return inbox === 0 && outbox.size === 0
      }, 'everything is handled and sent')
      const answers = world.graph.accepted.splice(0)
      for (const one of happened) one.isAnswered = answers.includes(one.mid)
      if (new Set(answers).size < answers.length) throw new Error(`answered twice: ${answers.join()}`)
      // The next visitor has nothing to do with this one, nor does the order of their clocks.
      return happened
    }

    await fc.assert(
      fc.asyncProperty(fc.array(move, { maxLength: 24, size: 'max' }), async (moves) => {
        const happened = await play(moves)
        const wrongs = wrongsOf(happened)
        if (wrongs.length > 0)
          throw new Error(`${wrongs.join('; ')}\n${happened.map((one) => JSON.stringify(one)).join('\n')}`)
      }),
      { numRuns: RUNS, seed: SEED },
    )
    t.pass(`${visitors} visitors from seed ${SEED}`)
  },
)

const contentOf = (deed: What, mid: string): JsonObject => {
  switch (deed.is) {
    case 'tap':
      return deed.as === 'postback'
        ? { postback: { mid, title: 'Title', payload: deed.what } }
        : { message: { mid, text: 'Title', quick_reply: { payload: deed.what } } }
    case 'words':
      return { message: { mid, text: deed.what } }
    case 'picture':
      return { message: { mid, attachments: [{ type: 'image', payload: { url: 'https://x.y' } }] } }
    case 'ad':
      return { referral: { source: 'ADS', type: 'OPEN_THREAD', ad_id: deed.what } }
  }
}

const wrongsOf = (happened: readonly Happened[]): string[] => {
  const wrongs: string[] = []
  const near = (one: Happened, withinMs: number, is: (deed: What) => boolean): Happened[] =>
    happened.filter((other) => other !== one && is(other.deed) && Math.abs(other.atMs - one.atMs) <= withinMs)
  for (const one of happened) {
    const { mid, deed, isAnswered } = one
    const isAlike = (other: What): boolean => other.is === deed.is && other.what === deed.what
    const expect = (wanted: boolean, why: string): void => {
      if (isAnswered !== wanted)
        wrongs.push(`${mid} (${deed.is}) ${isAnswered ? 'is' : 'is not'} answered: ${why}`)
    }
    const alike = (withinMs: number): Happened[] => near(one, withinMs, isAlike)
    const answeredAlike = (withinMs: number): Happened[] =>
      alike(withinMs).filter((other) => other.isAnswered)
    switch (deed.is) {
      case 'tap':
        if (alike(TWICE_MS).length === 0) expect(true, 'no other tap is near')
        if (answeredAlike(TWICE_MS).length > 0) expect(false, 'the same tap is answered')
        break
      case 'words':
        if (alike(LATELY_MS).length < HANDFUL)
          expect(true, 'the same words came less than a handful of times')
        if (isAnswered) {
          const since = answeredAlike(LATELY_MS - 1).filter((other) => other.atMs <= one.atMs)
          if (since.length >= HANDFUL) expect(false, 'the same words were answered a handful of times')
        }
        break
      case 'picture': {
        const company = near(one, TOGETHER_MS, (other) => other.is === 'words' || other.is === 'picture')
        if (company.length === 0) expect(true, 'it stands alone')
        if (company.some((other) => other.deed.is === 'picture' && other.isAnswered))
          expect(false, 'a picture beside it is answered')
        break
      }
      case 'ad':
        if (alike(LATELY_MS).length === 0) expect(true, 'no other click is near')
        if (answeredAlike(LATELY_MS - 1).length > 0) expect(false, 'the same ad is answered')
        break
    }
  }
  return wrongs
}
