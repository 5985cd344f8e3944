import type { ConversationView, ScriptResult } from '../../src/conversation/view.ts'
import fc from 'fast-check'
import t from 'tap'
import { createConversationEngine } from '../../src/conversation/conversation.ts'
import { OWN_LOOKUPS } from '../../src/conversation/speaking.ts'
import { parseScript } from '../../src/script/parse.ts'
import type { Json, JsonObject } from '../../src/base/json.ts'
import type { WebhookEvent } from '../../src/webhook/events.ts'
import { readRecorded } from '../helpers/recorded.ts'
import { normalise } from '../helpers/normalise.ts'
import { APP_ID, event, PAGE, postback, PSID, said, tapped } from './events.ts'
import { CONTRACT, parse } from './scripts.ts'
import { anyCharacter } from '../helpers/any-character.ts'

const FRESH: ConversationView = { pageId: PAGE, psid: PSID, state: null, pageName: 'Market Shop' }

/** Answers one event with a script; the lookups are never promises here. */
const answer = (yaml: string, what: WebhookEvent, view: ConversationView = FRESH): ScriptResult => {
  const script = parse(yaml)
  const handled = createConversationEngine({
    script: () => script,
    appId: APP_ID,
    lookups: OWN_LOOKUPS,
  }).handle(what, view)
  if (handled instanceof Promise) throw new Error('a promise without need')
  return handled
}

const texts = ({ replies }: ScriptResult): (string | undefined)[] =>
  replies.map(({ message }) => message.text)

t.test(
  'a message gets the messages of its reply, in order, with a moment of typing between them',
  async (t) => {
    const { replies, state } = answer(CONTRACT, said('when are you opn?'))

    t.same(replies, [
      { message: { text: 'We are open Monday to Friday.' } },
      { message: { text: 'From 9 to 18.' }, typingMs: 300 },
    ])
    t.equal(state, null)
  },
)

t.test('what nothing fits gets the fallback, with its choices titled by their replies', async (t) => {
  t.same(answer(CONTRACT, said('what is the weather like')).replies, [
    {
      message: {
        text: 'I did not get that.',
        quick_replies: [
          { content_type: 'text', title: 'Opening hours', payload: 'hours' },
          { content_type: 'text', title: 'Talk to a person', payload: 'human' },
        ],
      },
    },
  ])
})

t.test('choices hang on the last message, of whatever kind', async (t) => {
  const { replies } = answer(
    'replies: { a: { title: A, when: a, say: [x, { image: "https://example.com/a.png" }], choices: [a] } }',
    said('a'),
  )
  t.equal(replies[0]?.message.quick_replies, undefined)
  t.match(replies[1]?.message, { attachment: { type: 'image' }, quick_replies: [{ payload: 'a' }] })
})

t.test('groups of the pattern are filled in', async (t) => {
  t.same(texts(answer(CONTRACT, said('Where is my ORDER 4711?'))), ['Order 4711 is on its way.'])
})

t.test('the name of the Page is filled in; without one the text still reads', async (t) => {
  t.same(texts(answer(CONTRACT, postback('welcome'))), ['Hi! I am the automated assistant of Market Shop.'])
  const unnamed = answer(CONTRACT, postback('welcome'), { ...FRESH, pageName: null })
  t.same(texts(unnamed), ['Hi! I am the automated assistant of this Page.'])
})

t.test('a quick reply, a button and Get Started are answered by the reply they name', async (t) => {
  t.match(texts(answer(CONTRACT, tapped('hours'))), ['We are open Monday to Friday.', 'From 9 to 18.'])
  t.match(texts(answer(CONTRACT, postback('hours'))), ['We are open Monday to Friday.', 'From 9 to 18.'])
  t.match(texts(answer(CONTRACT, postback('welcome'))), [/automated assistant/])
  // What Facebook's own samples call it, and what a Page keeps from an earlier bot.
  t.match(texts(answer(CONTRACT, postback('GET_STARTED'))), [/automated assistant/])
})

t.test('a quick reply is answered by its payload, not by its text', async (t) => {
  t.match(texts(answer(CONTRACT, tapped('hours', 'human'))), [/Monday/, /From/])
})

t.test('a button of an earlier script gets the fallback', async (t) => {
  for (const payload of ['gone', '', '__proto__', 'constructor', 'toString']) {
    t.same(texts(answer(CONTRACT, tapped(payload))), ['I did not get that.'], payload)
    t.same(texts(answer(CONTRACT, postback(payload))), ['I did not get that.'], payload)
  }
})

t.test('a button whose reply has another name now leads where its words lead', async (t) => {
  const button = (title: string, payload: string): WebhookEvent =>
    event({ postback: { mid: 'm_1', title, payload } })
  for (const words of ['Opening hours', 'when are you open'])
    for (const tap of [tapped('times', words), button(words, 'times')])
      t.match(texts(answer(CONTRACT, tap)), [/Monday/, /From/], words)
  // The words must be the same: a tap is no place for guesses. The bot's own payloads, as of a form that is over, name no words.
  for (const tap of [
    tapped('times', 'opening hour'),
    tapped('evergreen:answer:name:0', 'Opening hours'),
    button('order 7', 'times'),
  ])
    t.same(texts(answer(CONTRACT, tap)), ['I did not get that.'])
})

t.test('a message of attachments, a sticker or of nothing at all gets the fallback', async (t) => {
  const messages: JsonObject[] = [
    { mid: 'm_1', attachments: [{ type: 'image', payload: { url: 'https://example.com/a.png' } }] },
    { mid: 'm_1', attachments: [{ type: 'sticker', payload: { sticker_id: 369_239_263_222_822 } }] },
    { mid: 'm_1' },
    { mid: 'm_1', text: '' },
    { mid: 'm_1', text: '   ' },
  ]
  for (const message of messages) t.same(texts(answer(CONTRACT, event({ message }))), ['I did not get that.'])
})

t.test('what wants no answer gets none', async (t) => {
  const items: Record<string, JsonObject> = {
    echo: {
      sender: { id: PAGE },
      recipient: { id: PSID },
      message: { mid: 'm_1', is_echo: true, text: 'hours' },
    },
    delivery: { delivery: { mids: ['m_1'], watermark: 1 } },
    read: { read: { watermark: 1 } },
    reaction: { reaction: { mid: 'm_1', action: 'react', reaction: 'love', emoji: '❤' } },
    edit: { message_edit: { mid: 'm_1', text: 'hours', num_edit: 1 } },
    referral: { referral: { ref: 'hours', source: 'SHORTLINK', type: 'OPEN_THREAD' } },
    optin: { optin: { type: 'notification_messages', payload: 'hours' } },
    'a message taken back': { message: { mid: 'm_1', is_deleted: true } },
    'another app’s button': { postback: { mid: 'm_1', title: 'hours' } },
    'something new': { surprise: { text: 'hours' } },
  }
  for (const [title, item] of Object.entries(items)) t.same(answer(CONTRACT, event(item)).replies, [], title)
  t.same(
    answer(CONTRACT, event({ message: { mid: 'm_1', text: 'hours' } }, 'standby')).replies,
    [],
    'standby',
  )
  t.same(answer(CONTRACT, said('hours'), { ...FRESH, psid: null }).replies, [], 'no visitor to answer')
})

t.test(
  'a handover is said, and then the bot is silent until our app owns the conversation again',
  async (t) => {
    const script = parse(CONTRACT)
    const { handle } = createConversationEngine({ script: () => script, appId: APP_ID, lookups: OWN_LOOKUPS })
    const turn = async (what: WebhookEvent, state: JsonObject | null): Promise<ScriptResult> =>
      handle(what, { ...FRESH, state })
    const passed = (kind: string, appId: string | number | null): WebhookEvent =>
      event({
        [kind]: { previous_owner_app_id: 263_902_037_430_900, new_owner_app_id: appId, metadata: 'x' },
      })

    const first = await turn(said('human'), { seen: 3 })
    t.same(texts(first), ['A person will answer you here.'])
    t.same(first.state, { seen: 3, handover: { sinceMs: 1_790_000_000_000 } })
    t.same(first.effects, [{ do: 'handover' }])

    for (const what of [said('hours'), tapped('hours'), postback('welcome'), postback('GET_STARTED')]) {
      const { replies, state } = await turn(what, first.state)
      t.same(replies, [], what.kind)
      t.same(state, first.state)
    }
    // Without a recipient, or asked for only.
    for (const what of [
      passed('take_thread_control', null),
      event({ request_thread_control: { requested_owner_app_id: APP_ID } }),
    ]) {
      t.same((await turn(what, first.state)).state, first.state, what.kind)
    }
    for (const what of [
      passed('pass_thread_control', APP_ID),
      passed('pass_thread_control', Number(APP_ID)),
      passed('take_thread_control', APP_ID),
      event({ pass_thread_control: { new_owner_app_id: APP_ID } }, 'standby'),
    ]) {
      const back = await turn(what, first.state)
      t.same(back, { replies: [], state: { seen: 3 } })
      t.same(texts(await turn(said('hours'), back.state)), ['We are open Monday to Friday.', 'From 9 to 18.'])
    }
    t.equal((await turn(passed('pass_thread_control', APP_ID), { handover: { sinceMs: 1 } })).state, null)
  },
)

t.test('state that is none of ours is left as it is', async (t) => {
  const state = { cart: [1, 2] }
  t.equal(answer(CONTRACT, said('hours'), { ...FRESH, state }).state, state)
})

t.test('every kind of message takes its shape on the wire', async (t) => {
  const { replies } = answer(
    `
typing: false
replies:
  a:
    title: A
    when: '/show (?<what>.+)/'
    say:
      - { file: "https://example.com/{{what}}.pdf" }
      - { text: "Choose {{what}}", buttons: [{ title: A, reply: a }, { title: Web, url: "https://example.com/?q={{what}}" }] }
      - { cards: [{ title: "{{what}}", subtitle: red, image: "https://example.com/s.png", buttons: [{ title: A, reply: a }] }, { title: T, subtitle: s }] }
      - { template: { template_type: media, elements: [{ media_type: image, attachment_id: "1857" }], sharable: true } }
`,
    said('show a & b/é'),
  )
  const encoded = 'a%20%26%20b%2F%C3%A9'
  t.same(replies, [
    { message: { attachment: { type: 'file', payload: { url: `https://example.com/${encoded}.pdf` } } } },
    {
      message: {
        attachment: {
          type: 'template',
          payload: {
            template_type: 'button',
            text: 'Choose a & b/é',
            buttons: [
              { type: 'postback', title: 'A', payload: 'a' },
              { type: 'web_url', title: 'Web', url: `https://example.com/?q=${encoded}` },
            ],
          },
        },
      },
    },
    {
      message: {
        attachment: {
          type: 'template',
          payload: {
            template_type: 'generic',
            elements: [
              {
                title: 'a & b/é',
                subtitle: 'red',
                image_url: 'https://example.com/s.png',
                buttons: [{ type: 'postback', title: 'A', payload: 'a' }],
              },
              { title: 'T', subtitle: 's' },
            ],
          },
        },
      },
    },
    {
      message: {
        attachment: {
          type: 'template',
          payload: {
            template_type: 'media',
            elements: [{ media_type: 'image', attachment_id: '1857' }],
            sharable: true,
          },
        },
      },
    },
  ])
})

t.test('what a visitor wrote cannot make a message longer than Facebook takes, nor empty', async (t) => {
  const yaml = `replies: { a: { when: '/say(?<what>.*)/', say: ["${'x'.repeat(1900)} {{what}}", "{{what}}"] } }`

  const [long] = texts(answer(yaml, said(`say ${'👍'.repeat(300)}`)))
  t.ok(long !== undefined && long.length <= 1999 && long.isWellFormed())
  t.same(texts(answer(yaml, said('say'))).slice(1), ['…'])
})

t.test('a group that took no part, or a reply reached another way, leaves its place empty', async (t) => {
  const yaml = `replies: { a: { title: A, when: ['/order(?: (?<number>\\d+))?$/', track], say: "Order {{number}}!" } }`
  t.same(texts(answer(yaml, said('my order'))), ['Order!'])
  t.same(texts(answer(yaml, said('track'))), ['Order!'])
  t.same(texts(answer(yaml, postback('a'))), ['Order!'])
})

t.test('typing never takes longer than the visitor would wait, and can be off', async (t) => {
  const say = JSON.stringify(['first', 'x', 'y'.repeat(40), 'z'.repeat(1000), 'short'])
  const pauses = answer(`replies: { a: { when: a, say: ${say} } }`, said('a')).replies.map(
    ({ typingMs }) => typingMs,
  )

  t.equal(pauses[0], undefined)
  t.ok(pauses.slice(1).every((pause) => pause !== undefined && pause > 0 && pause <= 900))
  t.ok(pauses.reduce<number>((sum, pause) => sum + (pause ?? 0), 0) <= 1200)

  const off = answer(`typing: false\nreplies: { a: { when: a, say: ${say} } }`, said('a')).replies
  t.ok(off.every((reply) => !('typingMs' in reply)))
})

t.test('a changed script is used from the next event on', async (t) => {
  let script = parse('replies: { a: { when: hello, say: old } }')
  const { handle } = createConversationEngine({ script: () => script, appId: APP_ID, lookups: OWN_LOOKUPS })
  t.match(handle(said('hello'), FRESH), { replies: [{ message: { text: 'old' } }] })

  script = parse('replies: { b: { when: hello, say: new } }')
  t.match(handle(said('hello'), FRESH), { replies: [{ message: { text: 'new' } }] })
})

t.test('a lookup is asked only when it is mentioned, and may take its time', async (t) => {
  const asked: string[] = []
  const lookups = {
    page_name: () => 'Shop',
    first_name: async ({ psid }: ConversationView) => {
      asked.push(psid ?? '')
      return psid === PSID ? 'Ann' : null
    },
  }
  const script = parseScript(
    'replies: { a: { when: hi, say: "Hi {{first_name}} at {{page_name}}" }, b: { when: bye, say: Bye } }',
    { file: 'bot.yaml', variables: Object.keys(lookups) },
  )
  const { handle } = createConversationEngine({ script: () => script, appId: APP_ID, lookups })

  t.notOk(handle(said('bye'), FRESH) instanceof Promise)
  t.same(asked, [])
  t.same(texts(await handle(said('hi'), FRESH)), ['Hi Ann at Shop'])
  t.same(texts(await handle(said('hi'), { ...FRESH, psid: '2' })), ['Hi at Shop'])
})

t.test('no event and no state makes it throw', async () => {
  const script = parse(CONTRACT)
  const { handle } = createConversationEngine({ script: () => script, appId: APP_ID, lookups: OWN_LOOKUPS })
  const keys = [
    'message',
    'postback',
    'pass_thread_control',
    'take_thread_control',
    'referral',
    'text',
    'payload',
  ]
  const value = fc.oneof(
    fc.jsonValue({ maxDepth: 3 }),
    fc.dictionary(
      fc.constantFrom(...keys, 'mid', 'quick_reply', 'attachments', 'new_owner_app_id'),
      fc.jsonValue(),
    ),
    fc.record({ text: fc.string({ unit: anyCharacter, maxLength: 600 }) }),
  )
  fc.assert(
    fc.property(fc.dictionary(fc.constantFrom(...keys), value), fc.jsonValue(), (item, state) => {
      const [read] = normalise(JSON.parse(JSON.stringify([{ id: PAGE, messaging: [item] }])), 0)
      if (read === undefined) return
      const view = { ...FRESH, psid: read.psid, state: JSON.parse(JSON.stringify({ state })) as JsonObject }
      JSON.stringify(handle(read, view))
    }),
    { numRuns: 500 },
  )
})

const recorded = readRecorded()

t.test(
  'every recorded callback is answered or passed over without harm',
  { skip: recorded.skip },
  async (t) => {
    const script = parse(CONTRACT)
    const { handle } = createConversationEngine({ script: () => script, appId: APP_ID, lookups: OWN_LOOKUPS })
    let answered = 0
    for (const [file, body] of recorded.bodies) {
      const { entry } = JSON.parse(body.toString()) as { entry?: Json }
      for (const read of normalise(entry, 0)) {
        const handled = await handle(read, { ...FRESH, psid: read.psid })
        const asks = read.kind === 'message' || read.kind === 'postback'
        if (!asks) t.same(handled.replies, [], `${file}: ${read.kind}`)
        answered += handled.replies.length
      }
    }
    t.ok(answered > 0)
  },
)
