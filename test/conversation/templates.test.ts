import t from 'tap'
import { talk } from './talk.ts'

const ask = async (item: string, said = 'show', options: Parameters<typeof talk>[1] = {}) => {
  const { say, last } = talk(
    `language: en\nreplies: { a: { when: ['/show ?(?<word>.*)/s'], say: [${item}] } }`,
    options,
  )
  await say(said)
  const [reply, ...more] = last().replies
  t.equal(more.length, 0)
  return { media: reply?.media, ...reply?.message.attachment }
}

t.test('what stays the same is uploaded once, what differs from visitor to visitor is not', async (t) => {
  const url = 'https://x.y/a.png'
  t.same(await ask(`{ image: "${url}" }`), {
    type: 'image',
    payload: { url },
    media: { type: 'image', from: { url } },
  })
  t.same(await ask('{ file: lists/menu.pdf }'), {
    type: 'file',
    payload: {},
    media: { type: 'file', from: { file: 'lists/menu.pdf' } },
  })
  t.same(await ask('{ image: "https://x.y/{{word}}.png" }', 'show a/b'), {
    type: 'image',
    payload: { url: 'https://x.y/a%2Fb.png' },
    media: undefined,
  })
  t.same(await ask(`{ image: "${url}", fresh: true }`), { type: 'image', payload: { url }, media: undefined })
  t.same((await ask('{ audio: { en: en.mp3, de: de.mp3 } }', 'show', { locale: 'de_DE' })).media, {
    type: 'audio',
    from: { file: 'de.mp3' },
  })
})

t.test('a picture with buttons is a media template', async (t) => {
  const buttons = [
    { type: 'postback', title: 'Again', payload: 'a' },
    { type: 'web_url', title: 'Shop', url: 'https://x.y/w' },
  ]
  const below = 'buttons: [{ title: Again, reply: a }, { title: Shop, url: "https://x.y/{{word}}" }]'
  t.same(await ask(`{ image: a.png, ${below} }`, 'show w'), {
    type: 'template',
    payload: { template_type: 'media', elements: [{ media_type: 'image', buttons }] },
    media: { type: 'image', from: { file: 'a.png' } },
  })
  const film = 'https://www.facebook.com/page/videos/1'
  t.same(await ask(`{ video: "${film}", ${below} }`, 'show w'), {
    type: 'template',
    payload: { template_type: 'media', elements: [{ media_type: 'video', url: film, buttons }] },
    media: undefined,
  })
  const stranger = 'https://facebook.com.x.y/a'
  t.same((await ask(`{ video: "${stranger}", ${below} }`)).media, { type: 'video', from: { url: stranger } })
})

t.test('a button calls the number it names, however that is written', async (t) => {
  for (const number of [
    '+493012345',
    '"+49 (30) 123-45"',
    "'tel:+49 30/12345'",
    '+49 30 12345',
    '+49 (0)30 12345',
  ]) {
    const { payload } = await ask(`{ text: Call us, buttons: [{ title: Call, call: ${number} }] }`)
    t.same(payload, {
      template_type: 'button',
      text: 'Call us',
      buttons: [{ type: 'phone_number', title: 'Call', payload: '+493012345' }],
    })
  }
})

t.test('a receipt takes its shape on the wire, in the language of the visitor', async (t) => {
  const item = `{ receipt: {
    number: "{{word}}", name: "{{first_name}} {{last_name}}", currency: EUR,
    payment: { en: Cash, de: Bar }, total: 56.140, subtotal: 50, shipping: 4.5, tax: 1.64,
    items: [{ title: { en: Shirt, de: Hemd }, subtitle: Red, quantity: "{{word}}", price: 50, image: "https://x.y/{{word}}" },
            { title: Bag, price: "{{first_name}}" }],
    discounts: [{ name: Sale, amount: 2 }],
    address: { street: Way 1, street_2: Left, city: Bonn, postal_code: 01234, state: NW, country: DE },
    merchant: Shop, url: "https://x.y/orders/{{word}}", date: 2026-11-21 } }`
  const receipt = await ask(item, 'show 4711', {
    profile: { first_name: 'Vera', last_name: 'Visitor' },
    locale: 'de_DE',
  })
  t.same(receipt.payload, {
    template_type: 'receipt',
    recipient_name: 'Vera Visitor',
    order_number: '4711',
    currency: 'EUR',
    payment_method: 'Bar',
    order_url: 'https://x.y/orders/4711',
    merchant_name: 'Shop',
    timestamp: '1795219200',
    address: {
      street_1: 'Way 1',
      street_2: 'Left',
      city: 'Bonn',
      postal_code: '01234',
      state: 'NW',
      country: 'DE',
    },
    elements: [
      {
        title: 'Hemd',
        subtitle: 'Red',
        quantity: 4711,
        price: 50,
        currency: 'EUR',
        image_url: 'https://x.y/4711',
      },
      { title: 'Bag', price: 0, currency: 'EUR' },
    ],
    adjustments: [{ name: 'Sale', amount: 2 }],
    summary: { subtotal: 50, shipping_cost: 4.5, total_tax: 1.64, total_cost: 56.14 },
  })
})

t.test('a coupon takes its shape on the wire', async (t) => {
  const item = `{ coupon: { title: "For {{word}}", subtitle: Half price, code: "S{{word}}", url: "https://x.y/{{word}}",
    button: { en: Use it, de: Einlösen }, before: "Hi {{first_name}}!", image: "https://x.y/a.png" } }`
  t.same((await ask(item, 'show a b')).payload, {
    template_type: 'coupon',
    title: 'For a b',
    subtitle: 'Half price',
    coupon_code: 'Sab',
    coupon_url: 'https://x.y/a%20b',
    coupon_url_button_title: 'Use it',
    coupon_pre_message: 'Hi!',
    image_url: 'https://x.y/a.png',
  })
})

t.test('what is not known, or is far too long, leaves nothing that Facebook would refuse', async (t) => {
  const receipt =
    '{ receipt: { number: "{{word}}", name: "{{name}}", currency: EUR, payment: "{{word}}", total: "{{word}}", date: "{{word}}" } }'
  t.match((await ask(receipt)).payload, {
    recipient_name: '…',
    order_number: '…',
    payment_method: '…',
    timestamp: undefined,
    summary: { total_cost: 0 },
  })
  t.match((await ask(receipt, 'show -3')).payload, { summary: { total_cost: 0 } })
  t.match((await ask(receipt, 'show Infinity')).payload, { summary: { total_cost: 0 } })
  const { payload } = await ask(
    '{ coupon: { title: "{{word}}", code: "{{word}}" } }',
    `show ${'long '.repeat(400)}`,
  )
  t.match(payload, { title: /^(long ){1,15}[^]{1,5}$/, coupon_code: /^(long)+…?$/ })
  t.ok(JSON.stringify(payload).length < 300)
  t.match((await ask('{ coupon: { title: x, code: "{{word}}" } }')).payload, { coupon_code: '…' })
})

t.test('variables stand in the texts of a raw template, at any depth, and nowhere else', async (t) => {
  const item = `{ template: { template_type: generic, "{{word}}": 1, sharable: true, nothing: null, elements: [{
    title: "Hi {{first_name | friend}}, {{word}}!", subtitle: "{{word}}",
    buttons: [{ type: web_url, title: Go, url: "https://x.y/{{word}}?a=b" }, { type: postback, title: T, payload: "p{{word}}" }] }] } }`
  t.same((await ask(item, 'show "}],{{first_name}}')).payload, {
    template_type: 'generic',
    '{{word}}': 1,
    sharable: true,
    nothing: null,
    elements: [
      {
        title: 'Hi friend, "}],{{first_name}}!',
        subtitle: '"}],{{first_name}}',
        buttons: [
          { type: 'web_url', title: 'Go', url: 'https://x.y/%22%7D%5D%2C%7B%7Bfirst_name%7D%7D?a=b' },
          { type: 'postback', title: 'T', payload: 'p"}],{{first_name}}' },
        ],
      },
    ],
  })
  t.match((await ask(item)).payload, { elements: [{ subtitle: '…' }] }, 'no text is empty')
})

t.test('names are looked up for every kind that mentions them', async (t) => {
  const kinds: [item: string, path: string][] = [
    [
      `{ receipt: { number: 1, name: x, currency: EUR, payment: x, total: 1, items: [{ title: "{{first_name}}", price: 1 }] } }`,
      'title',
    ],
    [
      `{ receipt: { number: 1, name: x, currency: EUR, payment: x, total: 1, address: { street: "{{first_name}}", city: x, postal_code: x, state: x, country: x } } }`,
      'street_1',
    ],
    [
      '{ receipt: { number: 1, name: x, currency: EUR, payment: x, total: 1, merchant: "{{first_name}}" } }',
      'merchant_name',
    ],
    ['{ coupon: { title: x, code: "{{first_name}}" } }', 'coupon_code'],
    ['{ coupon: { title: x, code: y, before: "{{first_name}}" } }', 'coupon_pre_message'],
    ['{ template: { template_type: x, deep: [[{ text: "{{first_name}}" }]] } }', 'text'],
    ['{ image: a.png, buttons: [{ title: x, url: "https://x.y/{{first_name}}" }] }', 'url'],
  ]
  for (const [item, key] of kinds) {
    const { payload } = await ask(item, 'show', { profile: { first_name: 'Vera' } })
    t.match(JSON.stringify(payload), new RegExp(`"${key}":"[^"]*Vera"`), item)
  }
})
