import nock from 'nock'
import t from 'tap'
import type { GraphError } from '../../src/graph/error.ts'
import { build, HELLO, ORIGIN } from './graph-client.ts'
import { graphError } from '../helpers/graph-server.ts'

const STRANGERS = [
  [307, ''],
  [302, '<html>Sign in</html>'],
  [200, ' <!doctype html><title>Blocked</title>'],
  [403, '<html>Blocked</html>'],
  // At Graph 413 and 415 are about two-factor authentication.
  [413, '{"error":{"code":413,"message":"Request Entity Too Large"}}'],
  [415, '{"error":{"code":415,"message":"Unsupported Media Type","status":"INVALID"}}'],
  [403, '{"message":"Forbidden"}'],
  [502, '{"error":"upstream"}'],
] as const
const PERHAPS_GRAPHS = [
  [200, ''],
  [200, '{"recipient_id":'],
  [503, '<html>Sorry, something went wrong.</html>'],
] as const

t.test("a redirect, or a page with 200, is told as another program's; half an answer is not", async (t) => {
  const graph = build(t)
  const answered = async (status: number, body: string): Promise<GraphError> => {
    nock(ORIGIN).post('/v25.0/100/messages').query(true).reply(status, body)
    return graph.sendMessage(HELLO).then(
      () => t.fail('it was sent'),
      (error: GraphError) => error,
    ) as Promise<GraphError>
  }
  for (const [status, body] of STRANGERS) {
    const { remedy, verdict } = await answered(status, body)
    t.match(remedy, /another program.*between this machine and Facebook/, `${status} ${body}`)
    t.match(verdict, /ambiguous|unknown/, 'and it proves nothing about the message')
  }
  for (const [status, body] of PERHAPS_GRAPHS) {
    const { remedy, verdict } = await answered(status, body)
    t.same([remedy, verdict], [undefined, 'ambiguous'], `${status} ${body}`)
  }
})

t.test("a gateway's own words are told, and no token in them", async (t) => {
  const graph = build(t)
  for (const body of [
    { error: { code: 403, message: 'No entry with EAAabcdefghijklmnop' } },
    { error: 'No entry', error_description: 'with EAAabcdefghijklmnop' },
    { error_code: 190, error_msg: 'No entry with EAAabcdefghijklmnop' },
  ]) {
    nock(ORIGIN).post('/v25.0/100/messages').query(true).reply(403, body)
    await t.rejects(graph.sendMessage(HELLO), graphError({ verdict: 'unknown', message: /No entry.*with …/ }))
  }
  // Facebook has left out type and trace id (facebookarchive/php-graph-sdk#948).
  const short = { error: { code: 1, error_subcode: 99, message: 'An unknown error occurred' } }
  nock(ORIGIN).post('/v25.0/100/messages').query(true).reply(400, short)
  await t.rejects(graph.sendMessage(HELLO), graphError({ verdict: 'ambiguous', graphCode: 1 }))
})
