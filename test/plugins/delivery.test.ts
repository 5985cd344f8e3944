import { join } from 'node:path'
import Fastify from 'fastify'
import fp from 'fastify-plugin'
import t, { type Test } from 'tap'
import { deliveryPlugin } from '../../plugins/delivery.ts'
import { openTestStore } from '../helpers/store.ts'
import { toNewEvents } from '../../src/webhook/inbox.ts'
import { APP_ID, PAGE, PSID } from '../conversation/events.ts'
import { createFakeClock, settle } from '../helpers/clock.ts'
import { until } from '../helpers/until.ts'

const PARTS = ['env', 'clock', 'metrics', 'store', 'needs', 'graph', 'tokens', 'conversation', 'noticed']

/** The plugin on a real store, between a handler that notes what it is asked and a Graph that notes what it is sent. */
const build = async (t: Test, config: { BOT_HANDLERS?: string }, list = 'messaging') => {
  const clock = createFakeClock()
  const file = join(t.testdir(), 'evergreen.db')
  const store = await openTestStore({ file, clock })
  const notes: string[] = []
  const app = Fastify()
  for (const name of PARTS) app.register(fp(async () => undefined, { name }))
  const decorators: Record<string, object> = {
    activity: { forget: () => undefined, heard: () => notes.push('heard'), sent: () => notes.push('sent') },
    clock,
    config: { ...config, BOT_SCRIPT: file, MESSAGES_PER_SECOND: 40, FB_APP_ID: APP_ID },
    conversation: {
      handle: () => {
        notes.push('asked')
        return { replies: [{ message: { text: 'hello' } }], state: null }
      },
      patienceMs: () => 0,
      marksSeen: () => false,
      choose: () => '',
      pleaseWaitAfterMs: () => 20_000,
    },
    graph: {
      now: clock.now,
      sendMessage: async () => ({ messageId: 'mid-1', recipientId: PSID, usage: null }),
    },
    metrics: { replySent: () => undefined },
    needs: { settle: () => undefined },
    noticed: {
      bystander: {
        wrote: (_pageId: string, psid: string, isStandby: boolean) =>
          notes.push(`${psid} wrote ${isStandby ? 'in standby' : 'to the bot'}`),
      },
    },
    store,
    tokens: {
      tokenFor: () => 'page-token-1',
      status: () => ({ state: 'valid' }),
      statuses: () => [],
      onChange: () => () => undefined,
    },
    visitorProfiles: { clear: () => undefined },
  }
  for (const [name, part] of Object.entries(decorators)) app.decorate(name, part)
  app.register(deliveryPlugin)
  t.teardown(async () => {
    await app.close()
    await store.close()
  })
  await app.listen({ host: '127.0.0.1', port: 0 })
  await store.probe()
  await settle()

  const message = { sender: { id: PSID }, recipient: { id: PAGE }, message: { mid: 'm_1', text: 'hi' } }
  const accepting = store.accept(toNewEvents([{ id: PAGE, [list]: [message] }], clock.now()))
  notes.push('being stored')
  await accepting
  await until(() => notes.includes('sent'))
  await settle()
  return notes
}

t.test('an event is handled when it can no longer be lost, and the console hears of it', async (t) => {
  t.same(await build(t, {}), ['being stored', 'asked', 'heard', `${PSID} wrote to the bot`, 'sent'])
  t.ok((await build(t, {}, 'standby')).includes(`${PSID} wrote in standby`))
})

t.test('code is asked once, when the event that it is about can no longer be lost', async (t) => {
  t.same(
    (await build(t, { BOT_HANDLERS: 'bot.ts' })).filter((note) => !note.includes('wrote')),
    ['being stored', 'asked', 'heard', 'sent'],
  )
})
