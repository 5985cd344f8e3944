import fc from 'fast-check'
import t from 'tap'
import type { Json } from '../../src/base/json.ts'
import type { NewEvent } from '../../src/store/store.ts'
import { eventOf, opensWindow, readStoredEvent, toNewEvents } from '../../src/webhook/inbox.ts'
import { textCallback } from '../helpers/sign.ts'
import { normalise } from '../helpers/normalise.ts'

const NOW = 1_800_000_000_000

t.test('an event goes to the store with all the store asks for', async (t) => {
  const events: NewEvent[] = toNewEvents(textCallback('hi').entry, NOW)

  t.match(events, [
    {
      key: 'message:m_1',
      kind: 'message',
      pageId: '100',
      psid: '700',
      timestampMs: 1_767_225_600_123,
      opensWindow: true,
      body: String,
    },
  ])
})

t.test('what the store gives back is the event that went in', async (t) => {
  fc.assert(
    fc.property(
      fc.array(
        fc.record(
          {
            id: fc.oneof(fc.string(), fc.integer(), fc.constant(null)),
            time: fc.oneof(fc.integer(), fc.string(), fc.constant(null)),
            messaging: fc.array(fc.jsonValue() as fc.Arbitrary<Json>),
            standby: fc.array(fc.record({ message: fc.jsonValue() as fc.Arbitrary<Json> })),
            changes: fc.array(fc.record({ field: fc.string(), value: fc.jsonValue() as fc.Arbitrary<Json> })),
          },
          { requiredKeys: [] },
        ),
      ),
      (entries) => {
        // Once through JSON, as everything that comes from the network: -0 and the like do not exist there.
        const wire = JSON.parse(JSON.stringify(entries)) as Json
        const expected = JSON.stringify(
          normalise(wire, NOW).sort((one, other) => one.timestampMs - other.timestampMs),
        )
        const actual = JSON.stringify(toNewEvents(wire, NOW).map(({ body }) => readStoredEvent(body)))
        if (actual !== expected) throw new Error(`${actual} is not ${expected}`)
      },
    ),
  )
  t.pass('100 callbacks')
})

t.test('content nested too deep to be written is cut off, and the rest of its item is read', async (t) => {
  const deep = JSON.parse('['.repeat(100_000) + ']'.repeat(100_000)) as Json
  const entries = [
    { id: '100', messaging: [{ ...(textMessage('m_1') as object), novelty: deep }, textMessage('m_2')] },
  ]

  const [odd, fine] = toNewEvents(entries as Json, NOW)

  t.match(odd, { kind: 'message', key: 'message:m_1', pageId: '100', psid: '700', body: String })
  t.match(readStoredEvent(odd?.body ?? ''), { kind: 'message', key: 'message:m_1', text: 'hi' })
  t.match(fine, { key: 'message:m_2' })
  t.equal(normalise([{ id: '100', messaging: [{ delivery: { seq: deep } }] }], NOW).length, 1)
})

t.test('events of one callback are kept in the order in which they happened', async (t) => {
  const at = (mid: string, timestamp: number) => ({ ...(textMessage(mid) as object), timestamp })
  const kept = toNewEvents(
    [
      { id: '100', time: NOW, messaging: [at('m_3', NOW + 2), at('m_1', NOW)] },
      { id: '100', time: NOW, messaging: [at('m_2', NOW + 1), at('m_4', NOW + 2)] },
      { id: '100', time: NOW - 5, standby: [{ ...(textMessage('m_0') as object), timestamp: undefined }] },
    ] as unknown as Json,
    NOW,
  )
  t.same(
    kept.map(({ key }) => key),
    ['standby:message:m_0', 'message:m_1', 'message:m_2', 'message:m_3', 'message:m_4'],
  )
})

t.test('a body that is not one of ours says so', async (t) => {
  t.throws(() => readStoredEvent('{"pageId":'), { code: 'BOT_STORE_DAMAGED' })
})

t.test('what opens the standard messaging window', async (t) => {
  const opens = (item: Json): boolean | undefined => {
    const [event] = normalise(
      [{ id: '100', messaging: [{ sender: { id: '700' }, ...(item as object) }] }],
      NOW,
    )
    return event && opensWindow(event)
  }
  t.equal(opens({ message: { mid: 'm' } }), true, 'a message')
  t.equal(opens({ postback: { payload: 'GO' } }), true, 'a tap')
  t.equal(opens({ reaction: { action: 'react', mid: 'm' } }), true, 'a reaction')
  t.equal(opens({ reaction: { action: 'unreact', mid: 'm' } }), false, 'a reaction taken back')
  t.equal(opens({ referral: { source: 'SHORTLINK', ref: 'r' } }), true, 'an m.me link')
  t.equal(opens({ referral: { source: 'ADS', ad_id: '1' } }), false, 'an ad alone')
  t.equal(opens({ optin: { ref: 'r' } }), true, 'the start of a plugin')
  t.equal(opens({ optin: { type: 'notification_messages' } }), false, 'consent to marketing messages')
  t.equal(opens({ message: { mid: 'm', is_echo: true } }), false, 'an echo')
  t.equal(opens({ read: { watermark: 1 } }), false, 'reading')
  t.equal(opens({ delivery: { watermark: 1 } }), false, 'a delivery')
  t.equal(opens({ message_edit: { mid: 'm', num_edit: 1 } }), false, 'an edit')
  t.equal(opens({ novelty: {} }), false, 'an unknown kind of event')
})

t.test('receipts, and echoes of the own app, are told apart from what begins a conversation', (t) => {
  const isReceipt = (item: object, appId: string | null = '600'): boolean | undefined => {
    const [event] = toNewEvents([{ id: '100', messaging: [{ sender: { id: '700' }, ...item }] }], NOW, appId)
    return event?.isReceipt
  }
  const echo = (id?: string) => ({ message: { mid: 'm', is_echo: true, ...(id && { app_id: id }) } })
  t.equal(isReceipt({ read: { watermark: 1 } }), true)
  t.equal(isReceipt({ delivery: { watermark: 1 } }), true)
  t.equal(isReceipt(echo('600')), true)
  t.equal(isReceipt(echo('601')), undefined, 'of another app')
  t.equal(isReceipt(echo()), undefined, 'of a person')
  t.equal(isReceipt(echo('600'), null), undefined)
  t.equal(isReceipt({ message: { mid: 'm' } }), undefined)
  t.end()
})

const textMessage = (mid: string): Json => ({ sender: { id: '700' }, message: { mid, text: 'hi' } })

t.test('an event is read once on its way, and again only where the store had to fetch it', (t) => {
  const message = { sender: { id: '1' }, recipient: { id: '2' }, message: { mid: 'm_1', text: 'hi' } }
  const [event] = toNewEvents([{ id: '2', messaging: [message] }], NOW)
  if (event === undefined) throw new Error('no event')
  const { body, content } = event
  t.equal(eventOf(event), content)
  t.same(eventOf({ body }), content)
  t.end()
})
