import t from 'tap'
import { readStoredEvent, toNewEvents } from '../../src/webhook/inbox.ts'
import { toRecoveredEvents } from '../../src/webhook/recovered.ts'
import { textCallback } from '../helpers/sign.ts'

const CREATED_MS = 1_767_225_600_000
const FOUND = { pageId: '100', psid: '700', mid: 'm_1', text: 'hi', createdMs: CREATED_MS }

t.test('a message found in the conversation is the event the webhook would have brought', async (t) => {
  const [recovered] = toRecoveredEvents(FOUND)
  const [live] = toNewEvents(textCallback('hi').entry, CREATED_MS)
  t.match(recovered, { key: live?.key, kind: 'message', pageId: '100', psid: '700', opensWindow: true })
  t.equal(recovered?.timestampMs, CREATED_MS)
  const event = readStoredEvent(recovered?.body ?? '')
  t.match(event, { kind: 'message', mid: 'm_1', text: 'hi', quickReply: null, standby: false })
})

t.test('it counts as the same one, whatever the webhook called it', async (t) => {
  const item = { sender: { id: '700' }, recipient: { id: '100' }, timestamp: CREATED_MS }
  const postback = { ...item, postback: { mid: 'm_1', title: 'hi', payload: 'HI' } }
  const message = { ...item, message: { mid: 'm_1', text: 'hi' } }
  const keys = toNewEvents(
    [{ id: '100', messaging: [message, postback], standby: [message, postback] }],
    CREATED_MS,
  ).map(({ key }) => key)
  const [recovered] = toRecoveredEvents(FOUND)
  t.same([recovered?.key, ...(recovered?.aliases ?? [])], keys)
})

t.test('a message without text is one, too', async (t) => {
  const [recovered] = toRecoveredEvents({ ...FOUND, text: '' })
  t.match(readStoredEvent(recovered?.body ?? ''), { kind: 'message', mid: 'm_1', text: null })
})
