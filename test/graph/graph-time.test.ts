import t from 'tap'
import { connect, raw } from './transport-world.ts'

t.test('what time it is for Graph is told by its answers, whatever becomes of our clock', async (t) => {
  const seconds = Math.floor(Date.now() / 1000) - 86_400
  let date: string | undefined = new Date(seconds * 1000).toUTCString()
  const origin = await raw(t, (socket) => {
    const told = date === undefined ? '' : `date: ${date}\r\n`
    socket.end(`HTTP/1.1 200 OK\r\n${told}content-length: 10\r\nconnection: close\r\n\r\n{"id":"1"}`)
  })
  const graph = connect(t, origin)
  t.equal(graph.now(), null, 'unknown before the first answer')

  await graph.me('token')
  const first = graph.now() ?? 0
  t.ok(Math.abs(first - seconds * 1000) < 1000)
  t.intercept(Date, 'now', { value: () => 0 })
  for (const odd of [undefined, 'lately', '']) {
    date = odd
    await graph.me('token')
    t.ok((graph.now() ?? 0) >= first, `goes on after an answer of ${String(odd)}`)
  }
  t.ok((graph.now() ?? 0) < first + 5000)
})

const OF_GRAPH: [what: string, status: string, body: string][] = [
  ['an object', '200 OK', '{"id":"1"}'],
  ['a refusal', '400 Bad Request', '{"error":{"message":"no","type":"OAuthException","code":10}}'],
  ['a refusal with numbers as text', '500 Oops', '{"error":{"code":"2","fbtrace_id":"AbC"}}'],
  ['an error in a 200', '200 OK', '{"error":{"type":"OAuthException","code":190}}'],
]
const OF_STRANGERS: [what: string, status: string, body: string, more?: string][] = [
  ["a captive portal's page", '200 OK', '<html>Welcome to our WiFi</html>'],
  ['a redirect to a login page', '302 Found', '', 'location: https://login.example/'],
  ["a gateway's 502", '502 Bad Gateway', '<html>502</html>'],
  ["a gateway's 503 in JSON", '503 Unavailable', '{"message":"upstream connect error"}'],
  ["a gateway's error object", '503 Unavailable', '{"error":{"code":503,"message":"UNAVAILABLE"}}'],
  ['an error that is a text', '403 Forbidden', '{"error":"access denied by policy"}'],
  ['a list', '200 OK', '[]'],
  ['no body', '200 OK', ''],
  ['half a body', '200 OK', '{"id":'],
  ['what a cache kept', '200 OK', '{"id":"1"}', 'age: 172800'],
]

t.test("only an answer that is Graph's own tells the time, and the last one of them", async (t) => {
  const todayMs = Math.floor(Date.now() / 1000) * 1000
  const next = { status: '', body: '', more: '', atMs: 0 }
  const origin = await raw(t, (socket) => {
    const { status, body, more, atMs } = next
    const told = `date: ${new Date(atMs).toUTCString()}\r\n${more === '' ? '' : `${more}\r\n`}`
    socket.end(
      `HTTP/1.1 ${status}\r\n${told}content-length: ${body.length}\r\nconnection: close\r\n\r\n${body}`,
    )
  })
  const graph = connect(t, origin)
  const hear = async (status: string, body: string, more: string, atMs: number): Promise<void> => {
    Object.assign(next, { status, body, more, atMs })
    await graph.me('token').catch(() => undefined)
  }
  const saysNow = (atMs: number): boolean => Math.abs((graph.now() ?? 0) - atMs) < 60_000

  for (const [what, status, body, more = ''] of OF_STRANGERS) {
    await hear(status, body, more, todayMs + 2 * 86_400_000)
    t.equal(graph.now(), null, `${what} says nothing before Graph does`)
  }
  for (const [what, status, body] of OF_GRAPH) {
    await hear(status, body, '', todayMs - 86_400_000)
    t.ok(saysNow(todayMs - 86_400_000), `${what} tells the time`)
    await hear(status, body, 'age: 0', todayMs)
    t.ok(saysNow(todayMs), 'and the next one tells it anew')
  }
  for (const [what, status, body, more = ''] of OF_STRANGERS) {
    await hear(status, body, more, todayMs + 2 * 86_400_000)
    t.ok(saysNow(todayMs), `${what} says nothing after it either`)
  }
})
