import t from 'tap'
import { isJsonObject, parseJson } from '../../src/base/json.ts'
import { readStoredEvent, toNewEvents } from '../../src/webhook/inbox.ts'
import { readRecorded } from '../helpers/recorded.ts'
import { normalise } from '../helpers/normalise.ts'

/** What a recording holds, told from its name: the first pattern that matches. */
const KINDS: [RegExp, string][] = [
  [/branded-camera|checkout|payment|unsupported|message-request/, 'unknown'],
  [/feed-comment|jgorset--feed|leadgen/, 'change'],
  [/response-feedback/, 'response_feedback'],
  [/messaging-feedback/, 'messaging_feedback'],
  [/account-linking/, 'account_linking'],
  [/app-roles/, 'app_roles'],
  [/policy-enforcement/, 'policy_enforcement'],
  [/pass-thread-control/, 'pass_thread_control'],
  [/take-thread-control/, 'take_thread_control'],
  [/request-thread-control/, 'request_thread_control'],
  [/game/, 'game_play'],
  [/opt-?in/, 'optin'],
  [/order/, 'order'],
  [/message-edit/, 'message_edit'],
  [/deliver/, 'delivery'],
  [/\bread/, 'read'],
  [/chatwoot--reads/, 'read'],
  [/echo/, 'echo'],
  [/postback/, 'postback'],
  [/referral/, 'referral'],
  [/message-reaction|--reaction/, 'reaction'],
  [/message|text|signature|object-type/, 'message'],
]

const { bodies, skip } = readRecorded()

t.test('every recorded callback is read as what it is', { skip }, async (t) => {
  t.ok(bodies.size > 100, `${bodies.size} recordings`)
  for (const [name, body] of bodies) {
    const callback = parseJson(body.toString())
    const entries = isJsonObject(callback) ? callback['entry'] : undefined
    const expected = KINDS.find(([pattern]) => pattern.test(name))?.[1]

    const events = normalise(entries, 1)

    t.ok(events.length > 0, `${name} has events`)
    for (const event of events) {
      t.equal(event.kind, expected, name)
      t.ok(event.timestampMs > 1e12, `${name} happened in this century`)
      t.match(event.pageId, /./, `${name} belongs to a Page`)
    }
    t.same(
      toNewEvents(entries, 1).map(({ body }) => readStoredEvent(body)),
      events,
      `${name} survives the store`,
    )
  }
})

t.test('recorded traps read right', { skip }, async (t) => {
  const event = (name: string) => {
    const callback = parseJson((bodies.get(`${name}.json`) ?? Buffer.from('null')).toString())
    return normalise(isJsonObject(callback) ? callback['entry'] : undefined, 1)[0]
  }
  t.match(event('jgorset--message-echo-audio'), { appId: '184719329217930001', psid: '9' })
  t.match(event('messenger4j--template-echo-message-event'), { psid: '1256299999730577' })
  t.match(event('meta-docs--postback-as-change-string-seconds'), {
    kind: 'postback',
    psid: null,
    timestampMs: 1_527_459_824_000,
  })
  t.match(event('meta-docs--standby-postback-without-payload'), { standby: true, payload: null })
  t.match(event('meta-docs--message-sticker-only-after-2026-08-30'), { stickerId: '767226160478561' })
  t.match(event('bottender-event--fallback-message'), {
    attachments: [{ type: 'fallback', url: 'URL_OF_THE_ATTACHMENT', title: 'TITLE_OF_THE_URL_ATTACHMENT' }],
  })
  t.match(event('bottender-event--pass-thread-control'), {
    psid: '404217156637689',
    newOwnerAppId: '123456789',
  })
  t.match(event('messenger4j--opt-in-event-with-user-ref'), {
    psid: null,
    userRef: 'REF_FROM_CHECKBOX_PLUGIN',
  })
  t.match(event('chatwoot--deliveries-string-watermark'), { watermarkMs: 1_648_581_633_369 })
})
