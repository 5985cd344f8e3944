import fc from 'fast-check'
import t from 'tap'
import type { Json } from '../../src/base/json.ts'
import type { WebhookEvent } from '../../src/webhook/events.ts'
import { toNewEvents } from '../../src/webhook/inbox.ts'
import { normalise } from '../helpers/normalise.ts'

const PAGE = '100'
const VISITOR = '700'
const NOW = 1_800_000_000_000
const WHEN = 1_767_225_600_123

t.test('every item of every entry becomes an event, in order', async (t) => {
  const events = normalise(
    [
      { id: PAGE, time: 1, messaging: [message({ mid: 'a' }), message({ mid: 'b' })] },
      { id: '200', time: 1, standby: [message({ mid: 'c' })], messaging: [message({ mid: 'd' })] },
      { id: PAGE, time: 1, changes: [{ field: 'feed', value: { item: 'status' } }] },
    ],
    NOW,
  )

  t.same(
    events.map(({ key, pageId, standby }) => [key.slice(0, 17), pageId, standby]),
    [
      ['message:a', PAGE, false],
      ['message:b', PAGE, false],
      ['message:d', '200', false],
      ['standby:message:c', '200', true],
      [events[4]?.key.slice(0, 17), PAGE, false],
    ],
  )
  t.match(events[4], { kind: 'change', field: 'feed', psid: null, value: { item: 'status' } })
})

t.test('a Page that writes to itself is no visitor', async (t) => {
  const own = { sender: { id: PAGE }, recipient: { id: PAGE }, timestamp: WHEN }
  const items = [
    { ...own, message: { mid: 'm_self', text: 'hi' } },
    { ...own, postback: { mid: 'm_tap', payload: 'x' } },
  ]
  const events = normalise([{ id: PAGE, time: WHEN, messaging: items }], NOW)
  t.same(
    events.map(({ kind, psid }) => [kind, psid]),
    [
      ['message', null],
      ['postback', null],
    ],
  )
})

t.test('what a person of the Page taps or reacts to is no deed of the visitor', async (t) => {
  const byPage = { sender: { id: PAGE }, recipient: { id: VISITOR }, timestamp: WHEN }
  const deeds = [
    { reaction: { mid: 'm_1', action: 'react', reaction: 'love', emoji: '❤' } },
    { postback: { mid: 'm_2', payload: 'hours', title: 'Hours' } },
    { referral: { ref: 'r', source: 'SHORTLINK' } },
    { optin: { ref: 'r' } },
    { read: { watermark: WHEN } },
  ]
  for (const deed of deeds) {
    const [event] = toNewEvents([{ id: PAGE, time: WHEN, messaging: [{ ...byPage, ...deed }] }], NOW)
    t.match(event, { kind: 'unknown', opensWindow: false, content: { keys: Object.keys(deed) } })
    t.not(read({ ...byPage, sender: { id: VISITOR }, recipient: { id: PAGE }, ...deed }).kind, 'unknown')
  }
})

t.test('a message with all it can carry', async (t) => {
  t.match(
    read({
      message: {
        mid: 'm_1',
        text: 'flights to LAX',
        quick_reply: { payload: 'PICK' },
        reply_to: { mid: 'm_0', is_self_reply: false },
        referral: { ref: 'r', ad_id: 9, source: 'ADS', type: 'OPEN_THREAD' },
        commands: [{ name: 'flights' }, { nome: 'x' }],
      },
    }),
    {
      kind: 'message',
      key: 'message:m_1',
      pageId: PAGE,
      psid: VISITOR,
      timestampMs: WHEN,
      standby: false,
      mid: 'm_1',
      text: 'flights to LAX',
      quickReply: 'PICK',
      replyToMid: 'm_0',
      referral: { ref: 'r', adId: '9', source: 'ADS', type: 'OPEN_THREAD' },
      commands: ['flights'],
      attachments: [],
      stickerId: null,
    },
  )
})

t.test('a message with nothing in it is still a message', async (t) => {
  const event = read({ message: {} })
  t.match(event, { kind: 'message', mid: null, text: null, attachments: [], commands: [] })
  t.match(event.key, /^message:[\w-]{43}$/)
})

t.test('all three generations of stickers are stickers', async (t) => {
  const payload = { url: 'https://cdn.example/s.png', sticker_id: 369239263222822 }
  for (const sticker of [
    { sticker_id: 369239263222822, attachments: [{ type: 'image', payload: { url: 'x' } }] },
    { attachments: [{ type: 'image', payload }] },
    {
      attachments: [
        { type: 'image', payload },
        { type: 'sticker', payload },
      ],
    },
    { attachments: [{ type: 'sticker', payload: { ...payload, sticker_id: '369239263222822' } }] },
  ]) {
    t.match(read({ message: sticker }), { stickerId: '369239263222822' })
  }
  t.match(read({ message: { attachments: [{ type: 'image', payload: { url: 'x' } }] } }), { stickerId: null })
})

t.test('a fallback attachment may have its link anywhere, or none', async (t) => {
  const attachments = [
    { type: 'fallback', payload: { url: 'https://a.example', title: 'A' } },
    { type: 'fallback', payload: null, title: 'B', URL: 'https://b.example' },
    { type: 'fallback', title: 'C', url: 'https://c.example' },
    // rapidpro/rapidpro#325, airyhq/airy#897
    { type: 'fallback', title: 'Attachment Unavailable', url: '', payload: null },
    { type: 'fallback', url: 'https://d.example', payload: { url: '', title: ' ' } },
    { type: 'fallback' },
    null,
    'text',
  ]
  t.same((read({ message: { attachments } }) as { attachments: unknown }).attachments, [
    {
      type: 'fallback',
      url: 'https://a.example',
      title: 'A',
      payload: { url: 'https://a.example', title: 'A' },
    },
    { type: 'fallback', url: 'https://b.example', title: 'B', payload: null },
    { type: 'fallback', url: 'https://c.example', title: 'C', payload: null },
    { type: 'fallback', url: null, title: 'Attachment Unavailable', payload: null },
    { type: 'fallback', url: 'https://d.example', title: null, payload: { url: '', title: ' ' } },
    { type: 'fallback', url: null, title: null, payload: null },
    { type: 'unknown', url: null, title: null, payload: null },
    { type: 'unknown', url: null, title: null, payload: null },
  ])
})

t.test('an echo belongs to the visitor who got it', async (t) => {
  const echo = {
    sender: { id: PAGE },
    recipient: { id: VISITOR },
    message: { is_echo: true, mid: 'm_e', app_id: 263902037430900, metadata: 'out-42', text: 'hi' },
  }
  const expected = {
    kind: 'echo',
    key: 'echo:m_e',
    psid: VISITOR,
    appId: '263902037430900',
    metadata: 'out-42',
    text: 'hi',
  }
  t.match(read(echo), expected)
  t.match(read({ ...echo, message: { ...echo.message, is_echo: undefined as unknown as null } }), expected)
})

t.test('the visitor of a handover event is the party that is not the Page', async (t) => {
  const control = {
    pass_thread_control: { previous_owner_app_id: null, new_owner_app_id: 123, metadata: 'm' },
  }
  const expected = {
    kind: 'pass_thread_control',
    psid: VISITOR,
    previousOwnerAppId: null,
    newOwnerAppId: '123',
    metadata: 'm',
  }
  t.match(read({ ...control, sender: { id: VISITOR }, recipient: { id: PAGE } }), expected)
  t.match(read({ ...control, sender: { id: PAGE }, recipient: { id: VISITOR } }), expected)
})

t.test('a label of the inbox belongs to the visitor it was put on', async (t) => {
  const value = { user: { id: 700 }, action: 'add', label: { id: 1, page_label_name: 'VIP' } }
  t.match(normalise([{ id: PAGE, time: 1_767_225_600, changes: [{ field: 'inbox_labels', value }] }], NOW), [
    {
      kind: 'inbox_label',
      psid: VISITOR,
      timestampMs: 1_767_225_600_000,
      action: 'add',
      labelId: '1',
      labelName: 'VIP',
    },
  ])
})

t.test('a messaging item wrapped in a change is what it is', async (t) => {
  const value = { sender: { id: VISITOR }, recipient: { id: PAGE }, message: { mid: 'm_1', text: 'hi' } }
  t.match(normalise([{ id: PAGE, changes: [{ field: 'messages', value }] }], NOW), [
    { kind: 'message', key: 'message:m_1', psid: VISITOR, standby: false },
  ])
  t.match(normalise([{ id: PAGE, changes: [{ field: 'standby', value }] }], NOW), [{ standby: true }])
  t.match(normalise([{ id: PAGE, changes: [{ field: 'feed', value: { message: 'a post' } }] }], NOW), [
    { kind: 'change', field: 'feed' },
  ])
})

t.test('times come in s, ms, µs or ns, as numbers or texts, or not at all', async (t) => {
  const at = (timestamp: Json, time: Json = 1_500_000_000_000) =>
    normalise([{ id: PAGE, time, messaging: [{ timestamp }] }], NOW)[0]?.timestampMs
  t.equal(at(1_767_225_600_123), 1_767_225_600_123)
  t.equal(at('1767225600123'), 1_767_225_600_123)
  t.equal(at(1_767_225_600), 1_767_225_600_000)
  t.equal(at('1527459824'), 1_527_459_824_000)
  t.equal(at(1_767_225_600_123_456), 1_767_225_600_123)
  t.equal(at('1767225600123456789'), 1_767_225_600_123)
  for (const nonsense of [null, '', 'soon', -1, 0, true, [], {}, 1e300, 'NaN']) {
    t.equal(at(nonsense), 1_500_000_000_000, `${JSON.stringify(nonsense)} falls back to the entry's time`)
  }
  t.equal(at(null, '1458692752478'), 1_458_692_752_478)
  t.equal(at(null, null), NOW, 'and without any, to when it came in')
})

t.test('ids come as numbers or texts', async (t) => {
  const [event] = normalise(
    [{ id: 1234, messaging: [{ sender: { id: 5678 }, recipient: { id: 1234 }, message: { mid: 9 } }] }],
    NOW,
  )
  t.match(event, { pageId: '1234', psid: '5678', mid: '9', key: 'message:9' })
})

t.test('what no database takes for an id is none', async (t) => {
  for (const id of ['7\0', '7\ud800', '9'.repeat(501), '']) {
    const item = { sender: { id }, recipient: { id: PAGE }, message: { mid: id, text: 'hi' } }
    t.match(normalise([{ id, messaging: [item] }], NOW), [
      { pageId: PAGE, psid: null, mid: null, text: 'hi' },
    ])
  }
})

t.test('without an id the entry belongs to whom the message was for', async (t) => {
  const item = { sender: { id: VISITOR }, recipient: { id: PAGE }, message: { mid: 'm' } }
  t.match(normalise([{ messaging: [item] }], NOW), [{ pageId: PAGE, psid: VISITOR }])
})

t.test(
  'an event without an id of its own has the same key at every delivery, and no other event has it',
  async (t) => {
    const delivery = { sender: { id: VISITOR }, recipient: { id: PAGE }, delivery: { watermark: 1 } }
    const key = (item: Json, time: number, pageId = PAGE) =>
      normalise([{ id: pageId, time, messaging: [item] }], NOW)[0]?.key

    t.equal(key(delivery, 1), key(structuredClone(delivery), 2))
    t.not(key(delivery, 1), key({ ...delivery, delivery: { watermark: 2 } }, 1))
    t.not(key(delivery, 1), key(delivery, 1, '200'))
  },
)

t.test('the same change at another time is another event', async (t) => {
  const value = { user: { id: VISITOR }, action: 'add', label: { id: '1' } }
  const key = (time: number) =>
    normalise([{ id: PAGE, time, changes: [{ field: 'inbox_labels', value }] }], NOW)[0]?.key

  t.equal(key(1_767_225_600), key(1_767_225_600))
  t.not(key(1_767_225_600), key(1_767_225_601))
})

t.test('what Facebook invents next is kept as unknown', async (t) => {
  t.match(normalise([{ id: PAGE, time: WHEN, messaging_v2: [{ any: 1 }] }], NOW), [
    { kind: 'unknown', pageId: PAGE, timestampMs: WHEN, raw: { messaging_v2: [{ any: 1 }] } },
  ])
  t.match(
    normalise([{ id: PAGE, time: WHEN, messaging: [], calls: [{ any: 1 }] }], NOW),
    [{ kind: 'unknown', raw: { calls: [{ any: 1 }] } }],
    'also beside an empty list',
  )
  const entry = { id: PAGE, time: WHEN, messaging: [message({ mid: 'a' })] }
  const beside = normalise([{ ...entry, calls: [{ any: 1 }] }], NOW)
  t.match(beside, [{ key: 'message:a' }, { kind: 'unknown', keys: ['id', 'time', 'calls'], psid: null }])
  t.same(beside[1]?.raw, { id: PAGE, time: WHEN, calls: [{ any: 1 }] }, 'the known list is not kept twice')
  for (const hops of [[{ app_id: 1, metadata: 'messenger_platform' }], { app_id: 1, metadata: '' }])
    t.equal(normalise([{ ...entry, hop_context: hops }], NOW).length, 1, 'comes beside each message')
  t.match(normalise([{ id: PAGE, messaging: [null, 5, 'x', []] }], NOW), [
    { kind: 'unknown', keys: [] },
    { kind: 'unknown', keys: [] },
    { kind: 'unknown', keys: [] },
    { kind: 'unknown', keys: [] },
  ])
})

t.test('where there is nothing to read there are no events', async (t) => {
  for (const entries of [
    undefined,
    null,
    [],
    'x',
    7,
    [null],
    ['x'],
    [{ id: PAGE, messaging: [] }],
    [{ messaging: null }],
  ]) {
    t.same(normalise(entries, NOW), [], JSON.stringify(entries))
  }
})

t.test('a lone object does for a list of one', async (t) => {
  t.match(normalise({ id: PAGE, messaging: message({ mid: 'a' }) }, NOW), [{ key: 'message:a' }])
})

t.test('no JSON value whatever makes it throw, and every event has its essentials', async (t) => {
  const check = (entries: Json) => {
    for (const event of normalise(entries, NOW)) {
      const { key, kind, pageId, psid, timestampMs, standby, raw } = event
      if (
        !(key.includes(`${kind}:`) && key.length > kind.length + 1) ||
        typeof pageId !== 'string' ||
        !(psid === null || psid !== '') ||
        !Number.isSafeInteger(timestampMs) ||
        typeof standby !== 'boolean' ||
        typeof raw !== 'object'
      ) {
        throw new Error(`incomplete: ${JSON.stringify(event)}`)
      }
    }
  }
  fc.assert(fc.property(fc.jsonValue() as fc.Arbitrary<Json>, check))
  fc.assert(fc.property(crooked, check), { numRuns: 2000 })
  t.pass('2100 callbacks')
})

function read(item: Json): WebhookEvent {
  const whole = { sender: { id: VISITOR }, recipient: { id: PAGE }, timestamp: WHEN, ...(item as object) }
  const [event] = normalise([{ id: PAGE, time: 1, messaging: [whole] }], NOW)
  if (!event) throw new Error('no event')
  return event
}

function message(body: Json): Json {
  return { sender: { id: VISITOR }, recipient: { id: PAGE }, timestamp: WHEN, message: body }
}

/** Callbacks that look right from afar: the names are Facebook's, what is behind them is anything. */
const NAMES =
  `message postback delivery read reaction message_edit optin app_roles order form template referral
  pass_thread_control take_thread_control request_thread_control policy-enforcement account_linking game_play
  messaging_feedback response_feedback sender recipient timestamp id mid text attachments payload sticker_id mids
  watermark num_edit type url quick_reply commands reply_to is_echo label user __proto__ constructor`.split(
    /\s+/,
  )
const { crooked } = fc.letrec<{ value: Json; crooked: Json }>((tie) => ({
  value: fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    fc.jsonValue({ maxDepth: 1 }) as fc.Arbitrary<Json>,
    fc.array(tie('value'), { maxLength: 3 }),
    fc.dictionary(fc.constantFrom(...NAMES), tie('value'), { maxKeys: 4 }),
  ),
  crooked: fc.array(
    fc.record(
      {
        id: tie('value'),
        time: tie('value'),
        messaging: fc.array(tie('value'), { maxLength: 3 }),
        standby: tie('value'),
        changes: fc.array(
          fc.record({
            field: fc.constantFrom<Json>('feed', 'inbox_labels', 'messages', null),
            value: tie('value'),
          }),
        ),
      },
      { requiredKeys: [] },
    ) as unknown as fc.Arbitrary<Json>,
    { maxLength: 2 },
  ),
}))
