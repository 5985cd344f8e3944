import type { ScriptResult } from '../../src/conversation/view.ts'
import t from 'tap'
import { createConversationEngine } from '../../src/conversation/conversation.ts'
import { OWN_LOOKUPS } from '../../src/conversation/speaking.ts'
import { defineBot } from '../../src/handlers/bot.ts'
import { text } from '../../src/handlers/messages.ts'
import { withHandlers } from '../../src/handlers/run.ts'
import type { JsonObject } from '../../src/base/json.ts'
import type { WebhookEvent } from '../../src/webhook/events.ts'
import { APP_ID, event, PAGE, postback, PSID, said, tapped } from '../conversation/events.ts'
import { parse } from '../conversation/scripts.ts'
import { inProcess } from './in-process.ts'

const SCRIPT = `
replies:
  hours: { title: Hours, when: hours, say: [From 9, to 18] }
  person: { when: human, say: Somebody comes., do: handover }
  form: { when: form, ask: { question: Size?, remember: size }, answers: keep, next: hours }
fallback: { say: Pardon? }
`

const build = (bot: unknown, signal?: AbortSignal) => {
  const script = parse(SCRIPT)
  const conversation = createConversationEngine({ script: () => script, appId: APP_ID, lookups: OWN_LOOKUPS })
  const handle = withHandlers({ handlers: inProcess(bot, signal), script: conversation })
  const turn = async (what: WebhookEvent, state: JsonObject | null = null): Promise<ScriptResult> =>
    handle(what, { pageId: PAGE, psid: PSID, state })
  return { turn }
}

const texts = ({ replies }: ScriptResult): (string | undefined)[] =>
  replies.map(({ message }) => message.text)

t.test('handlers come first, and the script has what they leave', async (t) => {
  const { turn } = build(
    defineBot()
      .hears(['Price list', /prices? of (?<what>\w+)/i], (ctx) =>
        ctx.reply(ctx.match === null ? 'All prices' : `The ${ctx.match.groups?.['what']} costs 5`),
      )
      .payload(/^buy:/, (ctx) => ctx.reply(`Bought ${ctx.payload.slice(4)}`))
      .payload('hours', (ctx) => ctx.reply('Hours, by hand'))
      .on('reaction', (ctx) => ctx.reply(`You too: ${ctx.event.emoji}`)),
  )
  t.same(texts(await turn(said('price-list!'))), ['All prices'])
  t.same(texts(await turn(said('the Price of bread'))), ['The bread costs 5'])
  t.same(texts(await turn(postback('buy:bread'))), ['Bought bread'])
  t.same(texts(await turn(tapped('buy:cake', 'price list'))), ['Bought cake'], 'a tap is no text')
  t.same(texts(await turn(postback('hours'))), ['Hours, by hand'])
  const reaction = { reaction: 'love', emoji: '❤️', action: 'react', mid: 'm' }
  t.same(texts(await turn(event({ reaction }))), ['You too: ❤️'])
  t.same(texts(await turn(said('hours'))), ['From 9', 'to 18'])
  t.same(texts(await turn(said('xyzzy'))), ['Pardon?'])
})

t.test(
  'a handler can let the script answer, before or after its own words, or say one of its replies',
  async (t) => {
    const { turn } = build(
      defineBot()
        .use(async (ctx, next) => {
          ctx.reply('before')
          await next()
          ctx.reply('after')
        })
        .hears('special', async (ctx) => {
          await ctx.script('hours')
          ctx.reply(text('that is all'))
        }),
    )
    t.same(texts(await turn(said('hours'))), ['before', 'From 9', 'to 18', 'after'])
    t.same(texts(await turn(said('special'))), ['before', 'From 9', 'to 18', 'that is all', 'after'])
  },
)

t.test('what a reply of the script does is done: handover, questions and their answers', async (t) => {
  const { turn } = build(
    defineBot()
      .hears('help me', (ctx) => ctx.script('person'))
      .hears('ask me', (ctx) => ctx.script('form'))
      .hears('what size', (ctx) => ctx.reply(`Size ${ctx.remembered['size']}`))
      .hears('let go', (ctx) => {
        ctx.reply('Bye')
        ctx.handover()
      }),
  )
  t.match(await turn(said('help me')), { effects: [{ do: 'handover' }], state: { handover: {} } })
  t.match(await turn(said('let go')), { effects: [{ do: 'handover' }], state: { handover: {} } })
  const asked = await turn(said('ask me'))
  t.same(texts(asked), ['Size?'])
  const answered = await turn(said('XL'), asked.state)
  t.match(answered, { answers: [{ form: 'form', values: { size: 'XL' } }] })
  t.same(texts(await turn(said('what size'), answered.state)), ['Size XL'])
})

t.test('state is remembered with the replies, beside what the script remembers', async (t) => {
  const { turn } = build(
    defineBot({ state: { version: 1, initial: () => ({ seen: 0 }) } }).use(async (ctx, next) => {
      ctx.state.seen += 1
      await next()
    }),
  )
  const first = await turn(said('form'))
  t.match(first.state, { bot: { version: 1, data: { seen: 1 } }, form: { reply: 'form' } })
  t.match((await turn(said('XL'), first.state)).state, {
    bot: { data: { seen: 2 } },
    remembered: { size: 'XL' },
  })

  const quiet = build(defineBot().use((_ctx, next) => next()))
  t.equal((await quiet.turn(said('hours'))).state, null, 'nothing to remember is not remembered')
})

t.test(
  'an initial state that is one object for all is no way from one conversation into another',
  async (t) => {
    const shared = { items: ['bag'], since: new Date(0) }
    const { turn } = build(
      defineBot({ state: { version: 1, initial: () => shared } }).use((ctx) => {
        ctx.reply(`${ctx.state.items.join(' ')}, ${typeof ctx.state.since}`)
        ctx.state.items.push('bread')
      }),
    )
    const first = await turn(said('x'))
    t.same(texts(first), ['bag, string'])
    t.same(texts(await turn(said('x'))), ['bag, string'], 'the next visitor')
    t.same(
      texts(await turn(said('x'), first.state)),
      ['bag bread, string'],
      'the same shape when it comes back',
    )
  },
)

t.test('state of an earlier version is brought up to date, or the event fails', async (t) => {
  const old = { bot: { version: 1, data: { items: 'a,b' } } }
  const migrating = build(
    defineBot({
      state: {
        version: 2,
        initial: () => ({ items: [] as string[] }),
        migrate: (before, version) => ({
          items: (before as { items: string }).items.split(',').concat(`v${version}`),
        }),
      },
    }).use((ctx) => ctx.reply(ctx.state.items.join(' '))),
  )
  const { state, ...rest } = await migrating.turn(said('x'), old)
  t.same(texts({ ...rest, state }), ['a b v1'])
  t.same(state, { bot: { version: 2, data: { items: ['a', 'b', 'v1'] } } })

  const stuck = build(defineBot({ state: { version: 2, initial: () => 0 } }).use(() => undefined))
  await t.rejects(stuck.turn(said('x'), old), { message: /version 1/ })
  t.throws(() => defineBot({ state: { version: 0.5, initial: () => 0 } }), RangeError)
  for (const timeLimitMs of [0, -1, Number.NaN, 300_001])
    t.throws(() => defineBot({ timeLimitMs }), RangeError)
})

t.test('what makes no sense is refused, and costs the event alone', async (t) => {
  const cases: [what: string, bot: unknown, message: RegExp][] = [
    [
      '500 messages',
      defineBot().use((ctx) => {
        for (let n = 0; n < 500; n += 1) ctx.reply('x')
      }),
      /at most 20 messages/,
    ],
    ['an empty text', defineBot().use((ctx) => ctx.reply('  ')), /not empty/],
    [
      'a promise of a message',
      defineBot().use((ctx) => ctx.reply(Promise.resolve('x') as never)),
      /a promise is no message: await it first/,
    ],
    ['no message', defineBot().use((ctx) => ctx.reply(42 as never)), /42 is no message/],
    ['half a message', defineBot().use((ctx) => ctx.reply({} as never)), /either a text or an attachment/],
    [
      'an unknown key',
      defineBot().use((ctx) => ctx.reply({ text: 'x', colour: 'red' } as never)),
      /no "colour"/,
    ],
    ['a returned text', defineBot().use(() => 'hello' as never), /returns nothing/],
    [
      'a reply that is not in the script',
      defineBot().use((ctx) => ctx.script('nope')),
      /no reply named "nope"/,
    ],
    [
      'next twice',
      defineBot().use(async (_ctx, next) => {
        await next()
        await next()
      }),
      /called twice/,
    ],
    [
      'a state too large',
      defineBot({ state: { version: 1, initial: () => '' } }).use((ctx) => {
        ctx.state = 'x'.repeat(70_000)
      }),
      /at most 65536/,
    ],
    [
      'a circle in the state',
      defineBot({ state: { version: 1, initial: () => ({}) as { me?: unknown } } }).use((ctx) => {
        ctx.state.me = ctx.state
      }),
      /circular/i,
    ],
    ['an hour of typing', defineBot().use((ctx) => ctx.reply('x', { typingMs: 3_600_000 })), /typing/],
    [
      'a throw',
      defineBot().use(() => {
        throw new Error('broke')
      }),
      /broke/,
    ],
  ]
  for (const [what, bot, message] of cases) await t.rejects(build(bot).turn(said('x')), { message }, what)
})

t.test(
  'a handler that goes on after the answer is told so, and gets the signal that time is over',
  async (t) => {
    let late = (): void => undefined
    const { turn } = build(
      defineBot().use((ctx) => {
        ctx.reply('now')
        late = () => ctx.reply('too late')
      }),
    )
    t.same(texts(await turn(said('x'))), ['now'])
    t.throws(() => late(), /already on its way/)

    const abort = new AbortController()
    const slow = build(
      defineBot().use(
        (ctx) =>
          new Promise((_, reject) =>
            ctx.signal.addEventListener('abort', () => reject(ctx.signal.reason as Error)),
          ),
      ),
      abort.signal,
    )
    const refused = t.rejects(slow.turn(said('x')), { message: 'over' })
    abort.abort(new Error('over'))
    await refused
  },
)

t.test(
  'handlers are silent while a person has the conversation, and cannot hide that from the script',
  async (t) => {
    const { turn } = build(
      defineBot()
        .on(['echo', 'pass_thread_control'], () => undefined)
        .hears('hi', (ctx) => ctx.reply('hello')),
    )
    const echo = event({
      sender: { id: PAGE },
      recipient: { id: PSID },
      message: { is_echo: true, mid: 'e', app_id: '9', text: 'x' },
    })
    const { state } = await turn(echo)
    t.ok(state?.['handover'])
    t.same(texts(await turn(said('hi'), state)), [])
    t.same(texts(await turn({ ...said('hi'), standby: true })), [])
    const later = { ...said('hi'), timestampMs: 1_790_000_000_000 + 2 * 3_600_000 }
    const back = await turn(later, state)
    t.same(texts(back), ['hello'], 'when the person is done they speak again')
    t.equal(back.state, null)
    const given = event({ pass_thread_control: { new_owner_app_id: APP_ID } })
    t.equal((await turn(given, { handover: { sinceMs: 1 } })).state, null)
  },
)

t.test('an event that no handler wants goes to the script as it is, without a promise', async (t) => {
  const script = parse(SCRIPT)
  const conversation = createConversationEngine({ script: () => script, appId: APP_ID, lookups: OWN_LOOKUPS })
  const handle = withHandlers({
    handlers: inProcess(defineBot().on('reaction', () => undefined)),
    script: conversation,
  })
  t.notOk(handle(said('hours'), { pageId: PAGE, psid: PSID, state: null }) instanceof Promise)
  t.match(await handle(said('hours'), { pageId: PAGE, psid: null, state: null }), {
    replies: [],
    state: null,
    unanswered: 'no_visitor',
  })
})

t.test('a long text becomes several messages, and the key of the event is at hand', async (t) => {
  const { turn } = build(
    defineBot().use((ctx) => {
      ctx.reply(ctx.key)
      ctx.reply('word. '.repeat(500), { typingMs: 500 })
    }),
  )
  const { replies } = await turn(said('x'))
  t.match(replies[0]?.message.text, /m_1/)
  t.equal(replies.length, 3)
})
