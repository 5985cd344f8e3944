import t from 'tap'
import type { Traffic } from '../../src/api.ts'
import type { Sandbox } from '../../src/server.ts'
import { control, graph, readAnswer, startConnected } from '../lab.ts'

const image = { attachment: { type: 'image', payload: {} } }

/** Sends a body as it stands, as the clients of other languages write theirs. */
const post = async (sandbox: Sandbox, token: string, body: string, type: string) => {
  const headers = { authorization: `Bearer ${token}`, 'content-type': type }
  const url = `${sandbox.origin}/v25.0/me/messages`
  return readAnswer(await fetch(url, { method: 'POST', headers, body: Buffer.from(body) }))
}

interface Written {
  quote?: string
  newline?: string
  file?: string
  end?: string
}

const written = (
  psid: string,
  { quote = '"', newline = '\r\n', file = 'a.png', end = '--b--\r\n' }: Written,
) => {
  const part = (name: string, more: string, content: string) =>
    [
      '--b',
      `Content-Disposition: form-data; name=${quote}${name}${quote}${more}`,
      ...(more === '' ? [] : ['Content-Type: image/png']),
      '',
      content,
      '',
    ].join(newline)
  const recipient = part('recipient', '', JSON.stringify({ id: psid }))
  const picture = part('filedata', `; filename=${quote}${file}${quote}`, 'PNG')
  return (
    picture + recipient + part('message', '', JSON.stringify(image)).slice(0, -newline.length) + newline + end
  )
}

t.test('a multipart body is read as the clients of all languages write it', async (t) => {
  const { sandbox, pageToken, psid, say } = await startConnected(t)
  say('hi')
  const plain = 'multipart/form-data; boundary=b'
  const bodies: [name: string, body: string, type: string][] = [
    ['browsers', written(psid, {}), plain],
    ['C#: names without quotes', written(psid, { quote: '' }), 'multipart/form-data; boundary="b"'],
    ['paked/messenger for Go: no last boundary', written(psid, { end: '' }), plain],
    ['Go: a quote in the name of the file', written(psid, { file: String.raw`a\"b.png` }), plain],
    ['lines without a carriage return', written(psid, { newline: '\n' }), plain],
    ['a line after the last boundary', `${written(psid, {})}\r\nthe end`, plain],
  ]
  for (const [name, body, type] of bodies) {
    t.match(await post(sandbox, pageToken, body, type), { status: 200, body: { message_id: /^m_/ } }, name)
  }
  const kept = await graph(sandbox, '/v25.0/me/conversations?fields=messages{attachments}', {
    token: pageToken,
  })
  t.match(JSON.stringify(kept.body), /a_b\.png/)
})

t.test('a send takes exactly one file', async (t) => {
  const { sandbox, pageToken, psid, say } = await startConnected(t)
  say('hi')
  const send = async (message: object, edge: string, fields: string[]) => {
    const form = new FormData()
    form.set('recipient', JSON.stringify({ id: psid }))
    form.set('message', JSON.stringify(message))
    for (const field of fields) form.append(field, new File(['PNG'], `${field}.png`, { type: 'image/png' }))
    const headers = { authorization: `Bearer ${pageToken}` }
    return readAnswer(
      await fetch(`${sandbox.origin}/v25.0/me/${edge}`, { method: 'POST', body: form, headers }),
    )
  }
  const refusal = { status: 400, body: { error: { code: 100, error_subcode: 2018005 } } }
  for (const edge of ['messages', 'message_attachments']) {
    t.match(await send(image, edge, ['filedata', 'filedata']), refusal, `two files: ${edge}`)
    t.match(await send({ attachment: { type: 'image' } }, edge, ['filedata', 'filedata']), refusal, edge)
    t.match(await send(image, edge, ['filedata']), { status: 200 }, `one file: ${edge}`)
  }
  t.equal(sandbox.world.attachments.size, 1)
  const { body } = await control(sandbox, 'traffic')
  const log = JSON.stringify((body as unknown as Traffic[]).map(({ request }) => request))
  t.match(
    log,
    /filedata.png \(image\/png, 3 bytes\), filedata.png \(image\/png, 3 bytes\)/,
    'the log shows both',
  )
})

t.test('the traffic log says why a multipart body gave no parameters', async (t) => {
  const { sandbox, pageToken, psid } = await startConnected(t)
  for (const [type, reason] of [
    ['multipart/form-data', /names no boundary/],
    ['multipart/form-data; boundary=other', /no line with the boundary other/],
  ] as const) {
    const answer = await post(sandbox, pageToken, written(psid, {}), type)
    t.match(answer, { status: 400, body: { error: { message: /The parameter recipient is required/ } } })
    t.match(
      ((await control(sandbox, 'traffic')).body as unknown as Traffic[]).at(-1),
      { request: reason },
      type,
    )
  }
})
