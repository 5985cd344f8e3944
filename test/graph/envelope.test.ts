import t from 'tap'
import { readEnvelope } from '../../src/graph/envelope.ts'

t.test('an error is read whatever its numbers and flags are written as', (t) => {
  const asText = {
    message: 'm',
    code: '190',
    error_subcode: '463',
    is_transient: 'true',
    fbtrace_id: 'AbC',
  }
  t.strictSame(readEnvelope(asText), {
    code: 190,
    subcode: 463,
    message: 'm',
    detail: '',
    isTransient: true,
    fbtraceId: 'AbC',
  })
  t.match(readEnvelope({ code: 10, error_subcode: 0 }), { code: 10, subcode: null })
  // Old errors of Graph, and a test of a public program of 2026.
  for (const [message, code] of [
    ['(#200) Permissions error', 200],
    ['(#-1) Erro interno inesperado', -1],
    ['see (#200)', null],
  ] as const)
    t.equal(readEnvelope({ message }).code, code, message)
  t.equal(readEnvelope({ message: '(#551) x', code: 200 }).code, 200, 'the number itself comes first')
  for (const no of [false, 'false', 0, null, {}, [true], 'maybe'])
    t.equal(readEnvelope({ is_transient: no }).isTransient, false)
  t.end()
})

t.test('what an error says for people is read beside its message', (t) => {
  const detailOf = (error: Parameters<typeof readEnvelope>[0]) =>
    readEnvelope({ message: 'Invalid parameter', ...error }).detail
  t.equal(
    detailOf({ error_user_title: 'Page restricted', error_user_msg: 'This Page may not send.' }),
    'Page restricted. This Page may not send.',
  )
  t.equal(detailOf({ error_user_title: 'Same', error_user_msg: 'Same' }), 'Same', 'said once')
  t.equal(detailOf({ error_user_msg: 'Invalid parameter' }), '', 'the message says it already')
  t.equal(detailOf({ error_data: 'No matching user found.' }), 'No matching user found.')
  t.equal(detailOf({ error_data: { details: 'Too long' } }), 'Too long')
  for (const blamed of [{ blame_field: 'message' }, { blame_field_specs: [['message']] }])
    for (const data of [blamed, JSON.stringify(blamed)])
      t.equal(detailOf({ error_data: data }), 'parameter message', JSON.stringify(data))
  t.equal(detailOf({ error_data: '{no object' }), '{no object')
  // facebook/facebook-python-business-sdk#573
  for (const nothing of ['null', '"null"', '[]', '{}', '""'])
    t.equal(detailOf({ error_data: nothing }), '', `${nothing} says nothing`)
  t.equal(detailOf({ error_data: '"No matching user found."' }), 'No matching user found.')
  for (const odd of [7, null, [], {}, [['x']], { details: 7 }, { blame_field: null }])
    t.type(detailOf({ error_user_title: odd, error_user_msg: odd, error_data: odd }), 'string')
  t.end()
})
