import t from 'tap'
import { splitText } from '../../src/conversation/split.ts'
import { event, postback } from './events.ts'
import { talk } from './talk.ts'

const DAY_MS = 24 * 3_600_000

t.test('alternatives are said in turn, and the turn outlives a restart', async (t) => {
  const { say } = talk('replies: { a: { when: thanks, say: [{ any: [You are welcome!, Any time.] }] } }')
  t.same(await say('thanks'), ['You are welcome!'])
  t.same(await say('thanks'), ['Any time.'])
  t.same(await say('thanks'), ['You are welcome!'])
})

t.test('a first visit and a later one are told apart', async (t) => {
  const { say, pass } = talk(
    `replies: { a: { when: hi, say: [{ if: { visit: first }, say: Welcome!, else: Welcome back! }] } }`,
  )
  t.same(await say('hi'), ['Welcome!'])
  pass(3_600_000)
  t.same(await say('hi'), ['Welcome!'])
  pass(2 * DAY_MS)
  t.same(await say('hi'), ['Welcome back!'])
})

t.test('opening hours decide by the clock of the place', async (t) => {
  const script = (zone: string, open: string) => `
hours: { time_zone: ${zone}, open: ${open}, closed: ['09-23', 2026-09-24] }
replies: { a: { when: hi, say: [{ if: { open: true }, say: open, else: closed }] } }`
  // 2026-09-21 is a Monday; it is 14:13:20 UTC.
  const cases: [zone: string, open: string, laterHours: number, said: string][] = [
    ['UTC', '{ mon-fri: 9:00-18:00 }', 0, 'open'],
    ['UTC', '{ mon-fri: [9:00-12:00, 15-18] }', 0, 'closed'],
    ['UTC', '{ mon-fri: [9:00-12:00, 14-18] }', 0, 'open'],
    ['Asia/Tokyo', '{ mon-fri: 9:00-18:00 }', 0, 'closed'],
    ['America/New_York', '{ mon-fri: 9:00-18:00 }', 0, 'open'],
    ['UTC', '{ tue-sun: 9:00-18:00 }', 0, 'closed'],
    ['UTC', '{ sat-mon: 9:00-18:00 }', 0, 'open'],
    ['UTC', '{ mon: 18:00-2:00 }', 11, 'open'],
    ['UTC', '{ mon: 18:00-2:00 }', 12, 'closed'],
    ['UTC', '{ mon-fri: 0:00-24:00 }', 24, 'open'],
    ['UTC', '{ mon-fri: 0:00-24:00 }', 48, 'closed'],
    ['UTC', '{ mon-fri: 0:00-24:00 }', 72, 'closed'],
    ['UTC', '{ mon-fri: 0:00-24:00, tue: closed }', 24, 'closed'],
  ]
  for (const [zone, open, laterHours, expected] of cases) {
    const { say, pass } = talk(script(zone, open))
    pass(laterHours * 3_600_000)
    t.same(await say('hi'), [expected], `${zone} ${open} ${laterHours}`)
  }
})

t.test(
  'what is remembered decides, and a language that was chosen goes before the one of the profile',
  async (t) => {
    const { say, tap } = talk(
      `
replies:
  a:
    when: hi
    ask: { question: { en: Language?, de: Sprache? }, remember: language, one_of: [{ title: English, value: en }, { title: Deutsch, value: de }] }
    next: b
  b: { when: again, say: [{ if: { remembered: { language: de } }, say: gewählt }, { en: Hello, de: Hallo }] }
  c: { when: known, say: [{ if: { known: language }, say: 'yes', else: 'no' }, { if: { unknown: language }, say: new }] }
`,
      { locale: 'en_GB' },
    )
    t.same(await say('known'), ['no', 'new'])
    t.same(await say('hi'), ['Language?'])
    t.same(await tap('Deutsch'), ['gewählt', 'Hallo'])
    t.same(await say('known'), ['yes'])
  },
)

t.test('texts, titles and the own words of the bot are said in the language of the visitor', async (t) => {
  const script = `
language: en
words: { cancel: { en: Cancel, de: Abbrechen }, cancelled: { en: Stopped., de: Beendet. } }
replies:
  hi:
    when: [hi, hallo]
    say: { en: 'Hello {{first_name | friend}}', de: 'Hallo {{first_name | du}}', de_AT: Servus }
    choices: [hours]
  hours:
    title: { en: Hours, de: Zeiten }
    say:
      - { text: { en: Look, de: Schau }, buttons: [{ title: { en: Ask, de: Frag }, reply: form }] }
      - { if: { language: de }, say: nur auf Deutsch }
  form: { ask: { question: { en: Name?, de: Name? }, remember: guest }, next: hi }
`
  const german = talk(script, { locale: 'de_DE', profile: { first_name: 'Anna' } })
  t.same(await german.say('hallo'), ['Hallo Anna'])
  t.same(german.offers(), ['Zeiten'])
  t.same(await german.tap('Zeiten'), ['', 'nur auf Deutsch'])
  t.match(german.last().replies[0]?.message.attachment, {
    payload: { text: 'Schau', buttons: [{ title: 'Frag' }] },
  })
  t.same(await german.say('Hours'), ['', 'nur auf Deutsch'], 'titles are understood in every language')
  await german.happens(postback('form'))
  t.same(german.offers(), ['Abbrechen'])
  t.same(await german.tap('Abbrechen'), ['Beendet.'])

  t.same(await talk(script, { locale: 'de_AT' }).say('hi'), ['Servus'])
  for (const locale of ['fr_FR', 'en_US', 'nonsense', '']) {
    t.same(await talk(script, { locale }).say('hi'), ['Hello friend'], locale)
  }
})

t.test('"go" goes on with another reply, with its choices and its handover', async (t) => {
  const { say, offers, effects } = talk(`
hours: { time_zone: UTC, open: { mon: 9-10 } }
replies:
  a: { when: hi, say: [One, { if: { open: false }, go: b }, never] }
  b: { title: B, say: [Two, { go: c }, never] }
  c: { say: Three, choices: [b], do: handover }
`)
  t.same(await say('hi'), ['One', 'Two', 'Three'])
  t.same(offers(), ['B'])
  t.same(effects, [{ do: 'handover' }])
})

t.test('a pause shows the typing bubble for as long as it says', async (t) => {
  const { say, last } = talk(
    `replies: { a: { when: hi, say: [{ pause: 2s }, One, { pause: 1.5s }, { pause: 1s }, Two, Three] } }`,
  )
  t.same(await say('hi'), ['One', 'Two', 'Three'])
  t.same(
    last().replies.map(({ typingMs }) => typingMs),
    [2000, 2500, 300],
  )
})

t.test('a text too long for Facebook is split at the ends of its sentences', async (t) => {
  const sentence = `${'word '.repeat(60)}end.`
  const { say } = talk(
    `replies: { a: { when: hi, say: '${Array.from({ length: 12 }, () => sentence).join(' ')}' } }`,
  )
  const pieces = await say('hi')
  t.equal(pieces.length, 2)
  for (const piece of pieces) t.ok(piece.length <= 1999 && piece.endsWith('end.') && piece.startsWith('word'))
  t.equal(pieces.join(' ').split('end.').length, 13)

  const endless = await talk(`replies: { a: { when: '/(?<it>.+)/', say: 'x${'👍'.repeat(2500)}' } }`).say(
    'hi',
  )
  t.same(
    endless.map((piece) => piece.isWellFormed() && piece.length <= 1999),
    [true, true, true],
  )
})

t.test('more than 13 choices become pages', async (t) => {
  const names = Array.from({ length: 27 }, (_, n) => `r${n + 1}`)
  const replies = names.map((name) => `  ${name}: { title: T-${name}, say: said ${name} }`).join('\n')
  const { say, tap, offers } = talk(
    `replies:\n  a: { when: all, say: Pick, choices: [${names.join(', ')}] }\n${replies}`,
  )
  await say('all')
  t.equal(offers().length, 13)
  t.same(await tap('More …'), ['Here are more:'])
  t.same(offers()[0], 'T-r13')
  await tap('More …')
  t.same(offers(), ['T-r25', 'T-r26', 'T-r27', 'More …'])
  await tap('More …')
  t.same(offers()[0], 'T-r1')
  t.same(await tap('T-r2'), ['said r2'])
})

const SIGNS = `
profile: { get_started: start, commands: [{ name: hours, description: Opening hours, reply: hours }] }
replies:
  start: { say: started }
  hours: { when: hours, say: hours }
  sale: { when: [{ ref: summer }], say: sale }
  link: { when: { ref: any }, say: link }
  ad: { when: { ad: '9' }, say: ad }
  like: { when: { sticker: like }, say: liked }
  sticker: { when: { sticker: any }, say: sticker }
  photo: { when: { attachment: image }, say: photo }
  love: { when: [{ reaction: love }, { reaction: '👍' }], say: loved }
fallback: { say: Pardon? }
`
const sent = (message: object) => event({ message: { mid: 'm_1', ...message } })
const attached = (type: string, payload = {}) =>
  sent({ attachments: [{ type, payload: { url: 'https://x.y', ...payload } }] })
const referred = (referral: object) =>
  event({ referral: { source: 'SHORTLINK', type: 'OPEN_THREAD', ...referral } })

const HAPPENINGS: readonly (readonly [what: string, event: ReturnType<typeof event>, said: string | null])[] =
  [
    ['an m.me link with a known ref', referred({ ref: 'summer' }), 'sale'],
    ['an m.me link with another ref', referred({ ref: 'x' }), 'link'],
    ['an ad', referred({ source: 'ADS', ad_id: '9', ref: 'x' }), 'ad'],
    ['another ad', referred({ source: 'ADS', ad_id: 10 }), null],
    [
      'Get Started by a link',
      event({ postback: { mid: 'm', payload: 'start', referral: { ref: 'summer' } } }),
      'sale',
    ],
    ['Get Started without one', postback('GET_STARTED'), 'started'],
    ['a message by an ad', sent({ text: 'hours', referral: { ad_id: 9 } }), 'ad'],
    ['a like, new shape', attached('sticker', { sticker_id: 369239263222822 }), 'liked'],
    ['a like, old shape', attached('image', { sticker_id: '369239343222814' }), 'liked'],
    ['another sticker', attached('sticker', { sticker_id: 5 }), 'sticker'],
    ['a photo', attached('image'), 'photo'],
    ['a sound', attached('audio'), 'Pardon?'],
    ['a photo with words', sent({ text: 'hours', attachments: [{ type: 'image', payload: {} }] }), 'hours'],
    ['a heart', event({ reaction: { reaction: 'love', emoji: '❤️', action: 'react', mid: 'm' } }), 'loved'],
    ['a thumb', event({ reaction: { reaction: 'like', emoji: '👍🏽', action: 'react', mid: 'm' } }), 'loved'],
    [
      'a heart taken back',
      event({ reaction: { reaction: 'love', emoji: '❤️', action: 'unreact', mid: 'm' } }),
      null,
    ],
    [
      'an angry face',
      event({ reaction: { reaction: 'angry', emoji: '😡', action: 'react', mid: 'm' } }),
      null,
    ],
    ['a command', sent({ text: '/hours', commands: [{ name: 'hours' }] }), 'hours'],
  ]

for (const [what, happening, expected] of HAPPENINGS) {
  t.test(`${what} is answered with ${expected ?? 'nothing'}`, async (t) => {
    const { replies } = await talk(SIGNS).happens(happening)
    t.same(
      replies.map(({ message }) => message.text),
      expected === null ? [] : [expected],
    )
  })
}

t.test('a message that almost fits is offered what it may have meant', async (t) => {
  const { say, offers } = talk(`
replies:
  prices: { title: Prices, when: [how much does a haircut for children cost], say: 20 }
  hours: { title: Hours, when: opening hours, say: 9 to 18 }
fallback: { say: Pardon?, choices: [hours] }
`)
  t.same(await say('is a haircut for my dog and children possible on the moon'), ['Pardon?'])
  t.same(offers(), ['Prices', 'Hours'])
  await say('xyzzy')
  t.same(offers(), ['Hours'])
})

t.test('names from the profile are filled in, and texts read well without them', async (t) => {
  const script = `replies: { a: { when: hi, say: ['Hi {{first_name}}!', 'Dear {{name | visitor}}, welcome', '{{first_name}}, look', 'Welcome, {{last_name}}'] } }`
  const known = talk(script, { profile: { first_name: 'Ada', last_name: 'King', name: 'Ada King' } })
  t.same(await known.say('hi'), ['Hi Ada!', 'Dear Ada King, welcome', 'Ada, look', 'Welcome, King'])
  t.same(await talk(script).say('hi'), ['Hi!', 'Dear visitor, welcome', 'look', 'Welcome'])
})

t.test(
  'a long text is split neither within what a reader takes for one character nor within an address',
  (t) => {
    const family = '👨‍👩‍👧‍👦'
    t.same(splitText(family.repeat(3), 30, 9), [family + family, family])
    const flag = '🇩🇪'
    for (const piece of splitText(flag.repeat(50), 19, 30)) t.equal(piece.replaceAll(flag, ''), '')

    const address = 'https://example.com/a/rather/long/path?with=query'
    for (const before of ['Our prices: ', 'Words, words and more words before it ', '请看'])
      t.ok(splitText(`${before}${address} and then some.`, 60, 9).some((piece) => piece.includes(address)))
    t.same(splitText('write to someone@example.com please', 20, 9), [
      'write to',
      'someone@example.com',
      'please',
    ])
    t.same(splitText(`It is at ${address}`, 40, 1), ['It is at…'], 'what is cut off leaves no half address')
    t.ok(splitText(`${address}${'x'.repeat(100)}`, 60, 9).length > 1, 'one longer than a piece has to be cut')
    t.ok(splitText(`e${'\u0301'.repeat(100)}`, 24, 9).every((piece) => piece.length <= 24))
    t.end()
  },
)
