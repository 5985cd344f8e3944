import t from 'tap'
import { until, witness } from '../helpers/until.ts'

t.test('a wait that fails prints the end of what its witnesses see', async (t) => {
  const lines = ['x'.repeat(5000), '{"msg":"the last line"}']
  witness(t, 'the log', () => lines)
  witness(t, 'the page', async () => 'Sign in\n')
  witness(t, 'what is sent', () => ({ replies: 2 }))
  witness(t, 'what is gone', () => {
    throw new Error('closed')
  })
  const failed = await until(() => false, { what: 'an answer', patienceMs: 0 }).catch(String)
  t.match(
    failed,
    /^Error: never happened: an answer\nthe log: …x+\n\{"msg":"the last line"\}\nthe page: Sign in\n/,
  )
  t.match(failed, /\nwhat is sent: \{"replies":2\}\nwhat is gone cannot be seen: Error: closed$/)
})

t.test('a witness is gone with its test', async (t) => {
  await t.rejects(
    until(() => false, { what: 'an answer', patienceMs: 0 }),
    {
      message: /^never happened: an answer$/,
    },
  )
})
