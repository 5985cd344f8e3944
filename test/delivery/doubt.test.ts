import t from 'tap'
import { createDoubtResolver, type DoubtVerdict } from '../../src/delivery/sending/doubt.ts'
import { createPacer } from '../../src/delivery/sending/pacer.ts'
import type { Verdict } from '../../src/graph/error.ts'
import type { QueuedReply } from '../../src/messages.ts'
import type { OutboxClaim, StoredReply } from '../../src/store/store.ts'
import { createFakeClock } from '../helpers/clock.ts'
import { refusal } from './harness.ts'

const SECOND_MS = 1000
const TEXT: QueuedReply = { message: { text: 'hello' } }
const PICTURE: QueuedReply = {
  message: { attachment: { type: 'image', payload: { url: 'https://x.y/1.png' } } },
}

interface Doubt {
  content?: QueuedReply
  /** How long the send took until it failed, ms; null where the bot was killed meanwhile. */
  tookMs: number | null
  /** Whether Facebook itself has ended the call. */
  answered?: boolean
  /** Since when the Page is kept, ms after the try has failed; from the beginning where it is absent. */
  takenAfterMs?: number
  /** What a look at the conversation finds: the message, the visitor's words alone, nothing at all, or a refusal. */
  look: 'there' | 'missing' | 'empty' | Verdict
  /** How Facebook shows the text, where it is not letter for letter what was sent. */
  shown?: string
}

/** When a doubt is settled, in seconds after the send failed, and how. */
const settled = async (facts: Doubt) => {
  const { content = TEXT, tookMs, answered = false, look, shown, takenAfterMs } = facts
  const clock = createFakeClock()
  const reply: StoredReply = {
    id: 'r-1',
    seq: 1,
    body: '',
    acceptedMs: clock.now(),
    doubtSinceMs: clock.now(),
  }
  const claim: OutboxClaim = {
    id: 1,
    conversation: { id: 1, pageId: '100', psid: '700', state: null, windowEndsMs: null },
    replies: [reply],
    maySend: () => true,
    takenMs: 0,
  }
  const own = {
    id: 'mid-1',
    fromId: '100',
    text: shown ?? content.message.text ?? '',
    createdMs: clock.now(),
  }
  const theirs = { id: 'mid-0', fromId: '700', text: 'hi', createdMs: clock.now() }
  const doubt = createDoubtResolver({
    graph: {
      now: clock.now,
      recentMessages: async () => {
        if (look === 'there') return { messages: [own, theirs], next: null }
        if (look === 'missing') return { messages: [theirs], next: null }
        if (look === 'empty') return { messages: [], next: null }
        throw refusal(look)
      },
    },
    store: { sentReplies: async () => [] },
    pacer: createPacer({ clock }),
    clock,
  })
  if (tookMs !== null) {
    doubt.begun(reply)
    await clock.advance(tookMs)
    doubt.tried(reply, content, answered)
  }
  const failedMs = clock.elapsed()
  if (takenAfterMs !== undefined) {
    await clock.advance(takenAfterMs)
    claim.takenMs = clock.elapsed()
  }
  for (;;) {
    const verdict: DoubtVerdict = await doubt.resolve(claim, reply, content, 'token')
    const is = verdict.is === 'not_sent' && !verdict.seen ? 'presumed not sent' : verdict.is
    if (verdict.is !== 'open') return `${is} after ${(clock.elapsed() - failedMs) / SECOND_MS} s`
    await clock.advance(verdict.waitMs)
  }
}

/** The table of docs/adr/0080-what-a-refusal-proves.md: how long a visitor waits. */
const TABLE: Record<string, [Doubt, string]> = {
  'Facebook answered, and the message is there': [
    { tookMs: 100, answered: true, look: 'there' },
    'sent after 3 s',
  ],
  'Facebook answered, and the message is not there': [
    { tookMs: 100, answered: true, look: 'missing' },
    'not_sent after 3 s',
  ],
  'Facebook answered for what it fetches, and the message is not there': [
    { content: PICTURE, tookMs: 40_000, answered: true, look: 'missing' },
    'not_sent after 3 s',
  ],
  'no answer, and the message is there': [{ tookMs: 15_000, look: 'there' }, 'sent after 3 s'],
  'no answer, and the message is not there': [{ tookMs: 15_000, look: 'missing' }, 'not_sent after 5 s'],
  'the connection broke at once, and the message is not there': [
    { tookMs: 0, look: 'missing' },
    'not_sent after 20 s',
  ],
  'the connection broke while Facebook may be fetching something': [
    { content: PICTURE, tookMs: 1000, look: 'missing' },
    'not_sent after 94 s',
  ],
  'the Page was taken back from another instance, which may have sent it just now': [
    { tookMs: 100, answered: true, takenAfterMs: 600_000, look: 'missing' },
    'not_sent after 620 s',
  ],
  'the bot was killed, and the message is there': [{ tookMs: null, look: 'there' }, 'sent after 3 s'],
  'the bot was killed, and the message is not there': [
    { tookMs: null, look: 'missing' },
    'not_sent after 20 s',
  ],
  'the bot was killed while Facebook may be fetching something': [
    { content: PICTURE, tookMs: null, look: 'missing' },
    'not_sent after 95 s',
  ],
  'the conversation may not be read': [
    { tookMs: 100, answered: true, look: 'permission' },
    'presumed not sent after 23 s',
  ],
  'the conversation is shown without any message': [
    { tookMs: 100, answered: true, look: 'empty' },
    'presumed not sent after 23 s',
  ],
  'the message is shown with other spaces and accents': [
    {
      content: { message: { text: 'We are\u00a0open:\r\n  Cafe\u0301 ' } },
      tookMs: 100,
      answered: true,
      look: 'there',
      shown: 'We are open:\nCaf\u00e9',
    },
    'sent after 3 s',
  ],
  'a look fails in passing, for as long as it is tried': [
    { tookMs: 100, answered: true, look: 'transient' },
    'presumed not sent after 303 s',
  ],
}

for (const [name, [doubt, wanted]] of Object.entries(TABLE)) {
  t.test(`a doubt is settled: ${name}`, async (t) => t.equal(await settled(doubt), wanted))
}
