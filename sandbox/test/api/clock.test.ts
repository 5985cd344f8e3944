import t from 'tap'
import { DAY_MS, firstPage, graph, HOUR_MS, inspect, longLived, START_MS, startConnected } from '../lab.ts'

/** Addresses of every kind of route: Graph, its refusals, dialog, control API, its stream, pictures, files, the chat page. */
const PATHS = [
  '/v25.0/me',
  '/v25.0/%E0%A4%A',
  '/v25.0/dialog/oauth',
  '/sandbox/state',
  '/sandbox/events',
  '/sandbox/nonsense',
  '/pictures/people/1.svg',
  '/',
  '/app.js',
]

t.test('every answer carries the Date of the sandbox, frozen and after time travel', async (t) => {
  const { sandbox } = await startConnected(t)
  const dates = async (): Promise<Record<string, number>> => {
    const found: Record<string, number> = {}
    for (const path of PATHS) {
      const reading = new AbortController()
      const { headers } = await fetch(sandbox.origin + path, { redirect: 'manual', signal: reading.signal })
      found[path] = Date.parse(headers.get('date') ?? '')
      reading.abort()
    }
    return found
  }
  const all = (ms: number) => Object.fromEntries(PATHS.map((path) => [path, ms]))
  t.strictSame(await dates(), all(START_MS))
  sandbox.clock.advance(100 * DAY_MS)
  t.strictSame(await dates(), all(START_MS + 100 * DAY_MS))
})

t.test('messages, tokens, callbacks and the Date header tell one time', async (t) => {
  const { sandbox, pageToken, bot, say } = await startConnected(t)
  sandbox.clock.advance(30 * DAY_MS + HOUR_MS)
  const nowMs = sandbox.clock.nowMs()
  const token = await longLived(sandbox)
  say('hi')
  await sandbox.courier.idle()
  const path = `/v25.0/${firstPage(sandbox)}/conversations?fields=updated_time,messages{created_time}`
  const { headers, body } = await graph(sandbox, path, { token: pageToken })
  t.equal(Date.parse(headers.get('date') ?? ''), nowMs)
  t.match(body['data'], [
    {
      updated_time: '2026-12-21T13:00:00+0000',
      messages: { data: [{ created_time: '2026-12-21T13:00:00+0000' }] },
    },
  ])
  t.match(await inspect(sandbox, token), { issued_at: nowMs / 1000 })
  t.match(bot.items(), [{ timestamp: nowMs }])
  const callback = JSON.parse(bot.calls.at(-1)?.raw.toString() ?? '{}') as { entry: { time: number }[] }
  t.match(callback.entry, [{ time: nowMs }])
})
