import { isDeepStrictEqual } from 'node:util'
import fc from 'fast-check'
import t from 'tap'
import { createMatcher } from '../../../src/conversation/match/matcher.ts'
import { CONTRACT, parse } from '../scripts.ts'
import { anyCharacter } from '../../helpers/any-character.ts'
import { matcher } from './triggers.ts'

t.test(
  'the words of a menu item or an ice breaker, which may arrive as text, lead where a tap leads',
  async (t) => {
    const { match } = createMatcher(
      parse(
        JSON.stringify({
          profile: {
            get_started: 'welcome',
            ice_breakers: [{ question: 'Can I bring my dog?', reply: 'pets' }],
            menu: [
              { title: 'Start over', reply: 'welcome' },
              { title: 'Our shop', url: 'https://example.com/' },
              { title: 'Today', reply: 'pets' },
            ],
          },
          replies: {
            welcome: { say: 'x' },
            pets: { say: 'x' },
            menu: { title: 'Today', say: 'x' },
          },
          fallback: { say: 'x' },
        }),
      ),
    )
    t.match(match('start over'), { reply: 'welcome', how: 'title' })
    t.match(match('Can I bring my dog'), { reply: 'pets', how: 'title' })
    t.equal(match('Our shop'), null)
    t.match(match('Today'), { reply: 'menu' }, "a reply's own title goes first")
  },
)

t.test('the order is: same phrase, title, pattern, similar phrase', async (t) => {
  const { match } = createMatcher(
    parse(
      JSON.stringify({
        replies: {
          pattern: { when: '/hours/i', say: 'x' },
          similar: { when: ['opening times'], say: 'x' },
          title: { title: 'Special hours', say: 'x' },
          phrase: { when: ['opening hours'], say: 'x' },
        },
      }),
    ),
  )
  t.match(match('Opening hours?'), { reply: 'phrase', how: 'phrase', confidence: 1 })
  t.match(match('special HOURS'), { reply: 'title', how: 'title' })
  t.match(match('tell me the opening hours'), { reply: 'pattern', how: 'pattern' })
  t.match(match('the opening times please'), { reply: 'similar', how: 'similar' })
})

t.test('a phrase wins over a title of another reply', async (t) => {
  const { match } = createMatcher(parse('replies: { a: { title: Help, say: x }, b: { when: help, say: x } }'))
  t.match(match('help'), { reply: 'b', how: 'phrase' })
})

t.test('of two patterns, and of two phrases equally similar, the first in the script wins', async (t) => {
  t.match(matcher({ b: ['/a+/'], a: ['/a/'] }).match('aaa'), { reply: 'b' })

  const { match } = matcher({ z: ['red shoes'], a: ['old shoes'] })
  t.match(match('shoes'), { reply: 'z' })
})

t.test('the more similar phrase wins, wherever it stands', async (t) => {
  const { match } = matcher({
    price: ['price of delivery'],
    delivery: ['delivery time'],
    time: ['time of opening'],
  })

  t.match(match('what is the delivery time'), { reply: 'delivery' })
  t.match(match('delivery price'), { reply: 'price' })
})

t.test('groups of a pattern are caught, trimmed, and empty where they took no part', async (t) => {
  const { match } = matcher({ order: ['/order\\s+(?<number>\\d+)(?: for (?<who>.+))?/i'] })

  t.same(
    match('my ORDER  42 for  Ann ')?.groups,
    new Map([
      ['number', '42'],
      ['who', 'Ann'],
    ]),
  )
  t.same(
    match('order 42')?.groups,
    new Map([
      ['number', '42'],
      ['who', ''],
    ]),
  )
})

t.test('digits of every script are digits to patterns', async (t) => {
  const groups = new Map([['number', '123']])
  for (const pattern of ['/order (?<number>\\d+)/', '/order (?<number>[٠-٩]+)/'])
    for (const text of ['order 123', 'order ١٢٣', 'order １２３', 'order १२३'])
      t.same(matcher({ order: [pattern] }).match(text)?.groups, groups, `${pattern} ${text}`)
})

t.test('flags and the escapes of JavaScript work in patterns', async (t) => {
  t.match(matcher({ a: ['/^b$/m'] }).match('a\nb'), { reply: 'a' })
  t.match(
    matcher({ a: ['/caf\\u00e9|\\p{Script=Greek}/'.replace('|\\p{Script=Greek}', '|\\p{Greek}')] }).match(
      'un café',
    ),
    { reply: 'a' },
  )
  t.equal(matcher({ a: ['/abc/'] }).match('ABC'), null)
})

t.test('a pattern that stops other engines for ever is done in a moment', async (t) => {
  const { match } = matcher({ a: ['/^(a+)+$/', '/^(.*)*x$/', '/(\\w+\\s?)*:/'] })
  const before = process.cpuUsage().user
  t.equal(match(`${'a'.repeat(499)}!`), null)
  t.ok(process.cpuUsage().user - before < 1_000_000, 'under a second of work')
})

t.test('what is no answer yields what comes near, in the same look', async (t) => {
  const { match, nearest, matchOrNearest } = matcher({ a: ['opening hours'], b: ['delivery time'] })
  t.same(matchOrNearest('opening hour', 2), match('opening hour'))
  const vague = 'a table on the terrace with a view of the opening ceremony'
  t.equal(match(vague), null)
  t.same(matchOrNearest(vague, 2), nearest(vague, 2))
  t.same(matchOrNearest('zzz', 2), [])
})

t.test('a picture alone can be a phrase', async (t) => {
  t.match(matcher({ thanks: ['👍'] }).match('👍🏽'), { reply: 'thanks', how: 'phrase' })
})

t.test('no text makes it throw, and every answer it gives exists', async () => {
  const script = parse(CONTRACT)
  const { match } = createMatcher(script)
  const words = [
    'when',
    'are',
    'you',
    'opne',
    'hours',
    'order',
    '12',
    'человек',
    '営業',
    '👍',
    "'",
    '’',
    'toString',
    '__proto__',
    '\0',
    '\u202E',
    '\uD800',
  ]
  fc.assert(
    fc.property(
      fc.oneof(
        fc.string({ unit: anyCharacter, maxLength: 700 }),
        fc.array(fc.constantFrom(...words), { maxLength: 60 }).map((parts) => parts.join(' ')),
      ),
      (text) => {
        const found = match(text)
        return (
          found === null || (script.replies.has(found.reply) && found.confidence > 0 && found.confidence <= 1)
        )
      },
    ),
    { numRuns: 2000 },
  )
})

t.test('no message changes what the next one finds', async () => {
  const script = parse(CONTRACT)
  const { matchOrNearest } = createMatcher(script)
  const words = [
    'when',
    'are',
    'you',
    'opne',
    'open',
    'opening',
    'closng',
    'time',
    'hours',
    'order',
    '12',
    'agents',
    'prson',
    'sandwiches',
  ]
  fc.assert(
    fc.property(
      fc.array(
        fc.array(fc.constantFrom(...words), { minLength: 1, maxLength: 40 }).map((parts) => parts.join(' ')),
        { minLength: 2, maxLength: 6 },
      ),
      (texts) => {
        const inTurn = texts.map((text) => matchOrNearest(text, 4))
        const alone = texts.map((text) => createMatcher(script).matchOrNearest(text, 4))
        return isDeepStrictEqual(inTurn, alone)
      },
    ),
    { numRuns: 300 },
  )
})

t.test('hostile texts of 100,000 characters cost no more than short ones', async (t) => {
  const { match } = createMatcher(parse(CONTRACT))
  const texts = ['a', 'open ', '\u202E', '\0', "a'", 'ﷺ', '👍', '\u0301', ' ', '(', 'aé営'].map((piece) =>
    piece.repeat(100_000),
  )
  const before = process.cpuUsage().user
  for (const text of texts) match(text)
  t.ok(process.cpuUsage().user - before < 1_000_000, 'under a second of work for all of them')
})

t.test('patterns see the lines of a message', async (t) => {
  const found = (when: string, text: string) =>
    createMatcher(parse(`replies: { a: { when: '${when}', say: x } }`)).match(text)?.how
  const letter = 'Hello,\r\norder 12\nbye\u2028now'
  t.equal(found('/^order \\d+$/m', letter), 'pattern')
  t.equal(found('/^order/', letter), undefined, 'without m it is the beginning of the message')
  t.equal(found('/12.bye/s', letter), 'pattern')
  t.equal(found('/12.bye/', letter), undefined)
  t.equal(found('/bye\\s+now$/', letter), 'pattern')
  t.equal(found('/a b/', 'a\u200bb'), 'pattern', 'other control characters are spaces')
})

t.test('an end never fits where a long message is cut', async (t) => {
  const found = (when: string, text: string) =>
    createMatcher(parse(`replies: { a: { when: '${when}', say: x } }`)).match(text)?.how
  const long = `${'a'.repeat(495)} stopped`
  t.equal(found('/stop$/', long), undefined)
  t.equal(found('/stop$/', `${'a'.repeat(495)} stop`), 'pattern', 'the end of a message that was not cut')
  t.equal(found('/stop\\z/', long), undefined)
  t.equal(found('/^a+ s?.*$/', long), undefined)
  t.equal(found('/(stop$)|(a{20})/', long), 'pattern', 'another way to fit')
  t.equal(found('/a+ .*/', long), 'pattern', 'a pattern without an end')
  t.equal(found('/[$]|^a/', long), 'pattern', 'a dollar in brackets is no end')
  t.equal(found('/\\$|^a/', long), 'pattern')
  const lines = `order 12\n${'a'.repeat(600)}`
  t.equal(found('/^order \\d+$/m', lines), 'pattern', 'the end of a line within')
  t.equal(found('/^a+$/m', lines), undefined, 'not the end of a line that was cut')
})
