import t from 'tap'
import { parseScript } from '../../src/script/parse.ts'
import { ScriptError, type Mistake } from '../../src/script/mistakes.ts'
import { atCaret } from '../conversation/scripts.ts'

const FILES: Record<string, number> = {
  'menu.pdf': 1000,
  'pictures/shirt.png': 1000,
  'empty.png': 0,
  'huge.mp4': 26_214_401,
  'largest.mp4': 26_214_400,
}

const mistakesOf = (yaml: string): readonly Mistake[] => {
  try {
    parseScript(yaml, {
      file: 'bot.yaml',
      variables: ['name', 'size'],
      sizeOf: (path) => FILES[path] ?? null,
    })
    return []
  } catch (error) {
    if (error instanceof ScriptError) return error.mistakes
    throw error
  }
}

const said = (item: string): string => `replies:\n  a:\n    say:\n      - ${item}\n`
const long = (length: number): string => 'x'.repeat(length)
const many = (count: number, item: string): string => Array.from({ length: count }, () => item).join(', ')
const RECEIPT = 'number: "1", name: "{{name}}", currency: EUR, payment: Cash, total: 9.50'
const receipt = (more: string): string => `{ receipt: { ${RECEIPT}, ${more} } }`

const RIGHT: [what: string, item: string][] = [
  ['a file beside the script', '{ file: menu.pdf }'],
  ['a picture in a folder', '{ image: pictures/shirt.png }'],
  ['a picture for each language', '{ image: { en: pictures/shirt.png, de: "https://x.y/hemd.png" } }'],
  ['any file to download', '{ file: pictures/shirt.png }'],
  ['the largest film', '{ video: largest.mp4 }'],
  ['a picture with buttons', '{ image: pictures/shirt.png, buttons: [{ title: Again, reply: a }] }'],
  [
    'a film of Facebook with buttons',
    '{ video: "https://www.facebook.com/x/videos/1", buttons: [{ title: A, reply: a }] }',
  ],
  ['a picture that changes', '{ image: "https://x.y/today.png", fresh: true }'],
  ['the least receipt', `{ receipt: { ${RECEIPT} } }`],
  [
    'a receipt with variables as amounts',
    receipt('items: [{ title: x, quantity: "{{size}}", price: "{{size | 3}}" }]'),
  ],
  [
    'a whole receipt',
    receipt(
      `items: [{ title: { en: x, de: y }, subtitle: s, quantity: 2, price: 9.5, image: "https://x.y/a" }],
        discounts: [{ name: Sale, amount: 1 }], subtotal: 1, shipping: 0, tax: 0.5,
        address: { street: s, street_2: t, city: c, postal_code: 0123, state: s, country: DE },
        merchant: m, url: "https://x.y/{{size}}", date: 2026-11-21`,
    ),
  ],
  ['a coupon with a code', '{ coupon: { title: x, code: "SUMMER{{size}}" } }'],
  [
    'a coupon with all',
    '{ coupon: { title: x, subtitle: y, code: A, url: "https://x.y", button: Go, before: Hi, image: "https://x.y/a" } }',
  ],
  [
    'variables in a raw template',
    '{ template: { template_type: generic, elements: [{ title: "{{name}}" }] } }',
  ],
]
for (const [what, item] of RIGHT) {
  t.test(`${what} is right`, async (t) => {
    t.same(mistakesOf(said(item)), [])
  })
}

const WRONG: [what: string, item: string, found: string | RegExp, expected: string | RegExp][] = [
  [
    'a file that is not there',
    '{ image: ‸none.png }',
    /"none.png", which is not there/,
    /in the folder of the script/,
  ],
  ['an empty file', '{ image: ‸empty.png }', /an empty file/, /something in it/],
  ['a file too large', '{ video: ‸huge.mp4 }', /26214401 bytes/, "at most 25 MiB (Facebook's limit)"],
  [
    'a file of another type',
    '{ image: ‸menu.pdf }',
    '"menu.pdf"',
    /an image: \.png, \.jpg.*or a web address/,
  ],
  ['a film as a sound', '{ audio: ‸huge.mp4 }', '"huge.mp4"', /an audio: \.mp3/],
  ['a file outside', '{ file: ‸../secret.pdf }', '"../secret.pdf"', /in the folder of the script/],
  ['a file from the root', '{ file: ‸/etc/passwd }', '"/etc/passwd"', /in the folder of the script/],
  ['a hidden file', '{ file: ‸.env }', '".env"', /in the folder of the script/],
  ['a file in a hidden folder', '{ file: ‸.git/config }', '".git/config"', /in the folder of the script/],
  ['backslashes', '{ file: ‸a\\b.pdf }', /a\\\\?b\.pdf/, /in the folder of the script/],
  ['another kind of address', '{ file: ‸"file:menu.pdf" }', '"file:menu.pdf"', /begins with https/],
  ['a file chosen by the visitor', '{ file: ‸"{{name}}.pdf" }', '"{{name}}.pdf"', /begins with https/],
  [
    'buttons under a sound',
    '{ audio: "https://x.y/a.mp3", ‸buttons: [{ title: A, reply: a }] }',
    'the key "buttons"',
    /audio, fresh/,
  ],
  [
    'a text and a picture',
    '{ image: "https://x.y/a.png", ‸text: x }',
    'the key "text"',
    /image, buttons, fresh/,
  ],
  [
    'four buttons under a picture',
    `{ image: pictures/shirt.png, buttons: [${many(3, '{ title: A, reply: a }')}, ‸{ title: A, reply: a }] }`,
    '4 items',
    /at most 3/,
  ],
  [
    'variables above buttons',
    '‸{ image: "https://x.y/{{name}}.png", buttons: [{ title: A, reply: a }] }',
    /variables above buttons/,
    /uploaded/,
  ],
  ['a fresh file', '‸{ image: pictures/shirt.png, fresh: true }', /"fresh" with a file/, /web address/],
  [
    'fresh with buttons',
    '‸{ image: "https://x.y", fresh: true, buttons: [{ title: A, reply: a }] }',
    /"fresh"/,
    /web address/,
  ],
  [
    'a receipt without a total',
    '{ receipt: ‸{ number: 1, name: x, currency: EUR, payment: Cash } }',
    'no "total"',
    /receipt/,
  ],
  [
    'a currency that is none',
    '{ receipt: { number: 1, name: x, currency: ‸euro, payment: Cash, total: 1 } }',
    '4 characters',
    /at most 3/,
  ],
  [
    'a currency in small letters',
    '{ receipt: { number: 1, name: x, currency: ‸eur, payment: Cash, total: 1 } }',
    '"eur"',
    /three capital letters/,
  ],
  [
    'a total with a currency in it',
    '{ receipt: { number: 1, name: x, currency: EUR, payment: Cash, total: ‸9 EUR } }',
    '"9 EUR"',
    /an amount like 49\.00/,
  ],
  ['a negative amount', receipt('tax: ‸-1'), '"-1"', /an amount/],
  ['an amount made of two', receipt('tax: ‸"{{size}}{{size}}"'), '"{{size}}{{size}}"', /a variable alone/],
  ['an amount of infinity', receipt('tax: ‸.inf'), /inf/, /an amount/],
  ['a line without a price', receipt('items: [‸{ title: x }]'), 'no "price"', /line of a receipt/],
  [
    '101 lines',
    receipt(`items: [${many(100, '{ title: x, price: 1 }')}, ‸{ title: x, price: 1 }]`),
    '101 items',
    /at most 100/,
  ],
  [
    'an address without a city',
    receipt('address: ‸{ street: s, postal_code: 1, state: s, country: DE }'),
    'no "city"',
    /address/,
  ],
  ['an unknown key of a receipt', receipt('‸totl: 1'), 'the key "totl"', /a receipt/],
  [
    'a coupon without code and address',
    '‸{ coupon: { title: x } }',
    'neither "code" nor "url"',
    /one of them/,
  ],
  ['a code with a space', '‸{ coupon: { title: x, code: SUMMER 20 } }', 'a code with spaces', /without/],
  [
    'a button that leads nowhere',
    '‸{ coupon: { title: x, code: A, button: Go } }',
    '"button" without "url"',
    /address/,
  ],
  ['a long title of a coupon', `{ coupon: { title: ‸${long(81)}, code: A } }`, '81 characters', /at most 80/],
  [
    'a long button of a coupon',
    `{ coupon: { title: x, url: "https://x.y", button: ‸${long(21)} } }`,
    '21 characters',
    /at most 20/,
  ],
  [
    'an unknown variable in a raw template',
    '{ template: { template_type: generic, elements: [{ title: "Hi ‸{{nam}}" }] } }',
    'the variable {{nam}}',
    /one known/,
  ],
  [
    'half a variable in a raw template',
    '{ template: { template_type: generic, elements: [{ title: "Hi ‸{{name" }] } }',
    /\{\{ without a name/,
    /like \{\{page_name\}\}/,
  ],
]
for (const [what, item, found, expected] of WRONG) {
  t.test(`${what} is refused at its place`, async (t) => {
    const { script, line, column } = atCaret(said(item))
    const mistakes = mistakesOf(script)
    t.match(mistakes, [{ line, column, found, expected }])
    t.equal(mistakes.length, 1)
  })
}

t.test('a file that several messages name is looked at in each', async (t) => {
  t.equal(mistakesOf(`${said('{ file: none.pdf }')}      - { file: none.pdf }\n`).length, 2)
})
