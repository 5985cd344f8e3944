import t from 'tap'
import { addPage } from '../../src/populate.ts'
import { createRng } from '../../src/rng.ts'
import type { Sandbox } from '../../src/server.ts'
import { DAY_MS, graph, pageTokenOf, readAnswer, startConnected, textOf, type Json } from '../lab.ts'

const PNG = new Uint8Array([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a])

const upload = async (
  sandbox: Sandbox,
  token: string,
  edge: string,
  fields: Record<string, unknown>,
  file?: { bytes?: Uint8Array<ArrayBuffer>; type?: string; name?: string },
) => {
  const form = new FormData()
  for (const [name, value] of Object.entries(fields)) form.set(name, JSON.stringify(value))
  if (file) {
    const { bytes = PNG, type = 'image/png', name = 'photo.png' } = file
    form.set('filedata', new File([bytes], name, { type }))
  }
  const headers = { authorization: `Bearer ${token}` }
  return readAnswer(await fetch(`${sandbox.origin}/v25.0/${edge}`, { method: 'POST', body: form, headers }))
}

const image = (payload: object = {}) => ({ attachment: { type: 'image', payload } })

t.test('a file is sent along, shown to the visitor and served byte for byte', async (t) => {
  const { sandbox, pageToken, pageId, psid, say, bot } = await startConnected(t)
  say('hi')
  const sent = await upload(
    sandbox,
    pageToken,
    'me/messages',
    { recipient: { id: psid }, message: image() },
    {},
  )
  t.match(sent, { status: 200, body: { recipient_id: psid, message_id: /^m_/ } })
  const [message] = await sandbox.replies(pageId, psid, 1)
  const url = textOf(message?.attachment?.payload['url'])
  const served = await fetch(url)
  t.equal(served.headers.get('content-type'), 'image/png')
  t.equal(served.headers.get('x-content-type-options'), 'nosniff')
  t.same(new Uint8Array(await served.arrayBuffer()), PNG)
  await sandbox.courier.idle()
  t.match(
    bot.items().find((item) => item['message']?.['is_echo']),
    { message: { attachments: [{ type: 'image', payload: { url } }] } },
  )
})

t.test('an attachment is uploaded once and sent by its id, by that Page, for 90 days', async (t) => {
  const { sandbox, pageToken, pageId, psid, say, send } = await startConnected(t)
  say('hi')
  const reusable = { message: image({ is_reusable: true }) }
  const kept = await upload(sandbox, pageToken, `${pageId}/message_attachments`, reusable, {})
  const id = textOf(kept.body['attachment_id'])
  t.match(id, /^\d{16}$/)
  t.match(await send(image({ attachment_id: id })), { status: 200 })
  t.match(await send(image({ attachment_id: Number(id) })), { status: 200 }, 'the id may come as a number')
  t.match(await send({ attachment: { type: 'video', payload: { attachment_id: id } } }), {
    body: { error: { code: 100, error_subcode: 2018074 } },
  })
  t.match(
    await send({
      attachment: {
        type: 'template',
        payload: { template_type: 'media', elements: [{ media_type: 'image', attachment_id: id }] },
      },
    }),
    { status: 200 },
  )

  const other = addPage(sandbox.world, createRng(1), { name: 'Other' })
  sandbox.act(other.id, psid, { type: 'text', text: 'hi' })
  const otherToken = await pageTokenOf(sandbox, undefined, other.id)
  t.match(
    await graph(sandbox, '/v25.0/me/messages', {
      token: otherToken,
      body: { recipient: { id: psid }, message: image({ attachment_id: id }) },
    }),
    { body: { error: { error_subcode: 2018074 } } },
    'an id is private to its Page',
  )

  sandbox.clock.advance(90 * DAY_MS)
  say('still there?')
  t.match(await send(image({ attachment_id: id })), {
    body: { error: { code: 100, error_subcode: 2018074 } },
  })
})

t.test('ids expire on demand, of one Page or of all; what is uploaded later is good', async (t) => {
  const { sandbox, pageToken, pageId, say, send } = await startConnected(t)
  say('hi')
  const keep = async (): Promise<string> => {
    const reusable = { message: image({ is_reusable: true }) }
    const kept = await upload(sandbox, pageToken, `${pageId}/message_attachments`, reusable, {})
    return textOf(kept.body['attachment_id'])
  }
  const expired = { status: 400, body: { error: { code: 100, error_subcode: 2018074 } } }
  const old = await keep()
  const other = addPage(sandbox.world, createRng(1), { name: 'Other' })
  sandbox.trouble('media-expired', { pageId: other.id })
  t.match(await send(image({ attachment_id: old })), { status: 200 })
  sandbox.trouble('media-expired', { pageId })
  t.match(await send(image({ attachment_id: old })), expired)
  const fresh = await keep()
  t.match(await send(image({ attachment_id: fresh })), { status: 200 })
  sandbox.trouble('media-expired')
  t.match(await send(image({ attachment_id: fresh })), expired)
})

t.test('by address: message_attachments keeps it, and is_reusable in a message gives an id', async (t) => {
  const { sandbox, pageToken, say, send } = await startConnected(t)
  say('hi')
  const url = 'https://a.example/1.png'
  const kept = await graph(sandbox, '/v25.0/me/message_attachments', {
    token: pageToken,
    body: { message: image({ url, is_reusable: true }) },
  })
  t.match(kept, { status: 200, body: { attachment_id: /^\d+$/ } })
  const sent = await send(image({ url, is_reusable: true }))
  t.match(sent.body, { attachment_id: /^\d+$/ })
  t.match(await send(image({ attachment_id: sent.body['attachment_id'] })), { status: 200 })
  t.notOk('attachment_id' in (await send(image({ url }))).body, 'only when it was asked for')
  for (const yes of [1, '1', 'True', 'true'])
    t.match(
      (await send(image({ url, is_reusable: yes }))).body,
      { attachment_id: /^\d+$/ },
      `a form's ${yes}`,
    )
  for (const no of [0, '0', 'False', 'no'])
    t.notOk('attachment_id' in (await send(image({ url, is_reusable: no }))).body, `a form's ${no}`)
})

t.test('several images go out in one message, and its echo and the conversation list them all', async (t) => {
  const { sandbox, bot, pageToken, pageId, psid, say, send } = await startConnected(t)
  say('hi')
  const url = 'https://a.example/1.png'
  const kept = await graph(sandbox, '/v25.0/me/message_attachments', {
    token: pageToken,
    body: { message: image({ url: 'https://a.example/2.png', is_reusable: true }) },
  })
  const [first, second] = [image({ url }), image(kept.body)].map(({ attachment }) => attachment)
  const sent = await send({ attachments: [first, second] })
  t.strictSame(Object.keys(sent.body), ['recipient_id', 'message_id'])
  await sandbox.courier.idle()
  const echoed = bot.items().find(({ message }) => message?.['is_echo'])
  t.match(echoed?.['message']?.['attachments'], [
    { type: 'image', payload: { url } },
    { type: 'image', payload: { url: 'https://a.example/2.png' } },
  ])
  const path = `/v25.0/${textOf(sent.body['message_id'])}?fields=attachments`
  const { data } = (await graph(sandbox, path, { token: pageToken })).body['attachments'] as Json
  t.match(data, [{ image_data: { url } }, { image_data: { url: 'https://a.example/2.png' } }])
  t.not(data?.['0']?.['id'], data?.['1']?.['id'])

  for (const [name, message] of [
    ['none', { attachments: [] }],
    ['eleven', { attachments: Array.from({ length: 11 }, () => first) }],
    ['no list', { attachments: first }],
    ['a video among them', { attachments: [first, { type: 'video', payload: { url } }] }],
    ['an unknown id', { attachments: [first, image({ attachment_id: '1' }).attachment] }],
    ['a file in the call', { attachments: [first, image().attachment] }],
    ['text beside', { text: 'a', attachments: [first] }],
    ['one more beside', { attachment: first, attachments: [first] }],
  ] as const) {
    t.match(await send(message), { status: 400, body: { error: { message: /^\(#/ } } }, name)
  }
  t.equal(sandbox.conversation(pageId, psid)?.messages.length, 2, 'nothing else was sent')
})

const refused: [string, object, Parameters<typeof upload>[4], object][] = [
  ['a type that does not match', image(), { type: 'audio/mpeg' }, { error_subcode: 2018047 }],
  ['no content type', image(), { type: '' }, { error_subcode: 2018047 }],
  ['an empty file', image(), { bytes: new Uint8Array() }, { error_subcode: 2018047 }],
  ['more than 25 MB', image(), { bytes: new Uint8Array(25 * 1024 * 1024 + 1) }, { error_subcode: 2018109 }],
  ['no file and no address', image(), undefined, { error_subcode: 2018005 }],
]

t.test('an upload that breaks a rule is refused, and keeps nothing', async (t) => {
  const { sandbox, pageToken, psid, say, pageId } = await startConnected(t)
  say('hi')
  for (const [name, message, file, error] of refused) {
    for (const edge of ['me/messages', 'me/message_attachments']) {
      t.match(
        await upload(sandbox, pageToken, edge, { recipient: { id: psid }, message }, file),
        { status: 400, body: { error: { code: 100, ...error } } },
        `${name}: ${edge}`,
      )
    }
    t.equal(sandbox.world.attachments.size, 0, name)
    t.equal(sandbox.conversation(pageId, psid)?.messages.length, 1, name)
  }
})

t.test('message_attachments wants a message, a known type and no id', async (t) => {
  const { sandbox, pageToken } = await startConnected(t)
  const keep = (body: object) => graph(sandbox, '/v25.0/me/message_attachments', { token: pageToken, body })
  for (const body of [
    {},
    { message: 'text' },
    { message: {} },
    { message: { attachment: { type: 'template', payload: {} } } },
    { message: { attachment: { type: 'image' } } },
    { message: image({ url: 'ftp://a.example' }) },
    { message: image({ attachment_id: '1' }) },
  ]) {
    t.match(await keep(body), { status: 400, body: { error: { code: 100 } } }, JSON.stringify(body))
  }
  t.match(await graph(sandbox, '/v25.0/me/message_attachments', { token: pageToken }), {
    body: { error: { code: 100, error_subcode: 33 } },
  })
})

t.test('a visitor uploads a file and sends it; what could run is only ever downloaded', async (t) => {
  const { sandbox, pageId, psid, bot } = await startConnected(t)
  const put = async (type: string, body: string | Uint8Array<ArrayBuffer>, name = 'a') =>
    fetch(`${sandbox.origin}/sandbox/files?name=${encodeURIComponent(name)}`, {
      method: 'POST',
      headers: { 'content-type': type },
      body,
    })
  const photo = (await (await put('image/png', PNG, '../../pho to.png')).json()) as {
    url: string
    type: string
  }
  t.match(photo, { type: 'image', name: 'pho to.png', size: PNG.length, url: /\/pho%20to\.png$/ })
  sandbox.act(pageId, psid, { type: 'attachment', attachment: { type: 'image', url: photo.url } })
  await sandbox.courier.idle()
  t.match(bot.items(), [{ message: { attachments: [{ type: 'image', payload: { url: photo.url } }] } }])

  for (const type of ['image/svg+xml', 'application/xhtml+xml', 'text/html', 'application/octet-stream']) {
    const kept = (await (await put(type, '<script>alert(1)</script>', 'x.svg')).json()) as { url: string }
    const served = await fetch(kept.url)
    t.match(served.headers.get('content-type'), 'application/octet-stream', type)
    t.equal(served.headers.get('content-disposition'), 'attachment')
    t.match(served.headers.get('content-security-policy'), 'sandbox')
  }
  t.equal((await put('image/png', '')).status, 400, 'empty')
  t.equal((await put('text/plain', 'x')).status, 415, 'what a foreign form could send')
  t.equal(
    (await put('image/png', new Uint8Array(26 * 1024 * 1024)).catch(() => ({ status: 413 }))).status,
    413,
  )
  t.equal((await fetch(`${sandbox.origin}/sandbox/files/none/none`)).status, 404)
})
