import { createServer as createHttpServer, type IncomingMessage, type ServerResponse } from 'node:http'
import { createServer as createNetServer, type AddressInfo, type Server } from 'node:net'
import { text } from 'node:stream/consumers'
import t, { type Test } from 'tap'

import { createPostAlert } from '../../src/alerts/channels/post.ts'
import type { Notice } from '../../src/alerts/notice.ts'
import { receiversIn } from '../../src/alerts/channels/receivers.ts'
import { notice } from '../helpers/alerts.ts'

const SECRET_PATH = '/services/very-secret'

/** A receiver on loopback that answers each post by the next of `answers`, the last one for ever. */
const receiver = async (t: Test, answers: ((res: ServerResponse) => void)[]) => {
  const posts: { method: string | undefined; type: string | undefined; body: string }[] = []
  const take = async (req: IncomingMessage, res: ServerResponse) => {
    posts.push({ method: req.method, type: req.headers['content-type'], body: await text(req) })
    answers[Math.min(posts.length, answers.length) - 1]?.(res)
  }
  const server = createHttpServer((req, res) => void take(req, res))
  t.teardown(() => server.closeAllConnections())
  return { posts, url: await listen(t, server) }
}

const listen = async (t: Test, server: Server): Promise<string> => {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  t.teardown(() => server.close())
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}${SECRET_PATH}`
}

/** An alert whose pauses take no time; `settled` resolves when the queue is empty again. */
const build = (t: Test, url: string, timeoutMs = 5_000) => {
  const pauses: number[] = []
  const lines: [facts: object, message?: string][] = []
  const warned = Promise.withResolvers<void>()
  const [receiver] = receiversIn({ ALERT_URL: url })
  const alert = createPostAlert({
    write: (notice) => receiver?.post({ ALERT_URL: url }, notice) ?? { url, body: {} },
    complaint: 'an alert could not be delivered; check ALERT_URL',
    timeoutMs,
    clock: { sleep: async (ms) => void pauses.push(ms) },
    log: {
      warn: (...line) => {
        lines.push(line)
        if (!('againInMs' in line[0])) warned.resolve()
      },
    },
  })
  t.teardown(() => alert.stop())
  const send = (notice: Notice) => alert.send(notice, () => true)
  return { alert, send, pauses, lines, warned: warned.promise }
}

const answer =
  (status: number, headers: Record<string, string> = {}) =>
  (res: ServerResponse) =>
    void res.writeHead(status, headers).end('whatever')

t.test('an alert is one JSON post with the text Slack, Mattermost and Discord read', async (t) => {
  const done = Promise.withResolvers<void>()
  const { posts, url } = await receiver(t, [(res) => res.end('ok', done.resolve)])
  const { send, lines } = build(t, url)
  send(notice())
  await done.promise

  t.match(posts, [{ method: 'POST', type: 'application/json' }])
  const body = JSON.parse(posts[0]?.body ?? '') as Record<string, string>
  t.strictSame(Object.keys(body), ['text'])
  t.match(body['text'], /^Evergreen needs you: Bakery[^]*To do: Mend it\.\n/)
  t.strictSame(lines, [])
})

t.test('a Page name cannot call the whole channel, nor make the text too long to be taken', async (t) => {
  const done = Promise.withResolvers<void>()
  const { posts, url } = await receiver(t, [(res) => res.end('ok', done.resolve)])
  const { send } = build(t, url)
  send(notice(`<!channel> ${'x'.repeat(5_000)}`))
  await done.promise

  const { text } = JSON.parse(posts[0]?.body ?? '') as { text: string }
  t.notMatch(text, /[<>]/)
  t.ok(text.length < 2_000)
})

t.test('a receiver in trouble is tried again with growing pauses until it takes the alert', async (t) => {
  const done = Promise.withResolvers<void>()
  const { posts, url } = await receiver(t, [answer(500), answer(429), (res) => res.end('ok', done.resolve)])
  const { send, pauses, lines } = build(t, url)
  send(notice())
  await done.promise

  t.equal(posts.length, 3)
  t.strictSame(pauses, [1_000, 5_000])
  t.strictSame(lines, [])
})

t.test(
  'a receiver that stays away is tried for twenty minutes, with lines that do not show the address',
  async (t) => {
    const { posts, url } = await receiver(t, [answer(503)])
    const { send, pauses, lines } = build(t, url)
    await send(notice())

    t.equal(posts.length, 6)
    t.strictSame(pauses, [1_000, 5_000, 25_000, 300_000, 900_000])
    t.match(lines, [
      [{ problem: 'answered 503', againInMs: 300_000 }, /ALERT_URL/],
      [{ problem: 'answered 503', againInMs: 900_000 }, /ALERT_URL/],
      [{ problem: 'answered 503', againInMs: undefined }, /ALERT_URL/],
    ])
    t.notMatch(JSON.stringify(lines), 'very-secret')
  },
)

t.test(
  'behind a notice that was given up the next one waits half a minute, until the receiver is back',
  async (t) => {
    const { posts, url } = await receiver(t, [...Array(10).fill(answer(503)), answer(200), answer(503)])
    const { send, pauses } = build(t, url)
    await send(notice())
    pauses.length = 0
    await send(notice())
    t.equal(posts.length, 10)
    t.strictSame(pauses, [1_000, 5_000, 25_000])
    await send(notice())
    pauses.length = 0
    await send(notice())
    t.equal(pauses.length, 5, 'and is waited for again after that')
  },
)

t.test('a notice that has become the matter of another instance is not tried again', async (t) => {
  const { posts, url } = await receiver(t, [answer(503)])
  const { alert, lines } = build(t, url)
  t.equal(await alert.send(notice(), () => posts.length < 2), 'stopped')
  t.equal(posts.length, 2)
  t.strictSame(lines, [])
})

t.test('an answer that waiting cannot change is not tried again', async (t) => {
  for (const status of [400, 403, 404, 410]) {
    const { posts, url } = await receiver(t, [answer(status)])
    const { send, lines, warned } = build(t, url)
    send(notice())
    await warned

    t.equal(posts.length, 1)
    t.match(lines, [[{ problem: `answered ${status}` }]])
  }
})

t.test('a redirect is not followed: the text goes only where the operator said', async (t) => {
  const elsewhere = await receiver(t, [answer(200)])
  const { posts, url } = await receiver(t, [answer(307, { location: elsewhere.url })])
  const { send, lines, warned } = build(t, url)
  send(notice())
  await warned

  t.match(lines, [[{ problem: 'answered with a redirect (307)' }]])
  t.equal(posts.length, 1)
  t.equal(elsewhere.posts.length, 0)
})

t.test('a receiver that never answers costs the time limit of each try, no more', async (t) => {
  const { posts, url } = await receiver(t, [() => {}])
  const { send, lines, pauses, warned } = build(t, url, 50)
  send(notice())
  await warned

  t.equal(pauses.length, 5, 'between six tries')
  t.ok(posts.length <= 6, 'on a busy machine a try may end before it arrives')
  t.match(lines.at(-1), [{ problem: 'TimeoutError' }])
})

t.test('an accepted alert counts as delivered, though the answer never ends', async (t) => {
  const done = Promise.withResolvers<void>()
  const { posts, url } = await receiver(t, [
    (res) => void res.writeHead(200, { 'content-length': '9999' }).write('x'),
    (res) => res.end('ok', done.resolve),
  ])
  const { send, lines } = build(t, url, 400)
  send(notice('First'))
  send(notice('Second'))
  await done.promise

  t.match(posts, [{ body: /First/ }, { body: /Second/ }])
  t.strictSame(lines, [])
})

t.test(
  'garbage, a closed connection and a closed port are reported by name, without the address',
  async (t) => {
    const garbage = createNetServer((socket) => void socket.on('error', () => {}).end('SSH-2.0-hello\r\n'))
    const hangsUp = createNetServer((socket) => socket.on('error', () => {}).destroy())
    const closed = createNetServer()
    const urls = [await listen(t, garbage), await listen(t, hangsUp), await listen(t, closed)]
    await new Promise((resolve) => closed.close(resolve))

    for (const url of urls) {
      const { send, pauses, lines, warned } = build(t, url)
      send(notice())
      await warned

      t.equal(pauses.length, 5)
      t.match(lines.at(-1), [{ problem: /^[A-Za-z_]+$/ }])
      t.notMatch(JSON.stringify(lines), 'very-secret')
    }
  },
)

t.test('alerts arrive in the order they were sent, though the first needs several tries', async (t) => {
  const done = Promise.withResolvers<void>()
  const { posts, url } = await receiver(t, [answer(500), answer(200), (res) => res.end('ok', done.resolve)])
  const { send } = build(t, url)
  send(notice('First'))
  send(notice('Second'))
  await done.promise

  t.match(posts, [{ body: /First/ }, { body: /First/ }, { body: /Second/ }])
})

t.test('stop gives up on what is on its way, without a line', async (t) => {
  const arrived = Promise.withResolvers<void>()
  const { url } = await receiver(t, [() => arrived.resolve()])
  const { alert, send, lines } = build(t, url)
  send(notice())
  await arrived.promise
  await alert.stop()

  t.strictSame(lines, [])
})
