import t from 'tap'
import { createTranscripts, type TranscriptLine } from '../../src/console/transcript.ts'
import { GraphError, type Verdict } from '../../src/graph/error.ts'
import type { RecentMessage } from '../../src/graph/graph.ts'
import type { KeptConversation } from '../../src/store/store.ts'
import { readStoredEvent, toNewEvents } from '../../src/webhook/inbox.ts'
import { operatorEvent } from '../../src/webhook/operator-event.ts'
import { createFakeClock } from '../helpers/clock.ts'

const WHO = { pageId: '100', psid: '700' }
const NOW = Date.UTC(2026, 10, 21, 12)

const kept = (over: Partial<KeptConversation> = {}): KeptConversation => ({
  windowEndsMs: null,
  events: [],
  replies: [],
  sent: [],
  dead: [],
  ...over,
})

const told = (id: string, fromId: string, text: string, second: number): RecentMessage => ({
  id,
  fromId,
  text,
  createdMs: NOW + second * 1000,
})

const event = (message: object, second: number) => ({
  seq: second,
  acceptedMs: NOW + second * 1000,
  body:
    toNewEvents(
      [
        {
          id: '100',
          time: NOW,
          messaging: [{ sender: { id: '700' }, recipient: { id: '100' }, ...message }],
        },
      ],
      NOW,
    )[0]?.body ?? '',
})

const reply = (id: string, second: number, item: unknown, doubtSinceMs: number | null = null) => ({
  id,
  seq: second,
  acceptedMs: NOW + second * 1000,
  doubtSinceMs,
  body: JSON.stringify(item),
})

const world = (over: {
  kept?: KeptConversation | null
  /** Latest first, as Graph tells them; or why it does not; or never. */
  facebook?: RecentMessage[] | Verdict | 'silence'
  token?: string | null
}) => {
  const { facebook = [], token = 'page-token-1' } = over
  const clock = createFakeClock()
  const suspected: string[] = []
  const open = createTranscripts({
    store: { conversation: async () => (over.kept === undefined ? kept() : over.kept) },
    graph: {
      recentMessages: async () => {
        if (facebook === 'silence') return new Promise(() => undefined)
        if (typeof facebook !== 'string') return { messages: facebook, next: null }
        throw new GraphError('refused', {
          verdict: facebook,
          edge: 'conversations',
          graphCode: 1,
          subcode: null,
          fbtraceId: null,
          httpStatus: 400,
          retryAfterMs: null,
        })
      },
    },
    tokens: { tokenFor: () => token, suspect: (_pageId, bad) => void suspected.push(bad) },
    read: readStoredEvent,
    clock,
  })
  return { open: () => open(WHO), clock, suspected }
}

const said = (lines: readonly TranscriptLine[]): string[] =>
  lines.map(({ by, text, state }) => `${typeof by === 'string' ? by : by.person} ${state.is}: ${text ?? '?'}`)

t.test('what Facebook has and what the store keeps are one story, in the order of time', async (t) => {
  const { open } = world({
    facebook: [
      told('m_5', '700', 'and now?', 40),
      told('m_4', '100', 'a colleague writes', 30),
      told('m_3', '100', '', 20),
      told('m_2', '100', 'We are open.', 10),
      told('m_1', '700', 'when?', 0),
    ],
    kept: kept({
      sent: [
        { replyId: 'r3', messageId: 'm_3', sentMs: NOW + 20_100, by: null },
        { replyId: 'r2', messageId: 'm_2', sentMs: NOW + 10_100, by: null },
        { replyId: 'r1', messageId: 'm_0', sentMs: NOW - 86_400_000, by: null },
      ],
      dead: [
        {
          id: 'r01',
          acceptedMs: NOW + 25_000,
          diedMs: NOW + 26_000,
          reason: 'bad_request',
          error: null,
          body: '{"message":{"text":"as long"}}',
        },
        {
          id: 'r0',
          acceptedMs: NOW + 25_000,
          diedMs: NOW + 26_000,
          reason: 'bad_request',
          error: null,
          body: '{"message":{"text":"too long"}}',
        },
      ],
      events: [event({ timestamp: NOW, message: { mid: 'm_5', text: 'and now?' } }, 41)],
      replies: [
        reply('r4', 50, { message: { text: 'soon' } }),
        reply('r5', 51, { message: { text: 'sooner' } }, NOW),
      ],
    }),
  })
  const transcript = await open()
  t.equal(transcript?.withoutFacebook, null)
  t.same(said(transcript?.lines ?? []), [
    'bot sent: ?',
    'visitor received: when?',
    'bot sent: We are open.',
    'bot sent: [no text: an attachment or a button]',
    'bot dead: too long',
    'bot dead: as long',
    'page elsewhere: a colleague writes',
    'visitor unhandled: and now?',
    'bot waiting: soon',
    'bot in_doubt: sooner',
  ])
})

t.test(
  'an answer of a person bears the name of the person at every stage, and no other message does',
  async (t) => {
    const written = { message: { text: 'Ann here.' }, by: 'ann' }
    const deed = operatorEvent({
      id: 'form-12345',
      ...WHO,
      atMs: NOW,
      did: 'say',
      text: 'Still me.',
      by: 'ann',
    })
    const stages = kept({
      sent: [
        { replyId: 'r3', messageId: 'm_3', sentMs: NOW + 3000, by: 'ann' },
        { replyId: 'r2', messageId: 'm_2', sentMs: NOW + 2000, by: null },
        { replyId: 'r1', messageId: 'm_1', sentMs: NOW - 86_400_000, by: 'bo' },
      ],
      dead: [
        {
          id: 'r4',
          acceptedMs: NOW + 5000,
          diedMs: NOW + 6000,
          reason: 'outside_window',
          error: null,
          body: JSON.stringify(written),
        },
      ],
      replies: [reply('r5', 6, written), reply('r6', 7, { do: 'take' }), reply('r7', 7, null)],
      events: [{ seq: 8, acceptedMs: NOW + 8000, body: deed.body }],
    })
    const facebook = [
      told('m_4', '100', 'from the inbox', 4),
      told('m_3', '100', 'Ann here.', 3),
      told('m_2', '100', 'We are open.', 2),
    ]
    t.same(said((await world({ kept: stages, facebook }).open())?.lines ?? []), [
      'bo sent: ?',
      'bot sent: We are open.',
      'ann sent: Ann here.',
      'page elsewhere: from the inbox',
      'ann dead: Ann here.',
      'ann waiting: Ann here.',
      'bot waiting: [takes the conversation back]',
      'bot waiting: [damaged: it cannot be read]',
      'ann unhandled: Still me.',
    ])
  },
)

t.test('where Facebook does not tell, what is kept is told, and why there is no more', async (t) => {
  const mine = kept({
    sent: [{ replyId: 'r1', messageId: null, sentMs: NOW, by: null }],
    events: [event({ timestamp: NOW, message: { mid: 'm_5', text: 'hello' } }, 1)],
  })
  const lines = ['bot sent: ?', 'visitor unhandled: hello']

  const dead = await world({ kept: mine, token: null }).open()
  t.match(dead?.withoutFacebook, /until the Page has a token/)
  t.same(said(dead?.lines ?? []), lines)

  const refused = await world({ kept: mine, facebook: 'permission' }).open()
  t.match(refused?.withoutFacebook, /did not tell: refused/)
  t.same(said(refused?.lines ?? []), lines)

  const silent = world({ kept: mine, facebook: 'silence' })
  const opening = silent.open()
  await silent.clock.advance(5000)
  t.match(await opening, { withoutFacebook: /in time/ })
  t.equal(silent.clock.pending(), 0)
})

t.test('a token that turns out dead here is doubted', async (t) => {
  const { open, suspected } = world({ facebook: 'token_invalid' })
  await open()
  t.same(suspected, ['page-token-1'])
})

t.test('what is no text is told by what it is; an empty message is left out', async (t) => {
  const { open } = world({
    kept: kept({
      events: [
        event({ timestamp: NOW, message: { mid: 'a', attachments: [{ type: 'image', payload: {} }] } }, 1),
        event({ timestamp: NOW, postback: { title: 'Opening hours', payload: 'hours' } }, 2),
        event({ timestamp: NOW, read: { watermark: NOW } }, 3),
        event({ timestamp: NOW, reaction: { mid: 'm', action: 'react', emoji: '❤️' } }, 4),
      ],
      replies: [
        reply('1', 5, {
          message: { attachment: { type: 'image', payload: { url: 'https://example.com/a.png' } } },
        }),
        reply('2', 6, {
          message: { attachment: { type: 'template', payload: { template_type: 'button', text: 'Choose' } } },
        }),
        reply('3', 7, {
          message: { attachment: { type: 'template', payload: { template_type: 'generic' } } },
        }),
        reply('4', 8, { do: 'handover' }),
      ],
    }),
  })
  t.same(
    (await open())?.lines.map(({ text }) => text),
    [
      '[no text: an attachment]',
      '[pressed: Opening hours]',
      '[reaction]',
      '[image]',
      'Choose',
      '[generic]',
      '[hands the conversation over to a person]',
    ],
  )
})

t.test('of whom nothing was ever heard there is no transcript', async (t) => {
  t.equal(await world({ kept: null }).open(), null)
})
