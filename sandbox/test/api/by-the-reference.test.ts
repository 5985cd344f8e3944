import t, { type Test } from 'tap'
import { graph, startConnected, type Answer } from '../lab.ts'

type Send = (around: object, message?: object) => Promise<Answer>

/** What the reference says of one call: taken, or refused with a code and, where it names one, a subcode. */
interface Said {
  section: string
  what: string
  around?: object
  message?: object
  refused?: [code: number, subcode?: number]
}

const text = { text: 'a' }
const template = (payload: object) => ({ attachment: { type: 'template', payload } })
const buttons = (...list: object[]) => template({ template_type: 'button', text: 'a', buttons: list })
const media = (element: object) => template({ template_type: 'media', elements: [element] })
const coupon = (more: object) => template({ template_type: 'coupon', title: 'a', ...more })
const grid = (...images: object[]) => template({ template_type: 'image_grid', elements: [{ images }] })
const picture = { url: 'https://a.example/1.png' }
const feedback = (question: object, more: object = {}) =>
  template({
    template_type: 'customer_feedback',
    title: 'How was it?',
    business_privacy: { url: 'https://a.example/' },
    feedback_screens: [{ questions: [{ id: 'q1', type: 'csat', ...question }] }],
    ...more,
  })
const link = (more: object) => buttons({ type: 'web_url', title: 'a', url: 'https://a.example/', ...more })
const replies = (count: number) =>
  Array.from({ length: count }, (_, at) => ({ content_type: 'text', title: `${at}`, payload: `${at}` }))

/** Read section by section out of docs/messenger-platform.md, not out of the rules of the sandbox. */
const SENDS: readonly Said[] = [
  { section: 'F1', what: 'metadata of 999 characters', message: { ...text, metadata: 'x'.repeat(999) } },
  {
    section: 'F1',
    what: 'metadata of 1000',
    message: { ...text, metadata: 'x'.repeat(1000) },
    refused: [100],
  },
  {
    section: 'F1',
    what: 'a messaging type that is none',
    around: { messaging_type: 'REPLY' },
    refused: [100],
  },
  { section: 'F1', what: 'a sticker beside a text', message: { ...text, sticker_id: '1' }, refused: [100] },
  { section: 'F1', what: 'a sticker alone', message: { sticker_id: '369239263222822' } },
  { section: 'F1', what: 'a sound that is none', around: { notification_type: 'LOUD' }, refused: [100] },
  {
    section: 'F1',
    what: 'a quote of nothing there is',
    around: { reply_to: { mid: 'm_none' } },
    refused: [100],
  },
  {
    section: 'F1',
    what: 'two ways to name a person',
    around: { recipient: { id: '1', user_ref: 'u' } },
    refused: [100],
  },
  {
    section: 'F1',
    what: 'a Login id in place of a PSID',
    around: { recipient: { id: '10210000000000001' } },
    refused: [100, 2018001],
  },
  { section: 'F1', what: 'a text that is a list', message: { text: ['a'] }, refused: [100] },
  {
    section: 'F4',
    what: 'POST_PURCHASE_UPDATE',
    around: { messaging_type: 'MESSAGE_TAG', tag: 'POST_PURCHASE_UPDATE' },
    refused: [100],
  },
  {
    section: 'F4',
    what: 'CONFIRMED_EVENT_UPDATE',
    around: { messaging_type: 'MESSAGE_TAG', tag: 'CONFIRMED_EVENT_UPDATE' },
    refused: [100],
  },
  {
    section: 'F4',
    what: 'a tagged message without tag',
    around: { messaging_type: 'MESSAGE_TAG' },
    refused: [100],
  },
  { section: 'F5', what: '13 quick replies', message: { ...text, quick_replies: replies(13) } },
  {
    section: 'F5',
    what: '14 quick replies',
    message: { ...text, quick_replies: replies(14) },
    refused: [105],
  },
  {
    section: 'F5',
    what: 'a location',
    message: { ...text, quick_replies: [{ content_type: 'location' }] },
    refused: [100],
  },
  {
    section: 'F5',
    what: 'a payload of 1001',
    message: { ...text, quick_replies: [{ content_type: 'text', title: 'a', payload: 'x'.repeat(1001) }] },
    refused: [100],
  },
  {
    section: 'F5',
    what: 'a payload that is a number',
    message: { ...text, quick_replies: [{ content_type: 'text', title: 'a', payload: 7 }] },
  },
  {
    section: 'F5',
    what: 'a picture in place of a title',
    message: { ...text, quick_replies: [{ content_type: 'text', image_url: picture.url }] },
  },
  {
    section: 'F6',
    what: 'a kind that is none',
    message: { attachment: { type: 'location', payload: {} } },
    refused: [100],
  },
  {
    section: 'F6',
    what: 'an attachment of another Page',
    message: { attachment: { type: 'image', payload: { attachment_id: '1857777774821032' } } },
    refused: [100, 2018074],
  },
  { section: 'F7', what: 'a button title of 21', message: link({ title: 'x'.repeat(21) }), refused: [100] },
  {
    section: 'F7',
    what: 'a height that is none',
    message: link({ webview_height_ratio: 'huge' }),
    refused: [100],
  },
  {
    section: 'F7',
    what: 'a share button that is shown',
    message: link({ webview_share_button: 'show' }),
    refused: [100],
  },
  {
    section: 'F7',
    what: 'a list template',
    message: template({ template_type: 'list', elements: [] }),
    refused: [100],
  },
  {
    section: 'F7',
    what: 'media from elsewhere',
    message: media({ media_type: 'image', url: 'https://a.example/1' }),
    refused: [100, 2018185],
  },
  {
    section: 'F7',
    what: 'media without anything',
    message: media({ media_type: 'image' }),
    refused: [100, 2018187],
  },
  {
    section: 'F7',
    what: 'media that is a sound',
    message: media({ media_type: 'audio', attachment_id: '1' }),
    refused: [100],
  },
  {
    section: 'F7',
    what: 'a coupon code with a space',
    message: coupon({ coupon_code: 'A B' }),
    refused: [100],
  },
  { section: 'F7', what: 'a coupon without code and address', message: coupon({}), refused: [100] },
  { section: 'F7', what: 'a coupon by its address', message: coupon({ coupon_url: 'https://a.example/' }) },
  { section: 'F7', what: 'a grid of one picture', message: grid(picture), refused: [194] },
  {
    section: 'F7',
    what: 'a grid of seven',
    message: grid(...Array.from({ length: 7 }, () => picture)),
    refused: [105],
  },
  {
    section: 'F7',
    what: 'a grid with two heroes',
    message: grid({ ...picture, is_hero_image: true }, { ...picture, is_hero_image: true }),
    refused: [100],
  },
  { section: 'F7', what: 'a feedback', message: feedback({}) },
  { section: 'F7', what: 'a question id with a dash', message: feedback({ id: 'q-1' }), refused: [100] },
  {
    section: 'F7',
    what: 'a question of four characters',
    message: feedback({ title: 'abcd' }),
    refused: [100],
  },
  {
    section: 'F7',
    what: 'an address in a feedback title',
    message: feedback({}, { title: 'see https://a.example' }),
    refused: [100],
  },
  {
    section: 'F7',
    what: 'a feedback open for eight days',
    message: feedback({}, { expires_in_days: 8 }),
    refused: [100],
  },
  {
    section: 'F7',
    what: 'a product that is not there',
    message: template({ template_type: 'product', elements: [{ id: '1' }] }),
    refused: [100, 2018320],
  },
  {
    section: 'F7',
    what: 'a form that is not there',
    message: template({ template_type: 'instant_form', form_id: '1' }),
    refused: [1, 2018382],
  },
  { section: 'F8', what: 'a persona that is not there', around: { persona_id: '1' }, refused: [100] },
  {
    section: 'I',
    what: 'a pass to no app',
    around: { thread_control: { control_type: 'pass', app_id: '1' } },
    refused: [100, 2018164],
  },
  {
    section: 'I',
    what: 'a control that is none',
    around: { thread_control: { control_type: 'take' } },
    refused: [100],
  },
]

/** The same of other calls: method, path and body. */
const CALLS: readonly (Omit<Said, 'around' | 'message'> & {
  method?: string
  path: string
  body?: object
})[] = [
  {
    section: 'F8',
    what: 'an action that is none',
    path: 'me/messages',
    body: { sender_action: 'wave' },
    refused: [100],
  },
  {
    section: 'F8',
    what: 'an action and a message',
    path: 'me/messages',
    body: { sender_action: 'typing_on', message: text },
    refused: [100, 2018014],
  },
  {
    section: 'F8',
    what: 'a reaction to nothing',
    path: 'me/messages',
    body: { sender_action: 'react', payload: { message_id: 'm_none', reaction: '😊' } },
    refused: [100],
  },
  {
    section: 'F8',
    what: 'a persona name of 51',
    path: 'me/personas',
    body: { name: 'x'.repeat(51), profile_picture_url: picture.url },
    refused: [100],
  },
  {
    section: 'G',
    what: '5 ice breakers',
    path: 'me/messenger_profile',
    body: {
      ice_breakers: [
        {
          locale: 'default',
          call_to_actions: Array.from({ length: 5 }, () => ({ question: 'a', payload: 'b' })),
        },
      ],
    },
    refused: [105],
  },
  {
    section: 'G',
    what: 'ice breakers without the default locale',
    path: 'me/messenger_profile',
    body: { ice_breakers: [{ locale: 'de_DE', call_to_actions: [{ question: 'a', payload: 'b' }] }] },
    refused: [100],
  },
  {
    section: 'G',
    what: 'the old flat ice breakers',
    path: 'me/messenger_profile',
    body: { ice_breakers: [{ question: 'a', payload: 'b' }] },
  },
  {
    section: 'G',
    what: 'a command of 33 characters',
    path: 'me/messenger_profile',
    body: { commands: [{ locale: 'default', commands: [{ name: 'x'.repeat(33), description: 'a' }] }] },
    refused: [100],
  },
  {
    section: 'G',
    what: 'a command with a slash',
    path: 'me/messenger_profile',
    body: { commands: [{ locale: 'default', commands: [{ name: '/hours', description: 'a' }] }] },
    refused: [100],
  },
  {
    section: 'G',
    what: 'an account linking address without TLS',
    path: 'me/messenger_profile',
    body: { account_linking_url: 'http://a.example/' },
    refused: [100],
  },
  {
    section: 'I',
    what: 'an extension of 8 days',
    path: 'me/extend_thread_control',
    body: { duration: 8 * 86400 },
    refused: [100],
  },
  {
    section: 'I',
    what: 'a take without a default app',
    path: 'me/take_thread_control',
    body: {},
    refused: [100, 2534037],
  },
  {
    section: 'E7',
    what: 'a field of Instagram',
    path: 'me/subscribed_apps',
    body: { subscribed_fields: 'messaging_seen' },
    refused: [100],
  },
  {
    section: 'C1',
    what: 'a method that an edge has not',
    method: 'DELETE',
    path: 'me/messages',
    refused: [100, 33],
  },
]

t.test('what the reference says of a call is what the sandbox answers', async (t) => {
  const { sandbox, pageToken: token, psid, send, say } = await startConnected(t)
  say('hi')
  const whole: Send = (around, message = text) => send(message, around)
  for (const { section, what, around = {}, message, refused } of SENDS) {
    check(t, `${section}: ${what}`, await whole(around, message), refused)
  }
  for (const { section, what, method, path, body, refused } of CALLS) {
    const full = body && { recipient: { id: psid }, ...body }
    const answer = await graph(sandbox, `/v25.0/${path}`, { token, ...(method && { method }), body: full })
    check(t, `${section}: ${what}`, answer, refused)
  }
})

const check = (t: Test, what: string, { status, body }: Answer, refused: Said['refused']): void => {
  if (!refused) return void t.equal(status, 200, `${what} is taken`)
  const [code, subcode] = refused
  t.equal(status, 400, what)
  t.match(body, { error: { code, ...(subcode !== undefined && { error_subcode: subcode }) } }, what)
}
