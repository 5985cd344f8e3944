import { createServer } from 'node:http'
import { conversationOf } from './requests.ts'
import { now } from './load.ts'

/**
 * Graph in a process of its own: answers every send after `LATENCY_MS`, and remembers when each conversation was sent to. Sends
 * to the first `OTHERS` conversations do not count; they are answered like all, refused with a 500, or never, as `MEET` says.
 */
const latencyMs = Number(process.env['LATENCY_MS'] ?? 0)
const others = Number(process.env['OTHERS'] ?? 0)
const meet = process.env['MEET'] ?? 'ok'
const REFUSAL = '{"error":{"message":"An unexpected error has occurred.","type":"OAuthException","code":2}}'
const NONE = ''
let sends = 0
let lastAtMs = 0
let arrivedAtMs: number[] = []
let awaited: { count: number; done: () => void } | null = null

const server = createServer((request, response) => {
  const chunks: Buffer[] = []
  request.on('data', (chunk: Buffer) => chunks.push(chunk))
  request.on('end', () => {
    const path = request.url ?? ''
    const answer = path.includes('/debug_token') ? tokenFacts(path) : send(Buffer.concat(chunks).toString())
    if (answer === NONE) return
    const reply = (): void => {
      response.writeHead(answer === REFUSAL ? 500 : 200, { 'content-type': 'application/json' })
      response.end(answer)
    }
    if (latencyMs > 0) setTimeout(reply, latencyMs)
    else reply()
  })
})
server.keepAliveTimeout = 60_000

const send = (body: string): string => {
  const psid = /"recipient":\{"id":"(\d+)"/.exec(body)?.[1]
  if (psid === undefined) return '{"data":[]}'
  if (conversationOf(psid) < others) {
    return meet === 'refuse'
      ? REFUSAL
      : meet === 'hang'
        ? NONE
        : `{"recipient_id":"${psid}","message_id":"m_${now()}"}`
  }
  sends += 1
  lastAtMs = now()
  arrivedAtMs[conversationOf(psid)] = lastAtMs
  if (awaited !== null && sends >= awaited.count) awaited.done()
  return `{"recipient_id":"${psid}","message_id":"m_reply_${sends}"}`
}

/** The answer of `debug_token` for the product's tokens, which end in their Page's id. */
const tokenFacts = (path: string): string =>
  JSON.stringify({
    data: {
      app_id: '1',
      type: 'PAGE',
      is_valid: true,
      expires_at: 0,
      profile_id: /input_token=[^&]*?(\d+)(&|$)/.exec(path)?.[1],
      scopes: ['pages_show_list', 'pages_messaging', 'pages_manage_metadata'],
    },
  })

/** `{ until: n }` is answered once n sends have arrived since the last `reset`. */
process.on('message', (question: { until?: number; reset?: true }) => {
  if (question.reset) {
    sends = 0
    arrivedAtMs = []
    process.send?.({})
    return
  }
  const answer = (): void => void process.send?.({ sends, lastAtMs, arrivedAtMs })
  const count = question.until ?? 0
  if (sends >= count) answer()
  else {
    // A time limit, so that a missing reply is not counted as a slow one.
    const tooLate = setTimeout(() => {
      throw new Error(`${sends} of ${count} replies have come in five minutes`)
    }, 300_000)
    awaited = { count, done: () => ((awaited = null), clearTimeout(tooLate), answer()) }
  }
})

server.listen(0, '127.0.0.1', () => process.send?.({ port: (server.address() as { port: number }).port }))
