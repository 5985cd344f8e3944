import type { Json } from '../../src/base/json.ts'
import type { EventBase, EventOf } from '../../src/webhook/events.ts'
import { NO_REFERRAL, PAGE, VISITOR, WHEN, type Samples } from './sample-facts.ts'

const SAID: Omit<EventOf<'message'>, keyof EventBase> = {
  kind: 'message',
  mid: 'm',
  text: null,
  quickReply: null,
  attachments: [],
  stickerId: null,
  replyToMid: null,
  referral: null,
  commands: [],
}
const attached = (type: string, payload: Record<string, Json>) => ({
  ...SAID,
  attachments: [
    {
      type,
      url: (payload['url'] ?? null) as string | null,
      title: (payload['title'] ?? null) as string | null,
      payload,
    },
  ],
})
const sent = (type: string, payload: object) => ({ message: { mid: 'm', attachments: [{ type, payload }] } })

const REEL = { url: 'https://x.y/r', title: 'R', reel_video_id: 123 }
const BOOKING = { booking_id: 'b1', status: 'requested', start_time: 1739612400, timezone: 'Europe/Paris' }
const PRODUCT = { product: { elements: [{ id: '1', retailer_id: 'S1', title: 'T', subtitle: '$40' }] } }

/** Of what visitors and the Page say in a conversation; each kind with all of its fields, absent ones included. */
export const MESSAGE_SAMPLES = {
  // Made by the console alone.
  operator: [],
  message: [
    [{ message: { mid: 'm', text: 'hi' } }, { ...SAID, text: 'hi' }],
    [
      { message: { mid: 'm', text: 'Green', quick_reply: { payload: 'G' } } },
      { ...SAID, text: 'Green', quickReply: 'G' },
    ],
    [
      { message: { mid: 'm', text: 'yes', reply_to: { mid: 'm_0' } } },
      { ...SAID, text: 'yes', replyToMid: 'm_0' },
    ],
    [{ message: { mid: 'm', commands: [{ name: 'flights' }] } }, { ...SAID, commands: ['flights'] }],
    [{ message: { mid: 'm' } }, SAID],
    [{ message: { mid: 'm', text: '', quick_reply: { payload: '' } } }, SAID],
    [{ message: { mid: 'm', text: 'Hours', quick_reply: { payload: ' ' } } }, { ...SAID, text: 'Hours' }],
    [sent('reel', REEL), attached('reel', REEL)],
    [sent('appointment_booking', BOOKING), attached('appointment_booking', BOOKING)],
    [sent('template', PRODUCT), attached('template', PRODUCT)],
    [sent('sticker', { sticker_id: 7 }), { ...attached('sticker', { sticker_id: 7 }), stickerId: '7' }],
    [
      { message: { mid: 'm', text: 'hi', referral: { product: { id: 1 } } } },
      { ...SAID, text: 'hi', referral: { ...NO_REFERRAL, productId: '1' } },
    ],
  ],
  echo: [
    [
      {
        sender: { id: PAGE },
        recipient: { id: VISITOR },
        message: { is_echo: true, mid: 'm', app_id: 6, metadata: 'o', text: 'hi' },
      },
      { kind: 'echo', mid: 'm', text: 'hi', appId: '6', metadata: 'o', attachments: [] },
    ],
  ],
  message_deleted: [
    [{ message: { mid: 'm', is_deleted: true } }, { kind: 'message_deleted', mid: 'm' }],
    [{ message: { mid: 'm', text: 'secret', is_deleted: 'true' } }, { kind: 'message_deleted', mid: 'm' }],
  ],
  sample: [
    [
      { sender: { id: '12334' }, recipient: { id: '23245' }, message: { mid: 'test_message_id' } },
      { kind: 'sample', of: 'message' },
    ],
    [
      { sender: { id: 12334 }, recipient: { id: 23245 }, postback: { payload: 'P' } },
      { kind: 'sample', of: 'postback' },
    ],
  ],
  message_edit: [
    [
      { message_edit: { mid: 'm', text: 'new', num_edit: '2' } },
      { kind: 'message_edit', mid: 'm', text: 'new', numEdit: 2 },
    ],
  ],
  delivery: [
    [{ delivery: { watermark: WHEN } }, { kind: 'delivery', mids: [], watermarkMs: WHEN }],
    [{ delivery: { mids: ['a', 7, null] } }, { kind: 'delivery', mids: ['a', '7'], watermarkMs: null }],
  ],
  read: [[{ read: { watermark: String(WHEN) } }, { kind: 'read', watermarkMs: WHEN }]],
  reaction: [
    [
      { reaction: { mid: 'm', action: 'react', reaction: 'love', emoji: '❤️' } },
      { kind: 'reaction', mid: 'm', action: 'react', reaction: 'love', emoji: '❤️' },
    ],
    [
      { reaction: { mid: 'm', action: 'unreact' } },
      { kind: 'reaction', mid: 'm', action: 'unreact', reaction: null, emoji: null },
    ],
  ],
  postback: [
    [
      { postback: { mid: 'p', title: 'Start', payload: 'GO', referral: { ref: 'r1', source: 'SHORTLINK' } } },
      {
        kind: 'postback',
        mid: 'p',
        title: 'Start',
        payload: 'GO',
        referral: { ...NO_REFERRAL, ref: 'r1', source: 'SHORTLINK' },
      },
    ],
    [
      { postback: { title: 'Start' } },
      { kind: 'postback', mid: null, title: 'Start', payload: null, referral: null },
    ],
    [
      { message: 'text', postback: { payload: 'GO' } },
      { kind: 'postback', mid: null, title: null, payload: 'GO', referral: null },
    ],
  ],
} satisfies Partial<Samples>
