import t from 'tap'
import { startConnected } from '../lab.ts'

const button = (more: object) => ({
  type: 'template',
  payload: { template_type: 'button', text: 'Choose', ...more },
})
const postback = { type: 'postback', title: 'Hours', payload: 'hours' }
const refused: [string, unknown, object][] = [
  [
    'a text of 2001 characters',
    { text: 'x'.repeat(2001) },
    { code: 100, message: '(#100) Length of param message[text] must be less than or equal to 2000' },
  ],
  ['an empty message', {}, { code: 100, error_subcode: 2018034 }],
  [
    'text and attachment',
    { text: 'a', attachment: { type: 'image', payload: { url: 'https://a.example/1.png' } } },
    { code: 100 },
  ],
  ['a text that is a number', { text: 5 }, { code: 100 }],
  ['a message that is a list', ['a'], { code: 100, error_subcode: 2018032 }],
  ['metadata of 1000 characters', { text: 'a', metadata: 'x'.repeat(1000) }, { code: 100 }],
  [
    'fourteen quick replies',
    {
      text: 'a',
      quick_replies: Array.from({ length: 14 }, () => ({ content_type: 'text', title: 'a', payload: 'b' })),
    },
    { code: 105, message: '(#105) param message[quick_replies] has too many elements.' },
  ],
  [
    'a quick reply without payload',
    { text: 'a', quick_replies: [{ content_type: 'text', title: 'x' }] },
    { code: 100, error_subcode: 2018099 },
  ],
  [
    'the location quick reply of old',
    { text: 'a', quick_replies: [{ content_type: 'location' }] },
    { code: 100 },
  ],
  [
    'an unknown attachment type',
    { attachment: { type: 'hologram', payload: { url: 'https://a.example' } } },
    { code: 100 },
  ],
  [
    'an address that cannot be fetched',
    { attachment: { type: 'image', payload: { url: 'not a url' } } },
    { code: 100, error_subcode: 2018008 },
  ],
  [
    'an attachment id that is not ours',
    { attachment: { type: 'image', payload: { attachment_id: '1' } } },
    { code: 100, error_subcode: 2018074 },
  ],
  [
    'a template of no known type',
    { attachment: { type: 'template', payload: { template_type: 'list' } } },
    { code: 100 },
  ],
  [
    'four buttons',
    { attachment: button({ buttons: [postback, postback, postback, postback] }) },
    { code: 105, message: '(#105) param name_placeholder[buttons] has too many elements.' },
  ],
  [
    'a button without title',
    { attachment: button({ buttons: [{ ...postback, title: null }] }) },
    { code: 100, error_subcode: 2018053 },
  ],
  [
    'a postback without payload',
    { attachment: button({ buttons: [{ type: 'postback', title: 'a' }] }) },
    { code: 100, error_subcode: 2018040 },
  ],
  [
    'a link without address',
    { attachment: button({ buttons: [{ type: 'web_url', title: 'a' }] }) },
    { code: 100, error_subcode: 2018041 },
  ],
  [
    'a button text of 641 characters',
    { attachment: button({ text: 'x'.repeat(641), buttons: [postback] }) },
    { code: 100 },
  ],
  [
    'eleven cards',
    {
      attachment: {
        type: 'template',
        payload: {
          template_type: 'generic',
          elements: Array.from({ length: 11 }, () => ({ title: 'a', subtitle: 'b' })),
        },
      },
    },
    { code: 105 },
  ],
  [
    'a card with a title alone',
    { attachment: { type: 'template', payload: { template_type: 'generic', elements: [{ title: 'a' }] } } },
    { code: 100 },
  ],
  [
    'a media card from a foreign address',
    {
      attachment: {
        type: 'template',
        payload: {
          template_type: 'media',
          elements: [{ media_type: 'image', url: 'https://a.example/1.png' }],
        },
      },
    },
    { code: 100, error_subcode: 2018185 },
  ],
]

t.test('the Send API refuses a message that breaks a rule, and sends nothing', async (t) => {
  const { send, say, sandbox, pageId, psid } = await startConnected(t)
  say('hi')
  for (const [name, message, error] of refused) {
    t.match(
      await send(message),
      { status: 400, body: { error: { type: 'OAuthException', fbtrace_id: /^A/, ...error } } },
      name,
    )
    t.equal(sandbox.conversation(pageId, psid)?.messages.length, 1, `nothing was sent: ${name}`)
  }
})

const accepted: [string, unknown][] = [
  ['2000 characters', { text: 'x'.repeat(2000) }],
  [
    'a quick reply with a title of 21 characters',
    { text: 'a', quick_replies: [{ content_type: 'text', title: 'x'.repeat(21), payload: 'b' }] },
  ],
  ['an image', { attachment: { type: 'image', payload: { url: 'https://a.example/1.png' } } }],
  [
    'buttons',
    {
      attachment: button({
        buttons: [postback, { type: 'web_url', title: 'Site', url: 'https://a.example' }],
      }),
    },
  ],
  [
    'cards',
    {
      attachment: {
        type: 'template',
        payload: {
          template_type: 'generic',
          elements: [{ title: 'Shirt', subtitle: 'red', buttons: [postback] }],
        },
      },
    },
  ],
  [
    'a receipt',
    {
      attachment: {
        type: 'template',
        payload: {
          template_type: 'receipt',
          recipient_name: 'A',
          order_number: '1',
          currency: 'EUR',
          payment_method: 'Visa',
          summary: { total_cost: 5 },
        },
      },
    },
  ],
  ['a sticker', { sticker_id: 369239263222822 }],
]

t.test('the Send API takes a message at its limits', async (t) => {
  const { send, say } = await startConnected(t)
  say('hi')
  for (const [name, message] of accepted)
    t.match(await send(message), { status: 200, body: { message_id: /^m_/ } }, name)
})

const envelopes: [string, object, object][] = [
  ['a removed tag', { messaging_type: 'MESSAGE_TAG', tag: 'ACCOUNT_UPDATE' }, { code: 100 }],
  ['an unknown messaging_type', { messaging_type: 'REPLY' }, { code: 100 }],
  ['MESSAGE_TAG without tag', { messaging_type: 'MESSAGE_TAG' }, { code: 100 }],
  ['an Instagram platform', { platform: 'INSTAGRAM' }, { code: 100, error_subcode: 2534014 }],
  ['an unknown notification_type', { notification_type: 'LOUD' }, { code: 100 }],
  ['a reply to nothing', { reply_to: { mid: 'm_none' } }, { code: 100 }],
  ['a sender_action beside a message', { sender_action: 'typing_on' }, { code: 100, error_subcode: 2018014 }],
  [
    'no recipient',
    { recipient: undefined },
    { code: 100, message: '(#100) The parameter recipient is required' },
  ],
]

t.test('the Send API refuses a good message in a wrong envelope', async (t) => {
  const { send, say } = await startConnected(t)
  say('hi')
  for (const [name, more, error] of envelopes)
    t.match(await send({ text: 'good' }, more), { status: 400, body: { error } }, name)
})
