import t from 'tap'
import { countClients, tableInDocs, tableOf } from '../count-clients.ts'
import { foreignTest } from '../foreign-clients.ts'
import { codeOf, faultsOf } from '../foreign-calls/documented.ts'
import { MISSING } from '../foreign-calls/not-modelled.ts'

t.test('an answer is right only in the documented shape, and a refusal only with a documented code', (t) => {
  const sent = { method: 'POST', path: '/v25.0/me/messages', status: 200, request: {} }
  const answer = { recipient_id: '1', message_id: 'm_1' }
  t.strictSame(faultsOf({ ...sent, response: answer }), [])
  t.match(faultsOf({ ...sent, response: { ...answer, preview: 1 } }), ['answer has the key preview'])
  t.match(faultsOf({ ...sent, response: { message_id: 'm_1' } }), ['answer lacks the key recipient_id'])
  t.match(faultsOf({ ...sent, response: { ...answer, message_id: 1 } }), [/message_id is 1/])

  const read = { method: 'GET', path: '/v25.0/1?fields=id,name', status: 200, request: null }
  t.strictSame(faultsOf({ ...read, response: { id: '1', name: 'Vera' } }), [])
  t.match(faultsOf({ ...read, response: { id: '1', colour: 'red' } }), ['answer has the key colour'])

  const refused = (error: object, status = 400) => {
    const envelope = { message: 'No', type: 'OAuthException', code: 100, fbtrace_id: 'A1', ...error }
    return { ...sent, status, response: { error: envelope } }
  }
  t.strictSame(faultsOf(refused({})), [])
  t.equal(codeOf(refused({ error_subcode: 2018001 })), '100/2018001')
  t.match(faultsOf(refused({ error_subcode: 7 })), ['the code 100/7 is not documented'])
  t.match(faultsOf(refused({ code: 4242 })), ['the code 4242/none is not documented'])
  t.match(faultsOf(refused({}, 500)), ['the status is 500, not 400'])
  t.match(faultsOf(refused({ hint: 'x' })), ['answer.error has the key hint'])
  t.end()
})

foreignTest(
  'thirteen foreign clients are answered right or by a listed refusal, and the docs say how often',
  async (t) => {
    const judged = await countClients()
    t.strictSame(
      judged.filter(({ verdict }) => verdict === 'wrong'),
      [],
      'each answer is the one of Facebook',
    )
    t.ok(judged.filter(({ verdict }) => verdict === 'right').length >= 320)
    const met = judged.filter(({ verdict }) => verdict === 'not modelled').map(({ came }) => came ?? '')
    for (const what of MISSING)
      t.ok(
        met.some((came) => came.includes(what)),
        `${what} is called by one of them`,
      )
    const cells = (table: string) => table.replace(/[-\s]+/g, ' ')
    t.equal(cells(tableInDocs()), cells(tableOf(judged)), 'npm run clients mends the table')
  },
)
