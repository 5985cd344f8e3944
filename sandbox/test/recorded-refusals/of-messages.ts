import { bad, link, postback, required, type Recorded } from './recorded.ts'

const SEND_AS = 'github.com/Messageflow/send-as, src/test/expected.ts (2018)'
const buttons = (...list: unknown[]) => ({ template_type: 'button', text: 'a', buttons: list })
const cards = (...list: unknown[]) => ({ template_type: 'generic', elements: list })
const reply = (more: object) => ({ text: 'a', quick_replies: [{ content_type: 'text', ...more }] })
const receipt = (more: object) => ({
  template_type: 'receipt',
  recipient_name: 'a',
  order_number: 'b',
  currency: 'USD',
  payment_method: 'c',
  summary: { total_cost: 999.99 },
  ...more,
})
const tooFew = (name: string) => ({ code: 194, message: `(#194) param ${name} has too few elements.` })
const tooMany = (name: string) => ({ code: 105, message: `(#105) param ${name} has too many elements.` })
const EMPTY = bad('Message cannot be empty, must provide valid attachment or text', 2018034)
const INCOMPLETE = bad(
  'Incomplete element data: title and at least one other field (image url, subtitle or buttons) is required with non-empty value',
  2018035,
)
const AMOUNT = bad(
  'The amount you specified in payment summary is invalid. Please verify that it is a valid positive amount and is supported by its currency in terms of decimal places.',
  2018055,
)

/** Of messages and their templates. */
export const OF_MESSAGES: readonly Recorded[] = [
  { name: 'no text', source: SEND_AS, send: { message: { text: null } }, refused: EMPTY },
  { name: 'an empty text', source: SEND_AS, send: { message: { text: '' } }, refused: EMPTY },
  {
    name: 'no text beside quick replies',
    source: SEND_AS,
    send: { message: { text: null, quick_replies: null } },
    refused: EMPTY,
  },
  { name: 'no attachment', source: SEND_AS, send: { message: { attachment: null } }, refused: EMPTY },
  {
    name: 'an attachment without type',
    source: SEND_AS,
    send: { message: { attachment: { type: null, payload: null } } },
    refused: required('message[attachment][type]'),
  },
  {
    name: 'an attachment without payload',
    source: SEND_AS,
    send: { message: { attachment: { type: 'template', payload: null } } },
    refused: required('message[attachment][payload]'),
  },
  {
    name: 'a template without type',
    source: SEND_AS,
    send: { template: { template_type: null } },
    refused: bad('Invalid template type'),
  },
  {
    name: 'a button template without text',
    source: SEND_AS,
    send: { template: { template_type: 'button', text: null, buttons: null } },
    refused: required('name_placeholder[text]'),
  },
  {
    name: 'a button template without buttons',
    source: SEND_AS,
    send: { template: { template_type: 'button', text: 'a', buttons: null } },
    refused: required('name_placeholder[buttons]'),
  },
  {
    name: 'a button template with no button',
    source: SEND_AS,
    send: { template: buttons() },
    refused: bad('param name_placeholder[buttons] must be non-empty.'),
  },
  {
    name: 'a button without type',
    source: SEND_AS,
    send: { template: buttons({ type: null, payload: null, title: null }) },
    refused: required('name_placeholder[buttons][0][type]'),
  },
  {
    name: 'a button without title',
    source: SEND_AS,
    send: { template: buttons(postback({ title: null, payload: null })) },
    refused: bad('Element button title cannot be empty.', 2018053),
  },
  {
    name: 'a button with an empty title',
    source: SEND_AS,
    send: { template: buttons(postback({ title: '', payload: null })) },
    refused: bad('Param name_placeholder[buttons][0][title] must be a non-empty UTF-8 encoded string'),
  },
  {
    name: 'a postback without payload',
    source: SEND_AS,
    send: { template: buttons(postback({ payload: null })) },
    refused: bad('Payload cannot be empty for postback type button', 2018040),
  },
  {
    name: 'a postback with an empty payload',
    source: SEND_AS,
    send: { template: buttons(postback({ payload: '' })) },
    refused: bad('Payload cannot be empty for postback type button', 2018040),
  },
  {
    name: 'a link without address',
    source: SEND_AS,
    send: { template: buttons(link({ url: null })) },
    refused: bad('Web url cannot be empty for url type button', 2018041),
  },
  {
    name: 'a link to no address',
    source: SEND_AS,
    send: { template: buttons(link({ url: '/test-invalid-url' })) },
    refused: bad('name_placeholder[buttons][0][url] should represent a valid URL'),
  },
  {
    name: 'no cards',
    source: SEND_AS,
    send: { template: cards() },
    refused: tooFew('name_placeholder[elements]'),
  },
  {
    name: 'a card without title',
    source: SEND_AS,
    send: { template: cards({ title: null, buttons: null }) },
    refused: INCOMPLETE,
  },
  {
    name: 'a card with a title alone',
    source: SEND_AS,
    send: { template: cards({ title: 'a', buttons: null }) },
    refused: INCOMPLETE,
  },
  {
    name: 'a card with an empty title',
    source: SEND_AS,
    send: { template: cards({ title: '', buttons: null }) },
    refused: bad('Param name_placeholder[elements][0][title] must be a non-empty UTF-8 encoded string'),
  },
  {
    name: 'a card with no button',
    source: SEND_AS,
    send: { template: cards({ title: 'a', buttons: [] }) },
    refused: tooFew('name_placeholder[elements][0][buttons]'),
  },
  {
    name: 'a card with the address that default_action replaced',
    source: 'github.com/botman/botman/issues/1244 (2021; its cards always have the key)',
    send: { template: cards({ title: 'a', subtitle: 'b', item_url: 'https://a.example/', buttons: null }) },
  },
  {
    name: 'a card with the key of that address and no value',
    source: 'github.com/botman/driver-facebook, src/Extensions/Element.php (2023)',
    send: { template: cards({ title: 'a', subtitle: 'b', item_url: null, default_action: null }) },
  },
  {
    name: 'a card with both addresses',
    source: 'github.com/claudiajs/claudia-bot-builder/issues/131 (2019)',
    send: {
      template: cards({
        title: 'a',
        subtitle: 'b',
        item_url: 'https://a.example/',
        default_action: { type: 'web_url', url: 'https://a.example/' },
      }),
    },
    refused: {
      code: 1,
      error_subcode: 2018085,
      message: '(#1) Cannot specify both item_url and default_action',
    },
  },
  {
    name: 'a receipt whose number is a number',
    source: 'github.com/iTeam-S/Ampalibe/pull/67 (2022)',
    send: { template: receipt({ order_number: 123461346131 }) },
  },
  {
    name: 'no quick replies',
    source: SEND_AS,
    send: { message: { text: 'a', quick_replies: [] } },
    refused: tooFew('message[quick_replies]'),
  },
  {
    name: 'a quick reply without kind',
    source: SEND_AS,
    send: { message: reply({ content_type: null, title: null, payload: null }) },
    refused: required('message[quick_replies][0][content_type]'),
  },
  {
    name: 'a quick reply without title',
    source: SEND_AS,
    send: { message: reply({ title: null, payload: null }) },
    refused: bad('Title is required for this quick reply content type', 2018098),
  },
  {
    name: 'a quick reply without payload',
    source: SEND_AS,
    send: { message: reply({ title: 'a', payload: null }) },
    refused: bad('Payload is required for this quick reply content type', 2018099),
  },
  {
    name: 'a quick reply with a title of 32 characters',
    source: 'github.com/Messageflow/send-as, src/test/send-as-quick-reply.spec.ts (2018)',
    send: { message: reply({ title: 'test-message-quick-replies-title', payload: 'b' }) },
  },
  ...['recipient_name', 'order_number', 'currency', 'payment_method', 'summary'].flatMap((key) =>
    [null, ''].map((value): Recorded => ({
      name: `a receipt whose ${key} is ${JSON.stringify(value)}`,
      source: SEND_AS,
      send: { template: receipt({ [key]: value }) },
      refused: required(`name_placeholder[${key}]`),
    })),
  ),
  {
    name: 'a receipt in a currency of small letters',
    source: SEND_AS,
    send: { template: receipt({ currency: 'usd' }) },
    refused: bad("The currency code 'usd' is not supported"),
  },
  {
    name: 'a receipt of fractions of a cent',
    source: SEND_AS,
    send: { template: receipt({ summary: { total_cost: 999.999 } }) },
    refused: AMOUNT,
  },
  {
    name: 'neither message nor action',
    source: SEND_AS,
    send: { message: undefined },
    refused: bad('Must send either message or state', 2018015),
  },
  {
    name: 'an unknown key in a message',
    source: 'github.com/botpress/botpress/issues/2227 (2019)',
    send: { message: { text: 'a', preview: 'a' } },
    refused: bad('Invalid keys "preview" were found in param "message".'),
  },
  {
    name: 'a button in place of a message',
    source: 'github.com/rehabstudio/fbmessenger/issues/63 (2019)',
    send: { message: { type: 'web_url', title: 'Web button', url: 'http://facebook.com' } },
    refused: bad('Invalid keys "type, title, url" were found in param "message".'),
  },
  {
    name: 'an unknown key in a quick reply',
    source: 'github.com/jgorset/facebook-messenger/issues/107 (2017)',
    send: { message: reply({ title: 'a', payload: 'b', playload: 'b' }) },
    refused: bad('Invalid keys "playload" were found in param "message[quick_replies][0]".'),
  },
  {
    name: 'an unknown key in the payload of a template',
    source: 'public code for the marketing opt-in (2025)',
    send: { template: { ...cards({ title: 'a', subtitle: 'b' }), notification_messages_frequency: 'DAILY' } },
    refused: bad('Invalid keys "notification_messages_frequency" were found in param "name_placeholder".'),
  },
  {
    name: 'four buttons',
    source: 'github.com/botman/botman/issues/694 (2018)',
    send: { template: buttons(...Array.from({ length: 4 }, () => postback({}))) },
    refused: tooMany('name_placeholder[buttons]'),
  },
  {
    name: 'a card with four buttons',
    source: 'github.com/howdyai/botkit/issues/1672 (2019)',
    send: { template: cards({ title: 'a', buttons: Array.from({ length: 4 }, () => postback({})) }) },
    refused: tooMany('name_placeholder[elements][0][buttons]'),
  },
  {
    name: 'fourteen quick replies',
    source: 'github.com/microsoft/botframework-sdk/issues/3331 (2017)',
    send: {
      message: { text: 'a', quick_replies: Array.from({ length: 14 }, () => reply({}).quick_replies[0]) },
    },
    refused: tooMany('message[quick_replies]'),
  },
  {
    name: 'a picture of a card that is no address',
    source: 'public test of a Messenger client (2026)',
    send: { template: cards({ title: 'a', image_url: 'picture' }) },
    refused: bad('name_placeholder[elements][0][image_url] should represent a valid URL'),
  },
  {
    name: 'a webview on a domain that is not whitelisted',
    source: 'github.com/davidchua/pymessenger/pull/34 (2017); subcode: public code of 2026',
    send: { template: buttons(link({ messenger_extensions: true })) },
    refused: bad('The URL provided is not whitelisted for messenger extensions', 2018062),
  },
  {
    name: 'a text of 2001 characters',
    source: 'public code (2023 to 2026)',
    send: { message: { text: 'x'.repeat(2001) } },
    refused: bad('Length of param message[text] must be less than or equal to 2000'),
  },
  { name: 'a text of 2000 characters', source: 'the same', send: { message: { text: 'x'.repeat(2000) } } },
  {
    name: 'a recipient that is no number',
    source: 'github.com/botpress/botpress/issues/559 (2018)',
    send: { message: { text: 'a' }, around: { recipient: { id: 'user-1' } } },
    refused: bad('Param recipient[id] must be a valid ID string (e.g., "123")'),
  },
  {
    name: 'a recipient id that does not exist',
    source: 'docs/messenger-platform.md#f1; qiita.com/unsoluble_sugar',
    send: { message: { text: 'a' }, around: { recipient: { id: '123' } } },
    refused: bad('No matching user found', 2018001),
  },
  {
    name: 'message and action at once',
    source: 'the list of error codes (docs/messenger-platform.md#c3)',
    send: { message: { text: 'a' }, around: { sender_action: 'typing_on' } },
    refused: bad('Cannot send both message and state at the same time.', 2018014),
  },
  {
    name: 'an unknown tag',
    source: 'github.com/ker0x/messenger/issues/67 (2017)',
    send: { message: { text: 'a' }, around: { messaging_type: 'MESSAGE_TAG', tag: 'MADE_UP' } },
    refused: bad('Invalid tag.'),
  },
  {
    name: 'a tag with another type of message',
    source: 'github.com/ker0x/messenger/issues/106 (2018)',
    send: { message: { text: 'a' }, around: { messaging_type: 'RESPONSE', tag: 'HUMAN_AGENT' } },
    refused: bad('Messaging type should be MESSAGE_TAG for tagged messages.'),
  },
  {
    name: 'a removed tag',
    source: 'github.com/chatwoot/chatwoot/issues/14679 (2026)',
    send: { message: { text: 'a' }, around: { messaging_type: 'MESSAGE_TAG', tag: 'ACCOUNT_UPDATE' } },
    refused: { code: 100, message: 'Invalid parameter' },
  },
  {
    name: 'an address that cannot be fetched',
    source: 'github.com/jgorset/facebook-messenger/issues/43 (2016)',
    send: { message: { attachment: { type: 'image', payload: { url: 'pig.jpg' } } } },
    refused: bad('Failed to fetch the file from the url', 2018008),
  },
  {
    name: 'an attachment with neither address, id nor file',
    source:
      'github.com/bottenderjs/messaging-apis/issues/334 and github.com/pimax/fb-messenger-php/issues/142 (2018)',
    send: { message: { attachment: { type: 'image', payload: { is_reusable: true } } } },
    refused: bad('Incorrect number of files uploaded. Must upload exactly one file.', 2018005),
  },
]
