import { brotliCompressSync, deflateSync, gzipSync, zstdCompressSync } from 'node:zlib'
import nock from 'nock'
import t from 'tap'
import { bodyText } from '../../src/graph/answer-text.ts'
import { graphError } from '../helpers/graph-server.ts'
import { build, HELLO, ORIGIN, PROOF } from './graph-client.ts'

const SENT = '{"message_id":"m_1"}'
const bytes = Buffer.from(SENT)
const LONGEST = 1000

t.test('a coding that was not asked for is undone', (t) => {
  for (const [coding, body] of [
    ['gzip', gzipSync(bytes)],
    ['x-gzip', gzipSync(bytes)],
    ['GZIP ', gzipSync(bytes)],
    ['deflate', deflateSync(bytes)],
    ['br', brotliCompressSync(bytes)],
    ['zstd', zstdCompressSync(bytes)],
    ['identity', bytes],
    [undefined, bytes],
    ['toString', bytes],
  ] as const) {
    t.equal(bodyText([body], { 'content-encoding': coding }, LONGEST), SENT, coding ?? 'none')
    const pieces = [body.subarray(0, 7), body.subarray(7)]
    t.equal(bodyText(pieces, { 'content-encoding': coding }, LONGEST), SENT, `${coding} in two pieces`)
  }
  t.end()
})

t.test('what cannot be undone, or is too large then, is an answer without JSON', (t) => {
  for (const body of [gzipSync(bytes).subarray(0, 12), gzipSync(Buffer.alloc(LONGEST + 1)), Buffer.of()])
    t.throws(() => JSON.parse(bodyText([body], { 'content-encoding': 'gzip' }, LONGEST)))
  t.end()
})

t.test('a body that is in no coding is taken as it is, whatever its header says', (t) => {
  for (const coding of ['gzip', 'deflate', 'br', 'zstd'])
    t.equal(bodyText([bytes], { 'content-encoding': coding }, LONGEST), SENT, coding)
  t.end()
})

// amachang/facebook-node-sdk#19: gzip to callers that had forbidden it.
t.test('a send that Graph answers in gzip is sent, or refused as it says', async (t) => {
  const graph = build(t)
  const answered = (status: number, body: string) =>
    nock(ORIGIN)
      .post('/v25.0/100/messages')
      .query(PROOF)
      .reply(status, gzipSync(body), { 'content-encoding': 'gzip' })
  answered(200, SENT)
  t.match(await graph.sendMessage(HELLO), { messageId: 'm_1' })
  answered(400, '{"error":{"code":10,"error_subcode":2018278,"type":"OAuthException"}}')
  await t.rejects(graph.sendMessage(HELLO), graphError({ verdict: 'outside_window' }))
})

t.test('a send whose answer in gzip ends half-way may have been carried out: it is in doubt', async (t) => {
  const graph = build(t)
  nock(ORIGIN)
    .post('/v25.0/100/messages')
    .query(PROOF)
    .reply(200, gzipSync(SENT).subarray(0, 12), { 'content-encoding': 'gzip' })
  await t.rejects(graph.sendMessage(HELLO), graphError({ verdict: 'ambiguous' }))
})
