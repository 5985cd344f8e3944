import t from 'tap'
import { CONTRACT, mistakesOf, parse } from '../conversation/scripts.ts'

t.test('the script of the contract is read as it is meant', async (t) => {
  const script = parse(CONTRACT)

  t.same(script.profile, {
    greeting: 'Hi {{user_first_name}}! Ask me anything.',
    getStarted: 'welcome',
    iceBreakers: [{ question: 'When are you open?', reply: 'hours' }],
    commands: [],
    menu: [
      { title: 'Opening hours', reply: 'hours' },
      { title: 'Website', url: 'https://example.com' },
    ],
  })
  t.same([...script.replies.keys()], ['welcome', 'hours', 'order', 'human'])
  t.match(script.replies.get('welcome'), {
    title: null,
    phrases: [],
    say: [{ kind: 'text', text: ['Hi! I am the automated assistant of ', { variable: 'page_name' }, '.'] }],
    choices: ['hours', 'human'],
    handover: false,
  })
  t.match(script.replies.get('hours'), {
    title: 'Opening hours',
    phrases: ['opening hours', 'when are you open', 'closing time'],
    say: [{ text: ['We are open Monday to Friday.'] }, { text: ['From 9 to 18.'] }],
  })
  t.match(script.replies.get('order')?.patterns, [
    { source: '/order\\s+(?<number>\\d+)/i', groups: ['number'] },
  ])
  t.match(script.replies.get('human'), { handover: true })
  t.match(script.fallback, { say: [{ text: ['I did not get that.'] }], choices: ['hours', 'human'] })
  t.equal(script.typing, true)
})

const PLAIN = { buttons: [], fresh: false }

t.test('every kind of message is read', async (t) => {
  const script = parse(`
replies:
  all:
    say:
      - { image: "https://example.com/a.png" }
      - { audio: "https://example.com/a.mp3" }
      - { video: "https://example.com/a.mp4" }
      - { file: "https://example.com/{{page_name}}.pdf" }
      - { text: Plain }
      - { text: Choose one, buttons: [{ title: All, reply: all }, { title: Website, url: "https://example.com" }] }
      - { cards: [{ title: Shirt, subtitle: red, image: "https://example.com/s.png", buttons: [{ title: All, reply: all }] }] }
      - { template: { template_type: receipt, sharable: true, total: 56.14, code: "007", nothing: null, list: [1, a] } }
`)
  t.same(script.replies.get('all')?.say, [
    { kind: 'media', type: 'image', from: ['https://example.com/a.png'], ...PLAIN },
    { kind: 'media', type: 'audio', from: ['https://example.com/a.mp3'], ...PLAIN },
    { kind: 'media', type: 'video', from: ['https://example.com/a.mp4'], ...PLAIN },
    {
      kind: 'media',
      type: 'file',
      from: ['https://example.com/', { variable: 'page_name' }, '.pdf'],
      ...PLAIN,
    },
    { kind: 'text', text: ['Plain'] },
    {
      kind: 'buttons',
      text: ['Choose one'],
      buttons: [
        { title: 'All', reply: 'all' },
        { title: 'Website', url: ['https://example.com'] },
      ],
    },
    {
      kind: 'cards',
      cards: [
        {
          title: ['Shirt'],
          subtitle: ['red'],
          image: ['https://example.com/s.png'],
          buttons: [{ title: 'All', reply: 'all' }],
        },
      ],
    },
    {
      kind: 'template',
      payload: {
        template_type: 'receipt',
        sharable: true,
        total: 56.14,
        code: '007',
        nothing: null,
        list: [1, 'a'],
      },
    },
  ])
})

t.test('numbers and words that YAML takes for values are texts, as they were written', async (t) => {
  const script = parse('replies:\n  a:\n    when: [112, 9.50, true, yes, no, 0800 123]\n    say: 9.50\n')

  t.same(script.replies.get('a')?.phrases, ['112', '9.50', 'true', 'yes', 'no', '0800 123'])
  t.same(script.replies.get('a')?.say, [{ kind: 'text', text: ['9.50'] }])
})

t.test('anchors and aliases stand for what they name', async (t) => {
  const script = parse(
    'replies:\n  a:\n    say: &hello [Hi, there]\n  b:\n    say: *hello\nfallback: { say: *hello }\n',
  )

  t.same(script.replies.get('b')?.say, script.replies.get('a')?.say)
  t.equal(script.fallback.say.length, 2)
})

t.test('a byte order mark, Windows line ends and a block text are no mistakes', async (t) => {
  const script = parse('\uFEFFreplies:\r\n  a:\r\n    say: |\r\n      One\r\n      Two\r\n')

  t.same(script.replies.get('a')?.say, [{ kind: 'text', text: ['One\nTwo'] }])
})

t.test('names with any letters work, also those that JavaScript objects have', async (t) => {
  const script = parse(
    'replies:\n  __proto__:\n    say: a\n  constructor:\n    say: b\n  приве́т 👋:\n    say: c\n',
  )

  t.same([...script.replies.keys()], ['__proto__', 'constructor', 'приве́т 👋'])
})

t.test(
  'a script without profile says nothing about it, and one whose profile is commented out neither',
  async (t) => {
    t.equal(parse('replies: { a: { say: x } }').profile, null)
    t.equal(parse('profile:\n  # greeting: Hi\nreplies: { a: { say: x } }').profile, null)
  },
)

t.test('a script without fallback still answers what it does not understand', async (t) => {
  const { fallback } = parse('replies: { a: { say: x } }')

  t.match(fallback, { say: [{ kind: 'text', text: [/understand/] }], choices: [], handover: false })
})

t.test('a reply may hand over without a word', async (t) => {
  t.match(parse('replies: { a: { when: quiet, do: handover } }').replies.get('a'), {
    say: [],
    handover: true,
  })
})

t.test('switches and times are taken as people say them', async (t) => {
  for (const [said, typing] of [
    ['no', false],
    ['off', false],
    ['False', false],
    ['yes', true],
    ['on', true],
  ] as const)
    t.equal(parse(`typing: ${said}\nfallback: { say: x }`).typing, typing, said)
  for (const [said, minutes] of [
    ['12 hours', 720],
    ['90 minutes', 90],
    ['2 days', 2880],
    ['1 hour', 60],
    ['1.5h', 90],
  ] as const)
    t.equal(
      parse(`handover: { resume_after: ${said} }\nfallback: { say: x }`).handover.resumeAfter,
      minutes * 60_000,
    )
  t.equal(mistakesOf('handover: { resume_after: 12 hminutes }\nfallback: { say: x }').length, 1)
})

t.test('the typing bubble can be switched off', async (t) => {
  t.equal(parse('typing: false\nreplies: { a: { say: x } }').typing, false)
})

t.test('visitors see that they were read, unless the script says otherwise', async (t) => {
  t.equal(parse('replies: { a: { say: x } }').seen, true)
  t.equal(parse('seen: false\nreplies: { a: { say: x } }').seen, false)
})

t.test('a phrase may be repeated within its reply', async (t) => {
  t.same(mistakesOf('replies: { a: { when: [agent, Agent?], say: x } }'), [])
})

t.test('what is exactly at a limit of Facebook is right', async (t) => {
  const long = (length: number): string => 'x'.repeat(length)
  const many = (count: number, item: string): string => Array.from({ length: count }, () => item).join(', ')
  t.same(
    mistakesOf(`
profile:
  greeting: ${long(160)}
  get_started: a
  ice_breakers: [${many(4, '{ question: Why?, reply: a }')}]
  menu: [${many(20, '{ title: A, reply: a }')}]
replies:
  a:
    title: ${long(20)}
    say:
      - ${long(1999)}
      - { text: ${long(640)}, buttons: [${many(3, `{ title: ${long(20)}, reply: a }`)}] }
      - { cards: [${many(10, `{ title: ${long(80)}, subtitle: ${long(80)} }`)}] }
    choices: [${many(13, 'a')}]
  ${long(1000)}:
    say: x
`),
    [],
  )
})
