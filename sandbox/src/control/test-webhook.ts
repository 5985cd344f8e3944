import type { SandboxParts } from '../parts.ts'
import type { Entry } from '../webhooks/wire.ts'
import { ownApp } from '../world.ts'
import { BadBody } from './bodies.ts'

/** The dashboard's sample values: ids of no visitor or Page, and a time long past (docs/messenger-platform.md#m). */
const ENDS = { sender: { id: '12334' }, recipient: { id: '23245' } }
const TIMESTAMP = 1_527_459_824

/** The key that names the event, with the content of the dashboard's samples. */
const SAMPLES: Record<string, Record<string, unknown>> = {
  messages: { message: { mid: 'test_message_id', text: 'test_message' } },
  message_echoes: {
    message: { mid: 'test_message_id', text: 'test_message', is_echo: true, app_id: 123_456 },
  },
  messaging_postbacks: {
    postback: { mid: 'test_message_id', title: 'postback_title', payload: 'postback_payload' },
  },
  message_deliveries: { delivery: { mids: ['test_message_id'], watermark: 1_458_668_856_253 } },
  message_reads: { read: { watermark: 1_458_668_856_253 } },
  message_reactions: {
    reaction: { reaction: 'love', emoji: '❤️', action: 'react', mid: 'test_message_id' },
  },
  messaging_referrals: { referral: { ref: 'ref_data', source: 'SHORTLINK', type: 'OPEN_THREAD' } },
  messaging_handovers: {
    pass_thread_control: {
      previous_owner_app_id: '123456789',
      new_owner_app_id: '123456789',
      metadata: 'text',
    },
  },
}

/**
 * The "Test" button of the App Dashboard: sends a signed sample to the app's callback. From the app's webhooks it comes in
 * `changes`, from the Page's settings as an event; its entry has an id that no Page has.
 */
export const sendTestWebhook = async (
  parts: SandboxParts,
  { field, from }: { field: string; from: 'app' | 'page' },
): Promise<{ answered: boolean }> => {
  const sample = SAMPLES[field]
  if (!sample) throw new BadBody(`"field" must be one of ${Object.keys(SAMPLES).join(', ')}.`)
  const app = ownApp(parts.world, parts.settings.appId)
  if (!app.subscription) throw new BadBody('The app has no webhook yet.', 409)
  const event = { ...ENDS, timestamp: from === 'app' ? String(TIMESTAMP) : TIMESTAMP, ...sample }
  const entry: Entry =
    from === 'app'
      ? { pageId: '0', channel: 'changes', content: { field, value: event } }
      : { pageId: '0', channel: 'messaging', content: event }
  return { answered: await parts.courier.deliver(app, app.subscription.callbackUrl, [entry]) }
}
