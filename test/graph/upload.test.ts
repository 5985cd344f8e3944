import http, { type IncomingMessage } from 'node:http'
import type { AddressInfo } from 'node:net'
import t, { type Test } from 'tap'
import { createGraph } from '../../src/graph/client.ts'
import type { Graph, UploadCall } from '../../src/graph/graph.ts'

interface Heard {
  path: string | undefined
  headers: IncomingMessage['headers']
  body: Buffer
}

/** A Graph API that answers every call alike, and what it heard. */
const build = async (t: Test, answer: { status?: number; body: unknown }): Promise<[Graph, Heard[]]> => {
  const heard: Heard[] = []
  const server = http.createServer((request, response) => {
    const chunks: Buffer[] = []
    request.on('data', (chunk: Buffer) => chunks.push(chunk))
    request.on('end', () => {
      heard.push({ path: request.url, headers: request.headers, body: Buffer.concat(chunks) })
      response.writeHead(answer.status ?? 200, { 'content-type': 'application/json' })
      response.end(JSON.stringify(answer.body))
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  const origin = `http://127.0.0.1:${port}`
  const graph = createGraph({ origin, version: 'v25.0', appId: '1', appSecret: 'secret-1' })
  t.teardown(async () => {
    await graph.close()
    server.close()
  })
  return [graph, heard]
}

const CALL = { pageId: '100', pageToken: 'page-token-1', type: 'image' } as const
const upload = (graph: Graph, from: UploadCall['from']) => graph.uploadAttachment({ ...CALL, from })

t.test('an address is uploaded as JSON, for reuse and with the token in the header only', async (t) => {
  const [graph, heard] = await build(t, { body: { attachment_id: '1857777774821032' } })
  t.equal(await upload(graph, { url: 'https://x.y/a.png' }), '1857777774821032')
  const [call] = heard
  t.match(call?.path, /^\/v25\.0\/100\/message_attachments\?appsecret_proof=/)
  t.match(call?.headers, { authorization: 'Bearer page-token-1', 'content-type': 'application/json' })
  t.same(JSON.parse(call?.body.toString() ?? ''), {
    message: {
      attachment: { type: 'image', payload: { url: 'https://x.y/a.png', is_reusable: true } },
    },
  })
})

t.test('a file is uploaded as a form, byte for byte, whatever is in it and in its name', async (t) => {
  const [graph, heard] = await build(t, { body: { attachment_id: '1' } })
  const bytes = Buffer.concat([
    Buffer.from('\r\n--evergreen\r\n'),
    Buffer.from(Array.from({ length: 256 }, (_, n) => n)),
  ])
  await upload(graph, { name: 'Speisen & "Preise"\r\nfür\u{1F355}.png', contentType: 'image/png', bytes })
  const [call] = heard
  const form = await new Response(new Uint8Array(call?.body ?? []), {
    headers: { 'content-type': call?.headers['content-type'] ?? '' },
  }).formData()
  const message = form.get('message')
  t.same(JSON.parse(typeof message === 'string' ? message : ''), {
    attachment: { type: 'image', payload: { is_reusable: true } },
  })
  const file = form.get('filedata')
  if (typeof file === 'string' || file === null) throw new Error('no file')
  t.same(Buffer.from(await file.arrayBuffer()), bytes)
  t.equal(file.type, 'image/png')
  t.match(file.name, /Speisen & [^]*Preise[^]*für🍕\.png$/)
})

t.test('an id that comes as a number keeps its digits, and an answer without one is a failure', async (t) => {
  const body = JSON.parse('{"attachment_id":1}') as object
  t.equal(await upload((await build(t, { body }))[0], { url: 'https://x.y' }), '1')
  await t.rejects(upload((await build(t, { body: {} }))[0], { url: 'https://x.y' }), {
    code: 'BOT_GRAPH_UNREACHABLE',
    message: /sent no id on "message_attachments"/,
  })
})

t.test('a refusal says what Facebook had against the file, without the token', async (t) => {
  const error = { message: 'Upload failed page-token-1', code: 100, error_subcode: 2018047 }
  const [graph] = await build(t, { status: 400, body: { error } })
  await t.rejects(upload(graph, { url: 'https://x.y' }), {
    code: 'BOT_GRAPH_REJECTED',
    message: /^(?!.*page-token-1).*the file does not have the type/,
  })
})

t.test('an upload whose answer is lost may simply be repeated: nothing was sent', async (t) => {
  const graph = createGraph({
    origin: 'http://127.0.0.1:1',
    version: 'v25.0',
    appId: '1',
    appSecret: 'secret-1',
  })
  t.teardown(() => graph.close())
  await t.rejects(upload(graph, { url: 'https://x.y' }), { code: 'BOT_GRAPH_UNREACHABLE' })
})

t.test(
  "an address that Facebook quotes is in no error: it may hold a key, or a visitor's name",
  async (t) => {
    const url = 'https://x.y/a.png?key=hunter2&for=Ada'
    const message = `Failed to fetch the file from the url ${url}`
    const [graph] = await build(t, { status: 400, body: { error: { code: 100, message } } })
    const attachment = { type: 'image', payload: { url } }
    for (const call of [
      () => upload(graph, { url }),
      () => graph.sendMessage({ ...CALL, psid: '1', message: { attachment } }),
    ]) {
      const error: unknown = await call().catch((thrown: unknown) => thrown)
      t.match(error, { verdict: 'bad_request', message: /Failed to fetch/ })
      t.notMatch((error as Error).message, /hunter2|Ada/)
    }
  },
)
