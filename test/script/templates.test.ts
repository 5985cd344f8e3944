import t from 'tap'
import { parseScript } from '../../src/script/parse.ts'
import { ScriptError, type Mistake } from '../../src/script/mistakes.ts'
import { atCaret } from '../conversation/scripts.ts'

const FILES: Record<string, number> = {
  'menu.pdf': 1000,
  'pictures/shirt.png': 1000,
  'empty.png': 0,
  'huge.mp4': 26_214_401,
  ...Object.fromEntries(
    [
      'a.png',
      'a.jpg',
      'a.gif',
      'a.webp',
      'a.wav',
      'a.mp3',
      'a.aac',
      'a.ogg',
      'a.m4a',
      'a.mp4',
      'a.mov',
      'a.webm',
    ].map((path) => [path, 1000]),
  ),
  'begins-text.png': 1000,
  'begins-jpg.png': 1000,
  'begins-pdf.mp4': 1000,
  'begins-png.mp3': 1000,
  'begins-heic.jpg': 1000,
  'begins-heic.mp4': 1000,
  'begins-text.pdf': 1000,
  'largest.mp4': 26_214_400,
}

/** Each begins as its name says, unless the name says how it begins. */
const headOf = (path: string): Uint8Array => {
  const [, given, ending = ''] = /(?:begins-(\w+))?\.(\w+)$/.exec(path) ?? []
  return Buffer.from(HEADS[given ?? ending] ?? 'a text', 'latin1')
}
const HEADS: Record<string, string> = {
  png: '\x89PNG\r\n\x1a\n',
  jpg: '\xff\xd8\xff\xe0',
  gif: 'GIF89a',
  webp: 'RIFF\x10\0\0\0WEBPVP8 ',
  wav: 'RIFF\x10\0\0\0WAVEfmt ',
  mp3: 'ID3\x04',
  aac: '\xff\xf1\x50\x80',
  ogg: 'OggS\0',
  m4a: '\0\0\0\x20ftypM4A ',
  mp4: '\0\0\0\x20ftypisom',
  mov: '\0\0\0\x14ftypqt  ',
  webm: '\x1a\x45\xdf\xa3',
  pdf: '%PDF-1.7',
  heic: '\0\0\0\x18ftypheic',
}

const mistakesOf = (yaml: string): readonly Mistake[] => {
  try {
    parseScript(yaml, {
      file: 'bot.yaml',
      variables: ['name', 'size'],
      lookAt: (path) => {
        const bytes = FILES[path]
        return bytes === undefined ? null : { bytes, head: headOf(path) }
      },
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
  [
    'a raw generic template',
    `{ template: { template_type: generic, elements: [${many(10, '{ title: x, subtitle: y, buttons: [{ type: web_url, title: A, url: "https://x.y" }] }')}] } }`,
  ],
  [
    'a raw text that is short without its variable',
    `{ template: { template_type: button, text: "${long(639)}{{name}}", buttons: [{ type: postback, title: A, payload: a }] } }`,
  ],
  [
    'a raw media template',
    '{ template: { template_type: media, elements: [{ media_type: video, url: "https://www.facebook.com/p/videos/1" }] } }',
  ],
  [
    'a raw template of a type with limits of its own',
    '{ template: { template_type: receipt, elements: [] } }',
  ],
  ['a file beside the script', '{ file: menu.pdf }'],
  ['a picture in a folder', '{ image: pictures/shirt.png }'],
  ['a picture for each language', '{ image: { en: pictures/shirt.png, de: "https://x.y/hemd.png" } }'],
  ['any file to download', '{ file: pictures/shirt.png }'],
  ['the largest film', '{ video: largest.mp4 }'],
  ...['png', 'jpg', 'gif', 'webp'].map((ending): [string, string] => [
    `an image .${ending}`,
    `{ image: a.${ending} }`,
  ]),
  ...['wav', 'mp3', 'aac', 'ogg', 'm4a'].map((ending): [string, string] => [
    `a sound .${ending}`,
    `{ audio: a.${ending} }`,
  ]),
  ...['mp4', 'mov', 'webm'].map((ending): [string, string] => [
    `a film .${ending}`,
    `{ video: a.${ending} }`,
  ]),
  ['a picture of another kind than its name says', '{ image: begins-jpg.png }'],
  ['whatever a file to download holds', '{ file: begins-text.pdf }'],
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
    '{ template: { template_type: generic, elements: [{ title: "{{name}}", subtitle: "{{size}}" }] } }',
  ],
]
for (const [what, item] of RIGHT) {
  t.test(`${what} is right`, async (t) => {
    t.same(mistakesOf(said(item)), [])
  })
}

const WRONG: [what: string, item: string, found: string | RegExp, expected: string | RegExp][] = [
  [
    'a generic template of 11 elements',
    `{ template: { template_type: generic, elements: [${many(10, '{ title: x, subtitle: y }')}, ‸{ title: x, subtitle: y }] } }`,
    '11 elements',
    /1 to 10/,
  ],
  [
    'a generic template without elements',
    '{ template: ‸{ template_type: generic } }',
    'no list of "elements"',
    /1 to 10/,
  ],
  [
    'an element with a long title',
    `{ template: { template_type: generic, elements: [{ title: ‸${long(81)}, subtitle: y }] } }`,
    'a "title" of 81 characters',
    /at most 80/,
  ],
  [
    'an element with nothing but its title',
    '{ template: { template_type: generic, elements: [‸{ title: x }] } }',
    'an element with a title only',
    /something besides/,
  ],
  [
    'an element with four buttons',
    `{ template: { template_type: generic, elements: [{ title: x, buttons: [${many(3, '{ type: postback, title: A, payload: a }')}, ‸{ type: postback, title: A, payload: a }] }] } }`,
    '4 buttons',
    /1 to 3/,
  ],
  [
    'a button template without buttons',
    '{ template: ‸{ template_type: button, text: x } }',
    'no list of "buttons"',
    /1 to 3/,
  ],
  [
    'a button template with a long text',
    `{ template: { template_type: button, text: ‸${long(641)}, buttons: [{ type: postback, title: A, payload: a }] } }`,
    'a "text" of 641 characters',
    /at most 640/,
  ],
  [
    'a raw button with a long title',
    `{ template: { template_type: button, text: x, buttons: [{ type: postback, title: ‸${long(21)}, payload: a }] } }`,
    'a "title" of 21 characters',
    /at most 20/,
  ],
  [
    'a media template of two elements',
    '{ template: { template_type: media, elements: [{ media_type: image, attachment_id: 1 }, ‸{ media_type: image, attachment_id: 1 }] } }',
    '2 elements',
    /exactly 1/,
  ],
  [
    'a media template of another type',
    '{ template: { template_type: media, elements: [{ media_type: ‸audio, attachment_id: 1 }] } }',
    'the media type audio',
    /image or video/,
  ],
  [
    'a media template with an address elsewhere',
    '{ template: { template_type: media, elements: [{ media_type: image, url: ‸"https://x.y/a.png" }] } }',
    'an address elsewhere',
    /facebook\.com/,
  ],
  [
    'a media template with nothing to show',
    '{ template: { template_type: media, elements: [‸{ media_type: image }] } }',
    'neither "url" nor "attachment_id"',
    /one of them/,
  ],
  [
    'a text that is named like a picture',
    '{ image: ‸begins-text.png }',
    '"begins-text.png", which does not begin like one',
    /an image that is what its name says/,
  ],
  [
    'a PDF that is named like a film',
    '{ video: ‸begins-pdf.mp4 }',
    '"begins-pdf.mp4", which is a PDF by its first bytes',
    /a video that is/,
  ],
  [
    'a picture that is named like a sound',
    '{ audio: ‸begins-png.mp3 }',
    '"begins-png.mp3", which is a PNG by its first bytes',
    /an audio that is/,
  ],
  [
    'a photo of a telephone under another name',
    '{ image: ‸begins-heic.jpg }',
    '"begins-heic.jpg", which is a HEIC by its first bytes',
    /an image that is/,
  ],
  [
    'a photo of a telephone that is named like a film',
    '{ video: ‸begins-heic.mp4 }',
    '"begins-heic.mp4", which is a HEIC by its first bytes',
    /a video that is/,
  ],
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
    '{ template: { template_type: generic, elements: [{ title: "Hi ‸{{nam}}", subtitle: x }] } }',
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
