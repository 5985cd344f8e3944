import Fastify, { type FastifyInstance } from 'fastify'
import fp from 'fastify-plugin'
import { writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import t, { type Test } from 'tap'
import { conversationPlugin } from '../../plugins/conversation.ts'
import { needsPlugin } from '../../plugins/needs.ts'
import { profilePlugin } from '../../plugins/profile.ts'
import { systemClock } from '../../src/base/clock.ts'
import { soleDuty, soleInstance } from '../../src/base/duty.ts'
import { createFakeRecords } from '../helpers/records.ts'
import { APP_ID, event, PAGE, PSID, said } from '../conversation/events.ts'
import { CONTRACT } from '../conversation/scripts.ts'
import { until } from '../helpers/until.ts'

/** The plugins on parts of their own; the Page is called Market Shop. */
const build = async (
  t: Test,
  script: string,
): Promise<{ app: FastifyInstance; file: string; told: object[]; asked: string[] }> => {
  const file = join(t.testdir({ 'bot.yaml': script }), 'bot.yaml')
  const told: object[] = []
  const asked: string[] = []
  const app = Fastify()
  const tokens = {
    status: () => ({ pageName: 'Market Shop' }),
    statuses: () => [{ pageId: PAGE, state: 'valid' }],
    tokenFor: () => 'page-token-1',
    onChange: () => () => undefined,
  }
  const parts = {
    env: { config: { BOT_SCRIPT: file, DATA_DIR: dirname(file), FB_APP_ID: APP_ID } },
    clock: { clock: systemClock },
    store: {
      store: { records: createFakeRecords(systemClock) },
      duty: soleDuty,
      instances: soleInstance(),
    },
    roster: { roster: { self: 'this', isLiving: () => true, list: () => [] } },
    graph: {
      graph: {
        userProfile: async ({ psid }: { psid: string }) => {
          asked.push(psid)
          return { first_name: 'Ann' }
        },
        messengerProfile: async () => ({}),
        setMessengerProfile: async (_token: string, properties: object) => void told.push(properties),
      },
    },
    tokens: { tokens, keptTokens: tokens },
  }
  for (const [name, decorators] of Object.entries(parts)) {
    app.register(
      fp(
        async (scope) => {
          for (const [key, part] of Object.entries(decorators)) scope.decorate(key, part)
        },
        { name },
      ),
    )
  }
  app.register(needsPlugin)
  app.register(conversationPlugin)
  app.register(profilePlugin)
  t.teardown(() => app.close())
  return { app, file, told, asked }
}

const VIEW = { pageId: PAGE, psid: PSID, state: null }

t.test('the bot answers as the script says, under the name of its Page', async (t) => {
  const { app } = await build(t, CONTRACT)
  await app.ready()

  t.match(app.conversation.handle(said('when are you opn?'), VIEW), {
    replies: [{ message: { text: 'We are open Monday to Friday.' } }, { message: { text: 'From 9 to 18.' } }],
  })
  t.match(app.conversation.handle(event({ postback: { payload: 'welcome' } }), VIEW), {
    replies: [{ message: { text: 'Hi! I am the automated assistant of Market Shop.' } }],
  })
})

t.test('Facebook is asked for the name of a visitor that the answer needs', async (t) => {
  const { app, asked } = await build(t, 'replies: { a: { when: hello, say: "Hi {{first_name}}" } }')
  await app.ready()

  t.match(await app.conversation.handle(said('hello'), VIEW), { replies: [{ message: { text: 'Hi Ann' } }] })
  t.same(asked, [PSID])
})

t.test('a bot with a wrong script does not start, and says where it is wrong', async (t) => {
  const { app } = await build(t, 'replies:\n  a:\n    sya: x\n')

  await t.rejects(async () => app.ready(), {
    code: 'BOT_SCRIPT_INVALID',
    message: /bot\.yaml:3:5: found the key "sya"/,
  })
})

t.test('a changed script changes what is said and what Facebook shows, without a restart', async (t) => {
  const { app, file, told } = await build(t, 'replies: { a: { when: hello, say: old } }')
  await app.ready()
  const alive = setInterval(() => undefined, 1000)
  t.teardown(() => clearInterval(alive))
  const changed = new Promise<void>((resolve) => app.conversation.onScript(resolve))

  writeFileSync(file, 'profile: { greeting: Hi }\nreplies: { a: { when: hello, say: new } }')
  await changed
  t.match(app.conversation.handle(said('hello'), VIEW), { replies: [{ message: { text: 'new' } }] })
  await new Promise((resolve) => setImmediate(resolve))
  t.same(told, [{ greeting: [{ locale: 'default', text: 'Hi' }] }])
})

t.test('a changed script that is wrong is a need until it is right again', async (t) => {
  const { app, file } = await build(t, 'replies: { hours: { when: hours, say: From 9 to 18. } }')
  await app.ready()
  const open = (count: number): Promise<void> =>
    until(() => app.needs.open().length === count, { everyMs: 20 })
  writeFileSync(file, 'replies: { hours: { sayy: x } }')
  await open(1)
  t.match(app.needs.open(), [
    {
      pageId: '*',
      cause: 'script',
      what: /last good version stays in use.*bot\.yaml:1:21: found the key "sayy"/,
      remedy: /npm run script:check/,
    },
  ])
  writeFileSync(file, 'replies: { hours: { when: hours, say: From 10 to 19. } }')
  await open(0)
})
