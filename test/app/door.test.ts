import { once } from 'node:events'
import { connect, type AddressInfo } from 'node:net'
import Fastify, { type FastifyInstance } from 'fastify'
import t, { type Test } from 'tap'
import { buildDoor, type Door } from '../../app/door.ts'
import { UNREAD } from '../../plugins/metrics.ts'
import { systemClock } from '../../src/base/clock.ts'
import { loadConfig } from '../../src/base/config.ts'
import { openStore, type OpenedStore } from '../../src/store/sqlite/open.ts'
import { sign, signed, textCallback } from '../helpers/sign.ts'
import { ENV } from '../helpers/surface.ts'

t.test('a callback is kept and answered before there is a bot', async (t) => {
  const { door, ask } = await open(t)

  t.match(await ask.callback('hi'), { status: 200, text: 'EVENT_RECEIVED' })
  t.match(await door.store.counts(), { inbox: 1 })
  t.match(await ask.get('/webhook?hub.mode=subscribe&hub.verify_token=verify-1&hub.challenge=42'), {
    status: 200,
    text: '42',
  })
})

t.test('a callback that Facebook did not sign is turned away there, too', async (t) => {
  const { door, ask } = await open(t)
  const answer = await ask.post('/webhook', '{"object":"page","entry":[]}', 'sha256=00')
  t.match(answer, { status: 401, text: /BOT_SIGNATURE_INVALID/ })
  t.equal(answer.headers.get('x-content-type-options'), 'nosniff')
  t.match(await door.store.counts(), { inbox: 0 })
})

t.test('whoever wants something else waits for the bot, which gets the request whole', async (t) => {
  const { door, ask } = await open(t)
  const posted = ask.post('/hello', '{"a":1}')
  await once(door.app.server, 'request')
  const { bot, leading } = await lead(t, door)
  await leading
  t.match(await posted, { status: 200, text: 'the bot got {"a":1}' })
  t.same(bot.seen, ['/hello'])
})

t.test('once there is a bot, every request is its own, callbacks among them', async (t) => {
  const { door, ask } = await open(t)
  const { bot, leading } = await lead(t, door)
  await leading
  t.match(await ask.callback('hi'), { text: /^the bot got/ })
  t.match(await ask.get('/nowhere'), { status: 404, text: /the bot/ })
  t.same(bot.seen, ['/webhook', '/nowhere'])
  t.match(await door.store.counts(), { inbox: 0 })
})

t.test(
  'what the door heard and refused is counted by the bot, once it is there and afterwards',
  async (t) => {
    const { door, ask, accepting } = await open(t)
    await ask.callback('hi', 'm_1')
    await ask.post('/webhook', '{}', 'sha256=00')
    const held = accepting.hold()
    const late = ask.callback('hi', 'm_2')
    await held.begun

    const { bot, leading } = await lead(t, door)
    await leading
    t.same(bot.told, ['message', 'heard 100', 'signature_invalid'])
    held.release()
    await late
    t.same(bot.told, ['message', 'heard 100', 'signature_invalid', 'message', 'heard 100'])
  },
)

t.test('the work begins when the bot is there, and not before', async (t) => {
  const { door } = await open(t)
  const { bot, built, leading } = await lead(t, door, { late: true })
  t.equal(bot.opened, 0)
  built.resolve()
  await leading
  t.equal(bot.opened, 1)
})

t.test('a bot that cannot be built ends who waits for it, and nothing that came is lost', async (t) => {
  const { door, ask } = await open(t)
  await ask.callback('hi')
  const waiting = ask.get('/healthz')
  await once(door.app.server, 'request')
  const { built, leading } = await lead(t, door, { late: true })
  built.reject(new Error('a wrong script'))
  await t.rejects(leading, { message: 'a wrong script' })
  t.match(await door.store.counts(), { inbox: 1 })
  await door.app.close()
  t.match(await waiting, { status: 503 })
})

t.test('closing it closes the bot first, and then the store', async (t) => {
  const { door, opened } = await open(t)
  const { bot, leading } = await lead(t, door)
  await leading
  const order: string[] = []
  const { close } = opened
  opened.close = async () => {
    order.push('store')
    await close()
  }
  bot.onClose = () => void order.push('bot')
  await door.app.close()
  t.same(order, ['bot', 'store'])
})

t.test('closed while the bot is being built, it waits neither for it nor for who waits for it', async (t) => {
  const { door, ask } = await open(t)
  const waiting = ask.get('/healthz')
  await once(door.app.server, 'request')
  const { bot, built, leading } = await lead(t, door, { late: true })
  await door.app.close()
  t.match(await waiting, { status: 503 })
  built.resolve()
  await leading
  t.match(bot, { opened: 0, closed: 1, seen: [] })
})

t.test('a bot that cannot be built because the door has closed is no failure', async (t) => {
  const { door } = await open(t)
  const { built, leading } = await lead(t, door, { late: true })
  await door.app.close()
  built.reject(new Error('the database is closed'))
  await leading
})

t.test(
  'the bot ends what would keep its clients, and lets go of nothing before they have gone',
  async (t) => {
    const { door, port } = await open(t)
    const { bot, leading } = await lead(t, door)
    await leading
    let isPassedOn = true
    void bot.until?.then(() => (isPassedOn = false))
    const answer = await over(t, port, async (write) => {
      write('GET /slow HTTP/1.1\r\nhost: bot\r\n\r\n')
      await bot.slow.asked
      void door.app.close()
      await bot.closing
      t.ok(isPassedOn)
      bot.slow.answer()
    })
    t.match(answer, /200 OK[^]*slow answer/)
    await door.app.close()
    t.notOk(isPassedOn)
  },
)

t.test('closed before it led anywhere, it waits for nobody', async (t) => {
  const { door } = await open(t)
  await door.app.close()
  t.notOk(door.app.server.listening)
})

t.test('who comes over an open connection while it closes is told to come again', async (t) => {
  const { door, port } = await open(t)
  const { bot, leading } = await lead(t, door)
  await leading
  const answer = await over(t, port, async (write) => {
    write('GET /slow HTTP/1.1\r\nhost: bot\r\n\r\n')
    await bot.slow.asked
    void door.app.close()
    while (door.app.server.listening) await new Promise(setImmediate)
    // In the pipeline behind the first, on a connection that was there before.
    write('GET /hello HTTP/1.1\r\nhost: bot\r\n\r\n')
    await once(door.app.server, 'request')
    bot.slow.answer()
  })
  t.match(answer, /200 OK[^]*slow answer[^]*503 Service Unavailable/)
  t.same(bot.seen, ['/slow'])
})

t.test('callbacks go first: whoever loads the bot waits for the one under way', async (t) => {
  const { door, ask, accepting } = await open(t, { patienceMs: 60_000 })
  const held = accepting.hold()
  const answered = ask.callback('hi')
  await held.begun
  let went = false
  const waiting = door.callbacksFirst().then(() => (went = true))
  for (let turn = 0; turn < 10; turn += 1) await new Promise(setImmediate)
  t.notOk(went)
  held.release()
  await Promise.all([waiting, answered])
  t.ok((await turnsOf(door.callbacksFirst())) < 10, 'nobody is waited for who was answered')
})

t.test('but not for ever', async (t) => {
  const { door, ask, accepting } = await open(t, { patienceMs: 1 })
  const held = accepting.hold()
  const answered = ask.callback('hi')
  await held.begun
  await door.callbacksFirst()
  held.release()
  t.match(await answered, { status: 200 })
})

t.test('whoever has connected has the time to ask', async (t) => {
  const { door } = await open(t)
  t.ok((await turnsOf(door.callbacksFirst())) >= 2)
})

t.test('a connection over which nothing was asked does not keep it from closing', async (t) => {
  const { door, port } = await open(t)
  const accepted = once(door.app.server, 'connection')
  const received = await over(t, port, async () => {
    await accepted
    void door.app.close()
  })
  t.equal(received, '')
})

t.test('it listens as every server of ours does', async (t) => {
  const { door } = await open(t)
  const bare = Fastify()
  t.teardown(() => bare.close())
  t.equal(door.app.server.requestTimeout, 30_000)
  t.equal(door.app.server.keepAliveTimeout, bare.server.keepAliveTimeout)
})

t.test('a store that cannot be opened keeps it shut', async (t) => {
  const dir = t.testdir()
  await open(t, { dir })
  await t.rejects(open(t, { dir }), { code: 'BOT_DATA_DIR_IN_USE' })
})

async function open(t: Test, { dir = t.testdir(), patienceMs = 20 } = {}) {
  const config = loadConfig({ ...ENV, DATA_DIR: dir, LOG_LEVEL: 'silent' })
  const opening = openStore({ dir, clock: systemClock })
  const door = await buildDoor({ config, opening, patienceMs })
  const opened: OpenedStore = await opening
  t.teardown(() => door.app.close())
  await door.app.listen({ host: '127.0.0.1', port: 0 })
  const { port } = door.app.server.address() as AddressInfo
  return { door, opened, port, ask: asking(port), accepting: watchAccepting(door) }
}

/** How many turns of the event loop something takes. */
const turnsOf = async (something: Promise<unknown>): Promise<number> => {
  let isOver = false
  void something.then(() => (isOver = true))
  let turns = 0
  for (; !isOver; turns += 1) await new Promise(setImmediate)
  return turns
}

/** Lets a test hold a callback back between its coming and its being stored. */
const watchAccepting = ({ store }: Door) => ({
  hold: () => {
    const begun = Promise.withResolvers<void>()
    const released = Promise.withResolvers<void>()
    const { accept } = store
    store.accept = async (events) => {
      store.accept = accept
      begun.resolve()
      await released.promise
      return accept(events)
    }
    return { begun: begun.promise, release: () => released.resolve() }
  },
})

const asking = (port: number) => {
  const send = async (path: string, init: RequestInit = {}) => {
    const response = await fetch(`http://127.0.0.1:${port}${path}`, init)
    return { status: response.status, headers: response.headers, text: await response.text() }
  }
  const post = (path: string, body: string, signature = sign(body)) =>
    send(path, {
      method: 'POST',
      body,
      headers: { 'content-type': 'application/json', 'x-hub-signature-256': signature },
    })
  return {
    get: send,
    post,
    callback: (text: string, mid?: string) =>
      post('/webhook', signed(textCallback(text, mid)).payload as string),
  }
}

/** What is written to one connection, and what came back until it was closed. */
const over = async (
  t: Test,
  port: number,
  use: (write: (text: string) => void) => Promise<void>,
): Promise<string> => {
  const socket = connect(port, '127.0.0.1')
  t.teardown(() => socket.destroy())
  let received = ''
  socket.setEncoding('utf8').on('data', (text) => (received += text))
  const gone = once(socket, 'close')
  await use((text) => socket.write(text))
  await gone
  return received
}

/** Leads the door to a bot that notes what reaches it; with `late`, when `built` is settled. */
const lead = async (t: Test, door: Door, { late = false } = {}) => {
  const bot = createBot()
  const app: FastifyInstance = Fastify()
  app.decorate('metrics', {
    ...UNREAD,
    webhookEvent: (kind) => void bot.told.push(kind),
    webhookRejected: (reason) => void bot.told.push(reason),
  })
  app.decorate('silence', { heard: (pageId) => void bot.told.push(`heard ${pageId}`) })
  app.decorate('open', async (until) => {
    bot.opened += 1
    bot.until = until
  })
  app.addHook('preClose', async () => bot.beginClose())
  app.addHook('onRequest', async ({ url }) => void bot.seen.push(url))
  app.addHook('onClose', async () => {
    bot.closed += 1
    bot.onClose()
  })
  app.get('/slow', bot.slow.serve)
  app.post('/*', async ({ body }) => `the bot got ${JSON.stringify(body)}`)
  app.setNotFoundHandler((_request, reply) => void reply.code(404).send('the bot knows nothing of it'))
  await app.ready()
  t.teardown(() => app.close())
  const built = Promise.withResolvers<void>()
  if (!late) built.resolve()
  const leading = door.leadTo(built.promise.then(() => app))
  leading.catch(() => undefined)
  return { bot, built, leading }
}

const createBot = () => {
  const asked = Promise.withResolvers<void>()
  const answer = Promise.withResolvers<string>()
  const closing = Promise.withResolvers<void>()
  return {
    seen: [] as string[],
    told: [] as string[],
    opened: 0,
    until: undefined as Promise<void> | undefined,
    closing: closing.promise,
    beginClose: closing.resolve,
    closed: 0,
    onClose: (): void => undefined,
    slow: {
      asked: asked.promise,
      answer: () => answer.resolve('slow answer'),
      serve: () => {
        asked.resolve()
        return answer.promise
      },
    },
  }
}
