import t from 'tap'
import { wrongsOf } from '../delivery/simulation/judge.ts'
import { simulate, type Scenario, type Step } from '../delivery/simulation/run.ts'

const HOUR_MS = 3_600_000

const write = (page: number, visitor: number, words: string[], more: object = {}): Step => ({
  do: 'write',
  page,
  visitor,
  texts: words,
  slowMs: 0,
  typingMs: 0,
  pass: false,
  ...more,
})
const pass = (ms: number): Step => ({ do: 'pass', ms })
const crash: Step = { do: 'crash', committed: false, downMs: 0 }
const fated = (
  verdict: Scenario['fates'][number]['verdict'],
  more: object = {},
): Scenario['fates'][number] => ({
  verdict,
  carriedOut: false,
  workMs: 0,
  answerMs: 0,
  ...more,
})

const narrow = { maxBusy: 1, maxInFlight: 1, perPage: 1 }
const wide = { maxBusy: 256, maxInFlight: 256, perPage: 192 }

/** What `model.test.ts` once found, by name, and what Facebook was seen to do. */
const FIXED: Record<string, Partial<Scenario>> = {
  'what an event leaves is not forgotten while the replies of its conversation are read': {
    steps: [
      write(0, 1, ['ok']),
      { do: 'turn', times: 4 },
      write(0, 1, []),
      { do: 'restart' },
      { do: 'turn', times: 3 },
      write(0, 1, ['image https://x.y/1.png']),
      pass(10_000),
    ],
    fates: [fated('ok', { workMs: 15_000 })],
  },
  'a send that was carried out and answered with a 5xx is not repeated': {
    steps: [write(0, 0, ['ok', 'fine']), pass(60_000)],
    fates: [fated('ambiguous', { carriedOut: true, answered: true, workMs: 1000 })],
  },
  'a send that was carried out and refused with another code is not repeated': {
    steps: [write(0, 0, ['ok', 'fine']), pass(60_000)],
    fates: [fated('unknown', { carriedOut: true, answered: true })],
  },
  'a picture that Facebook fetches for longer than anyone waits is sent once': {
    steps: [write(0, 0, ['image https://x.y/1.png', 'fine']), pass(300_000)],
    fates: [fated('ambiguous', { carriedOut: true, workMs: 15_000 })],
  },
  'a Page whose turn the limit did not reach is not forgotten': {
    steps: [write(1, 0, ['ok']), write(0, 0, ['ok']), pass(1), write(0, 0, ['ok', 'ok'])],
    fates: [fated('ambiguous', { answerMs: 1 }), fated('ok', { workMs: 15_000 })],
  },
  'an echo that comes while the conversation is read settles the reply': {
    steps: [
      write(0, 0, ['ok']),
      pass(1),
      { do: 'die', page: 0 },
      pass(120_000),
      { do: 'echo', which: 0, times: 1 },
    ],
    fates: [fated('ambiguous', { carriedOut: true })],
  },
  'a limit between two failures to read does not add up to giving up': {
    steps: [write(0, 0, ['ok']), pass(HOUR_MS)],
    fates: [fated('ambiguous', { carriedOut: true })],
    looks: ['transient', 'rate_limited', 'rate_limited', 'rate_limited', 'transient'],
  },
  'the replies of the next event do not overtake those that wait to be stored': {
    steps: [write(0, 0, ['ok', 'ok']), write(0, 1, ['ok']), write(0, 1, ['ok'])],
  },
  'what a conversation left behind is known after the token died and came back': {
    steps: [
      write(0, 0, ['ok']),
      write(1, 0, ['ok'], { slowMs: 5000 }),
      write(1, 1, ['ok', 'ok', 'ok']),
      pass(120_000),
    ],
    fates: [
      fated('ok', { answerMs: 15_000 }),
      fated('ambiguous', { carriedOut: true }),
      fated('ok', { answerMs: 15_000 }),
      fated('token_invalid'),
    ],
    limits: { maxBusy: 2, maxInFlight: 3, perPage: 192 },
  },
  'a reply that waited while the token was replaced goes out with the new one': {
    steps: [write(1, 0, ['ok'], { typingMs: 5000 }), pass(1), { do: 'mend', page: 1 }],
  },
  'a clock a day ahead closes no window': {
    steps: [{ do: 'jump', ms: 24 * HOUR_MS }, write(0, 0, ['ok']), pass(1000), write(0, 0, ['ok'])],
    fates: [fated('ok'), fated('transient')],
  },
  'a clock a day behind closes no window': {
    steps: [{ do: 'jump', ms: -24 * HOUR_MS }, write(0, 0, ['ok']), pass(1000), write(0, 0, ['ok'])],
  },
  'a message is found by its place in the conversation, whatever our clock says': {
    steps: [{ do: 'jump', ms: HOUR_MS }, write(0, 0, ['ok']), pass(HOUR_MS)],
    fates: [fated('ambiguous', { carriedOut: true })],
  },
  'the same words to a forgotten visitor do not pass for a reply in doubt, whatever is done to our clock': {
    steps: [
      write(0, 1, ['ok']),
      pass(60_000),
      { do: 'forget', page: 0, visitor: 1 },
      write(0, 1, ['ok']),
      pass(1),
      { do: 'jump', ms: 30_000 },
    ],
    fates: [fated('ambiguous'), fated('ambiguous', { carriedOut: true, workMs: 15_000 }), fated('ambiguous')],
  },
  'a clock set forward does not cut short the wait for a late send': {
    steps: [write(0, 0, ['ok']), pass(1000), { do: 'jump', ms: HOUR_MS }, pass(1000)],
    fates: [fated('ambiguous', { carriedOut: true, workMs: 15_000 })],
  },
  'a visitor who goes on writing does not hide a reply in doubt': {
    steps: [
      write(0, 0, ['ok']),
      pass(1),
      ...Array.from({ length: 8 }, () => write(0, 0, ['fine'])),
      pass(60_000),
    ],
    fates: [fated('ambiguous', { carriedOut: true })],
  },
  'what goes by its address after its id was refused goes with the token of that moment': {
    steps: [
      write(1, 0, ['image https://x.y/1.png']),
      pass(1000),
      write(1, 0, ['image https://x.y/1.png']),
      pass(400),
      { do: 'mend', page: 1 },
    ],
    fates: [fated('ok'), fated('bad_request', { answerMs: 15_000 })],
  },
  'a token that dies while media are looked up sends nothing more': {
    steps: [
      { do: 'die', page: 0 },
      write(0, 0, ['image https://x.y/1.png']),
      write(1, 0, []),
      write(0, 1, ['ok']),
      pass(120_000),
    ],
    limits: { ...wide, maxBusy: 2 },
  },
  'words said to a forgotten visitor may be taken for the same words to the new one': {
    steps: [
      write(1, 2, ['ok']),
      pass(10_000),
      { do: 'forget', page: 1, visitor: 2 },
      write(1, 2, ['ok', 'ok'], { typingMs: 5000 }),
      pass(10_000),
    ],
    fates: [
      fated('ambiguous', { carriedOut: true, workMs: 15_000 }),
      fated('ambiguous', { carriedOut: true, workMs: 15_000 }),
    ],
  },
  'a visitor who writes while being forgotten is heard': {
    steps: [write(0, 0, ['ok']), pass(1000), { do: 'forget', page: 0, visitor: 0 }, write(0, 0, ['fine'])],
  },
  'the need to mend an upload ends when nothing waits for it': {
    steps: [write(0, 0, ['file a.pdf']), pass(20_000)],
    uploads: [
      { verdict: 'permission', workMs: 0 },
      { verdict: 'bad_request', workMs: 0 },
    ],
  },
}

for (const [name, given] of Object.entries(FIXED)) {
  t.test(name, async (t) => {
    const outcome = await simulate({
      steps: [],
      fates: [],
      looks: [],
      uploads: [],
      limits: narrow,
      echoes: false,
      ...given,
    })
    t.same(wrongsOf(outcome), [], { trace: outcome.trace })
  })
}

t.test(
  'a dead letter is on the disk before the same words are sent again, whenever the bot is killed',
  async (t) => {
    for (let times = 0; times < 40; times += 1) {
      const outcome = await simulate({
        steps: [
          write(0, 0, []),
          write(0, 0, ['ok']),
          write(0, 0, ['ok', 'ok']),
          { do: 'turn', times },
          crash,
        ],
        fates: [fated('ok'), fated('outside_window')],
        looks: [],
        uploads: [],
        limits: narrow,
        echoes: false,
      })
      t.same(wrongsOf(outcome), [], { trace: outcome.trace })
    }
  },
)

t.test('a place that was reserved in vain is offered to conversations that found none', async (t) => {
  // The first visitor's conversation waits two minutes for a limit; only one conversation of the Page is sent for at a time.
  const { delivered } = await simulate({
    steps: [write(0, 0, ['ok']), pass(10_000), write(0, 0, ['ok']), write(0, 1, ['ok']), pass(60_000)],
    fates: [fated('ambiguous', { carriedOut: true })],
    looks: ['rate_limited'],
    uploads: [],
    limits: { ...wide, perPage: 1 },
    echoes: false,
  })
  const [first, second] = ['page-0/psid-0', 'page-0/psid-1'].map(
    (name) => delivered.get(name)?.[0]?.atMs ?? 0,
  )
  t.equal(second, (first ?? 0) + 10_000, 'the second visitor does not wait for the first')
})
