import t from 'tap'
import { startConnected } from '../lab.ts'

type Template = Record<string, unknown>

const postback = { type: 'postback', title: 'Hours', payload: 'hours' }
const link = { type: 'web_url', title: 'Site', url: 'https://a.example' }
const privacy = { business_privacy: { url: 'https://a.example/privacy' } }
const question = { id: 'q1', type: 'csat', title: 'How was it?' }
const feedback = (more: object = {}, asked: object = question): Template => ({
  template_type: 'customer_feedback',
  title: 'Rate your order',
  feedback_screens: [{ questions: [asked] }],
  ...privacy,
  ...more,
})
const grid = (
  more: object = {},
  images: unknown = [{ url: 'https://a.example/1' }, { url: 'https://a.example/2' }],
) => ({
  template_type: 'image_grid',
  elements: [{ images, ...more }],
})
const receipt = (more: object = {}): Template => ({
  template_type: 'receipt',
  recipient_name: 'Vera',
  order_number: '1',
  currency: 'EUR',
  payment_method: 'Visa',
  summary: { total_cost: '5.50' },
  ...more,
})
const card = (more: object = {}) => ({
  template_type: 'generic',
  elements: [{ title: 'Shirt', subtitle: 'red', ...more }],
})
const media = (more: object) => ({ template_type: 'media', elements: [{ media_type: 'image', ...more }] })
const buttons = (...list: object[]) => ({ template_type: 'button', text: 'Choose', buttons: list })

const taken: [string, Template][] = [
  [
    'a card with everything',
    card({
      image_url: 'https://a.example/1.png',
      default_action: { type: 'web_url', url: 'https://a.example' },
      buttons: [postback, link],
    }),
  ],
  [
    'ten cards',
    { template_type: 'generic', elements: Array.from({ length: 10 }, () => ({ title: 'a', subtitle: 'b' })) },
  ],
  ['a picture of Facebook', media({ url: 'https://www.facebook.com/photo/?fbid=1', buttons: [postback] })],
  [
    'a receipt with lines and an address',
    receipt({
      elements: [{ title: 'Bread', price: 3 }],
      adjustments: [{ name: 'Discount', amount: 1 }],
      timestamp: '1767225600',
      address: { street_1: 'A 1', city: 'B', postal_code: '1', state: 'C', country: 'DE' },
    }),
  ],
  ['a coupon by code', { template_type: 'coupon', title: '10 %', coupon_code: 'TEN' }],
  ['a coupon by address', { template_type: 'coupon', title: '10 %', coupon_url: 'https://a.example' }],
  [
    'a feedback form',
    feedback(
      { button_title: 'Rate', expires_in_days: 7 },
      { ...question, follow_up: { type: 'free_form', placeholder: 'Why?' } },
    ),
  ],
  ['a customer information form', { template_type: 'customer_information', countries: ['DE'], ...privacy }],
  [
    'a grid of pictures',
    grid({ title: 'New', buttons: [postback] }, [
      { url: 'https://a.example/1', is_hero_image: true, action: { type: 'postback', payload: 'one' } },
      { url: 'https://a.example/2', action: { type: 'web_url', url: 'https://a.example' } },
    ]),
  ],
  [
    'every kind of button',
    buttons(
      { type: 'phone_number', title: 'Call', payload: '+15551234567' },
      { type: 'account_unlink' },
      { type: 'audio_call', title: 'Call', expires_in_days: 7 },
    ),
  ],
  ['a button of numbers', buttons({ ...postback, title: 5, payload: 7 })],
  ['a login button', buttons({ type: 'account_link', url: 'https://a.example/login' })],
]

const refused: [string, Template, object?][] = [
  ['a card without title', card({ title: undefined })],
  ['a card with a title of 81', card({ title: 'x'.repeat(81) })],
  ['a card with a subtitle of 81', card({ subtitle: 'x'.repeat(81) })],
  ['a card whose picture is no address', card({ image_url: 'picture' })],
  ['a card whose action has a title', card({ default_action: link })],
  ['a card whose element is a text', { template_type: 'generic', elements: ['card'] }],
  ['no cards', { template_type: 'generic', elements: [] }, { code: 194 }],
  ['buttons without text', { template_type: 'button', buttons: [postback] }],
  ['no buttons', buttons()],
  ['a button title of 21', buttons({ ...postback, title: 'x'.repeat(21) })],
  ['a payload of 1001', buttons({ ...postback, payload: 'x'.repeat(1001) })],
  [
    'a payload that is an object',
    buttons({ ...postback, payload: { id: 1 } }),
    { message: /\[payload\] must be a non-empty UTF-8/ },
  ],
  ['an unknown button', buttons({ type: 'nested', title: 'a' })],
  [
    'http with messenger_extensions',
    buttons({ ...link, url: 'http://a.example', messenger_extensions: true }),
  ],
  ['an unknown webview height', buttons({ ...link, webview_height_ratio: 'huge' })],
  ['a phone button that is no number', buttons({ type: 'phone_number', title: 'Call', payload: 'call me' })],
  ['a call button that lasts 8 days', buttons({ type: 'audio_call', title: 'Call', expires_in_days: 8 })],
  ['two media elements', { template_type: 'media', elements: [{}, {}] }, { code: 105 }],
  ['media without source', media({}), { error_subcode: 2018187 }],
  [
    'media with two sources',
    media({ url: 'https://www.facebook.com/1', attachment_id: '1' }),
    { error_subcode: 2018187 },
  ],
  ['media from elsewhere', media({ url: 'https://a.example/1.png' }), { error_subcode: 2018185 }],
  ['media with an unknown id', media({ attachment_id: '1' }), { error_subcode: 2018074 }],
  ['a receipt without total', receipt({ summary: {} })],
  ['a receipt whose currency is a word', receipt({ currency: 'euros' })],
  ['a receipt line without price', receipt({ elements: [{ title: 'Bread' }] })],
  ['a receipt with half an address', receipt({ address: { city: 'B' } })],
  [
    '101 receipt lines',
    receipt({ elements: Array.from({ length: 101 }, () => ({ title: 'a', price: 1 })) }),
    { code: 105 },
  ],
  ['a coupon without code or address', { template_type: 'coupon', title: '10 %' }],
  ['a coupon code with a space', { template_type: 'coupon', title: '10 %', coupon_code: 'T EN' }],
  [
    'a product that is not in the catalogue',
    { template_type: 'product', elements: [{ id: '1' }] },
    { error_subcode: 2018320 },
  ],
  [
    'an instant form that is not there',
    { template_type: 'instant_form', form_id: '1' },
    { code: 1, error_subcode: 2018382 },
  ],
  ['feedback without privacy', feedback({ business_privacy: undefined })],
  ['feedback with a URL in the title', feedback({ title: 'https://a.example' })],
  ['feedback for 8 days', feedback({ expires_in_days: 8 })],
  ['feedback for no day', feedback({ expires_in_days: 0 })],
  [
    'feedback with two questions',
    feedback({ feedback_screens: [{ questions: [question, question] }] }),
    { code: 105 },
  ],
  ['feedback with two screens', feedback({ feedback_screens: [{}, {}] }), { code: 105 }],
  ['feedback of an unknown kind', feedback({}, { ...question, type: 'stars' })],
  ['feedback with a short question', feedback({}, { ...question, title: 'Why?' })],
  ['feedback with an id that is none', feedback({}, { ...question, id: 'a b' })],
  ['a grid of one picture', grid({}, [{ url: 'https://a.example/1' }]), { code: 194 }],
  [
    'a grid of seven pictures',
    grid(
      {},
      Array.from({ length: 7 }, () => ({ url: 'https://a.example/1' })),
    ),
    { code: 105 },
  ],
  [
    'a grid with two heroes',
    grid(
      {},
      [1, 2].map(() => ({ url: 'https://a.example/1', is_hero_image: true })),
    ),
  ],
  [
    'a grid with a phone button',
    grid({ buttons: [{ type: 'phone_number', title: 'a', payload: '+15551' }] }),
  ],
  ['a country that is none', { template_type: 'customer_information', countries: ['Germany'], ...privacy }],
  ['the list template of old', { template_type: 'list', elements: [] }],
  ['no type', {}],
]

t.test('every template of the platform is taken within its limits', async (t) => {
  const { send, say } = await startConnected(t)
  say('hi')
  for (const [name, payload] of taken) {
    t.match(
      await send({ attachment: { type: 'template', payload } }),
      { status: 200, body: { message_id: /^m_/ } },
      name,
    )
  }
})

t.test('beyond its limits a template is refused, and nothing is sent', async (t) => {
  const { send, say, sandbox, pageId, psid } = await startConnected(t)
  say('hi')
  for (const [name, payload, error] of refused) {
    const answer = await send({ attachment: { type: 'template', payload } })
    t.match(answer, { status: 400, body: { error: { code: 100, ...error } } }, name)
  }
  t.equal(sandbox.conversation(pageId, psid)?.messages.length, 1)
})

t.test('tags: two are left, three were removed, and the news tag is for news Pages', async (t) => {
  const { send, say } = await startConnected(t)
  say('hi')
  const tagged = (tag: string) => send({ text: 'a' }, { messaging_type: 'MESSAGE_TAG', tag })
  for (const tag of ['HUMAN_AGENT', 'CUSTOMER_FEEDBACK']) t.match(await tagged(tag), { status: 200 }, tag)
  for (const tag of [
    'CONFIRMED_EVENT_UPDATE',
    'ACCOUNT_UPDATE',
    'POST_PURCHASE_UPDATE',
    'NON_PROMOTIONAL_SUBSCRIPTION',
    'MADE_UP',
  ]) {
    t.match(await tagged(tag), { status: 400, body: { error: { code: 100 } } }, tag)
  }
})

t.test('a feedback template may be sent for 7 days with its tag, nothing else with it', async (t) => {
  const { send, say, sandbox } = await startConnected(t)
  say('hi')
  sandbox.clock.advance(3 * 24 * 3600_000)
  const tag = { messaging_type: 'MESSAGE_TAG', tag: 'CUSTOMER_FEEDBACK' }
  t.match(await send({ attachment: { type: 'template', payload: feedback() } }, tag), { status: 200 })
  t.match(await send({ text: 'a' }, tag), { body: { error: { error_subcode: 2018278 } } })
})
