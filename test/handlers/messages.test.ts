import t from 'tap'
import * as m from '../../src/handlers/messages.ts'

const long = (length: number): string => 'x'.repeat(length)

const RECEIPT: m.Receipt = {
  orderNumber: '4711',
  recipientName: 'Vera',
  currency: 'EUR',
  paymentMethod: 'Cash',
  summary: { totalCost: 9.5 },
}

t.test('every kind of message has a builder, in the shape of the Send API', async (t) => {
  t.same(m.text('Hi', [m.quickReply('Yes', 'yes'), m.phoneQuickReply, m.emailQuickReply]), {
    text: 'Hi',
    quick_replies: [
      { content_type: 'text', title: 'Yes', payload: 'yes' },
      { content_type: 'user_phone_number' },
      { content_type: 'user_email' },
    ],
  })
  const media = { image: m.image, audio: m.audio, video: m.video, file: m.file }
  for (const [type, make] of Object.entries(media)) {
    t.same(make('https://x.y/a'), { attachment: { type, payload: { url: 'https://x.y/a' } } })
  }
  t.same(m.uploaded('image', '1857'), { attachment: { type: 'image', payload: { attachment_id: '1857' } } })
  t.match(
    m.buttons('Pick', [
      m.postbackButton('A', 'a'),
      m.urlButton('B', 'https://x.y'),
      m.callButton('C', '+15551234567'),
    ]),
    {
      attachment: {
        payload: {
          template_type: 'button',
          buttons: [{ type: 'postback' }, { type: 'web_url' }, { type: 'phone_number' }],
        },
      },
    },
  )
  t.match(
    m.cards([
      {
        title: 'A',
        subtitle: 'b',
        imageUrl: 'https://x.y/i',
        url: 'https://x.y',
        buttons: [m.postbackButton('A', 'a')],
      },
    ]),
    {
      attachment: {
        payload: {
          template_type: 'generic',
          elements: [{ title: 'A', default_action: { type: 'web_url' } }],
        },
      },
    },
  )
  t.same(m.media('image', { attachmentId: '1857' }, [m.postbackButton('A', 'a')]).attachment?.payload, {
    template_type: 'media',
    elements: [
      {
        media_type: 'image',
        attachment_id: '1857',
        buttons: [{ type: 'postback', title: 'A', payload: 'a' }],
      },
    ],
  })
  t.same(m.media('video', { url: 'https://www.facebook.com/v/1' }).attachment?.payload, {
    template_type: 'media',
    elements: [{ media_type: 'video', url: 'https://www.facebook.com/v/1' }],
  })
  t.same(m.receipt(RECEIPT).attachment?.payload, {
    template_type: 'receipt',
    recipient_name: 'Vera',
    order_number: '4711',
    currency: 'EUR',
    payment_method: 'Cash',
    summary: { total_cost: 9.5 },
  })
  t.same(
    m.receipt({
      ...RECEIPT,
      summary: { subtotal: 1, shippingCost: 2, totalTax: 3, totalCost: 6 },
      items: [{ title: 'Shirt', subtitle: 'Red', quantity: 2, price: 9, imageUrl: 'https://x.y/a' }],
      adjustments: [{ name: 'Sale', amount: 1 }],
      address: { street: 's', street2: 't', city: 'c', postalCode: 'p', state: 'w', country: 'DE' },
      merchantName: 'Shop',
      orderUrl: 'https://x.y/4711',
      boughtMs: 1_795_219_200_999,
    }).attachment?.payload,
    {
      template_type: 'receipt',
      recipient_name: 'Vera',
      order_number: '4711',
      currency: 'EUR',
      payment_method: 'Cash',
      merchant_name: 'Shop',
      order_url: 'https://x.y/4711',
      timestamp: '1795219200',
      address: { street_1: 's', street_2: 't', city: 'c', postal_code: 'p', state: 'w', country: 'DE' },
      elements: [
        {
          title: 'Shirt',
          subtitle: 'Red',
          quantity: 2,
          price: 9,
          currency: 'EUR',
          image_url: 'https://x.y/a',
        },
      ],
      adjustments: [{ name: 'Sale', amount: 1 }],
      summary: { subtotal: 1, shipping_cost: 2, total_tax: 3, total_cost: 6 },
    },
  )
  t.same(
    m.coupon({
      title: 'Sale',
      subtitle: 'Half',
      code: 'A1',
      url: 'https://x.y',
      urlTitle: 'Go',
      before: 'Hi',
      imageUrl: 'https://x.y/a',
    }).attachment?.payload,
    {
      template_type: 'coupon',
      title: 'Sale',
      subtitle: 'Half',
      coupon_code: 'A1',
      coupon_url: 'https://x.y',
      coupon_url_button_title: 'Go',
      coupon_pre_message: 'Hi',
      image_url: 'https://x.y/a',
    },
  )
  t.match(m.template({ template_type: 'product' }), { attachment: { payload: { template_type: 'product' } } })
})

t.test('what Facebook would refuse is refused where it is made', async (t) => {
  const wrong: [what: string, make: () => unknown][] = [
    ['a long text', () => m.text(long(2000))],
    ['no text', () => m.text('')],
    [
      '14 quick replies',
      () =>
        m.text(
          'x',
          Array.from({ length: 14 }, () => m.quickReply('a', 'a')),
        ),
    ],
    ['a long title', () => m.quickReply(long(21), 'a')],
    ['a long payload', () => m.postbackButton('a', long(1001))],
    ['no address', () => m.image('a.png')],
    ['another scheme', () => m.urlButton('a', 'javascript:alert(1)')],
    ['a phone number without +', () => m.callButton('a', '030 123')],
    ['a long text above buttons', () => m.buttons(long(641), [m.postbackButton('a', 'a')])],
    ['4 buttons', () => m.buttons('x', Array.from({ length: 4 }, () => m.postbackButton('a', 'a')) as never)],
    ['no buttons', () => m.buttons('x', [] as never)],
    ['no cards', () => m.cards([])],
    ['11 cards', () => m.cards(Array.from({ length: 11 }, () => ({ title: 'a', subtitle: 'b' })))],
    ['a bare card', () => m.cards([{ title: 'a' }])],
    ['a media template with a foreign address', () => m.media('image', { url: 'https://x.y/facebook.com/' })],
    [
      'a media template with 4 buttons',
      () => m.media('image', { attachmentId: '1' }, Array(4).fill(m.postbackButton('a', 'a')) as never),
    ],
    ['a currency in words', () => m.receipt({ ...RECEIPT, currency: 'Euro' })],
    ['a receipt without a recipient', () => m.receipt({ ...RECEIPT, recipientName: '' })],
    ['a total that is no number', () => m.receipt({ ...RECEIPT, summary: { totalCost: Number.NaN } })],
    ['a negative price', () => m.receipt({ ...RECEIPT, items: [{ title: 'a', price: -1 }] })],
    ['101 lines', () => m.receipt({ ...RECEIPT, items: Array(101).fill({ title: 'a', price: 1 }) as [] })],
    ['a coupon for nothing', () => m.coupon({ title: 'a' })],
    ['a code with a space', () => m.coupon({ title: 'a', code: 'A 1' })],
    ['a long title of a coupon', () => m.coupon({ title: long(81), code: 'A' })],
    ['a long title of a card', () => m.cards([{ title: long(81), subtitle: 'b' }])],
  ]
  for (const [what, make] of wrong) t.throws(make, RangeError, what)
})

t.test('a message written by hand is checked like one that was built', async (t) => {
  const tap = (title: string, payload = 'p') => ({ content_type: 'text', title, payload })
  const wrong: [what: string, message: unknown, reason: RegExp][] = [
    ['a long title', { text: 'x', quick_replies: [tap(long(21))] }, /at most 20 characters, this one has 21/],
    ['a long payload', { text: 'x', quick_replies: [tap('a', long(1001))] }, /a payload has at most 1000/],
    [
      'no payload',
      { text: 'x', quick_replies: [{ content_type: 'text', title: 'a' }] },
      /a payload is not empty/,
    ],
    ['nothing', { text: 'x', quick_replies: [null] }, /null is no quick reply/],
    [
      'another kind',
      { text: 'x', quick_replies: [{ content_type: 'location' }] },
      /location.* is no quick reply/,
    ],
    ['another type', { attachment: { type: 'gif', payload: {} } }, /is image, audio, video, file, template/],
  ]
  for (const [what, message, reason] of wrong) t.throws(() => m.checkMessage(message), reason, what)

  const choices = [{ ...tap('a'), image_url: 'https://x.y/a' }, m.phoneQuickReply, m.emailQuickReply]
  t.same(m.checkMessage({ text: 'x', quick_replies: choices }), { text: 'x', quick_replies: choices })
  const cut = '👍'.slice(0, 1)
  t.same(m.checkMessage({ text: cut, quick_replies: [tap(cut)] }), {
    text: '\ufffd',
    quick_replies: [tap('\ufffd')],
  })
})
