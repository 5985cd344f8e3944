import { spawn } from 'node:child_process'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { readFileSync, writeFileSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { bringCertificates } from '../src/reach/certificates.ts'
import { createSandbox } from '../src/server.ts'
import { DEFAULT_SCOPES } from '../src/tokens.ts'
import type { Judged, Surroundings } from './foreign-calls/kinds.ts'
import { problem } from './foreign-install.ts'
import { firstPage, firstVisitor, graph, longLived, textOf } from './lab.ts'

const PAGE = join(import.meta.dirname, '..', '..', 'docs', 'sandbox.md')
const SCOPES = [
  ...DEFAULT_SCOPES,
  'pages_manage_posts',
  'pages_manage_engagement',
  'page_utility_messaging',
  'read_insights',
]

/** Starts one sandbox as Facebook, and lets every foreign client make each of its kinds of call. */
export const countClients = async (): Promise<Judged[]> => {
  const folder = await mkdtemp(join(tmpdir(), 'sandbox-clients-'))
  const certificates = await bringCertificates(folder, [])
  const callback = await answerVerifications()
  const [appId, appSecret] = ['600000000000001', 'secret-of-the-sandbox-app']
  const sandbox = await createSandbox({
    appId,
    appSecret,
    seed: 7,
    tls: { certificates, port: 0 },
    webhookUrl: 'http://127.0.0.1:9/webhook',
    pages: [{ name: 'Corner Bakery', category: 'Bakery' }],
  })
  try {
    const userToken = await longLived(sandbox, sandbox.userToken({ scopes: SCOPES }))
    const [pageId, psid] = [firstPage(sandbox), firstVisitor(sandbox)]
    const { body } = await graph(sandbox, `/v25.0/${pageId}?fields=access_token`, { token: userToken })
    const pageToken = textOf(body['access_token'])
    await graph(sandbox, '/v25.0/me/subscribed_apps', {
      token: pageToken,
      body: { subscribed_fields: 'message_reads' },
    })
    const mid = sandbox.act(pageId, psid, { type: 'text', text: 'hello' })
    const post = await graph(sandbox, '/v25.0/me/feed', { token: pageToken, body: { message: 'New bread' } })
    sandbox.act(pageId, psid, { type: 'comment', postId: textOf(post.body['id']), message: 'How much?' })
    const commentId = [...sandbox.world.posts.keys()].at(-1) ?? ''
    const { origin } = sandbox
    const world: Surroundings = {
      origin,
      appId,
      appSecret,
      pageId,
      psid,
      pageToken,
      userToken,
      userId: [...sandbox.world.users.keys()][0] ?? '',
      mid,
      commentId,
      callbackUrl: callback.url,
    }
    return await runChild(world, { HTTPS_PROXY: origin, NODE_EXTRA_CA_CERTS: certificates.caFile })
  } finally {
    await sandbox.close()
    callback.close()
    await rm(folder, { recursive: true, force: true })
  }
}

/** A bot that says yes to every verification, for the calls that set a webhook. */
const answerVerifications = async () => {
  const server = createServer((request, response) =>
    response.end(
      new URL(request.url ?? '/', 'http://bot').searchParams.get('hub.challenge') ?? 'EVENT_RECEIVED',
    ),
  )
  await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve))
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/webhook`
  const close = () => {
    server.closeAllConnections()
    server.close()
  }
  return { url, close }
}

const runChild = (world: Surroundings, way: Record<string, string>): Promise<Judged[]> =>
  new Promise((resolve, reject) => {
    const { NODE_OPTIONS: _loaders, ...outside } = process.env
    const env = {
      ...outside,
      ...way,
      NODE_USE_ENV_PROXY: '1',
      NO_PROXY: '',
      SURROUNDINGS: JSON.stringify(world),
    }
    const child = spawn(process.execPath, [join(import.meta.dirname, 'foreign-calls', 'child.ts')], { env })
    let [out, err] = ['', '']
    child.stdout.setEncoding('utf8').on('data', (text: string) => (out += text))
    child.stderr.setEncoding('utf8').on('data', (text: string) => (err += text))
    child.on('close', () => {
      try {
        resolve(JSON.parse(out) as Judged[])
      } catch {
        reject(new Error(`The foreign clients ended without an answer. ${err.slice(-2000)}`))
      }
    })
  })

/** The rows of the table in docs/sandbox.md. */
export const tableOf = (judged: readonly Judged[]): string => {
  const row = (name: string, own: readonly Judged[]) => {
    const count = (verdict: string) => own.filter((one) => one.verdict === verdict).length
    return `| ${name} | ${own.length} | ${count('right')} | ${count('wrong')} | ${count('not modelled')} |`
  }
  return [
    '| client | kinds of call | right | wrong | not modelled |',
    '| --- | --- | --- | --- | --- |',
    ...(['run', 'replayed'] as const).flatMap((way) => {
      const own = judged.filter((one) => one.way === way)
      const clients = [...new Set(own.map(({ client }) => client))]
      return [
        ...clients.map((client) =>
          row(
            way === 'run' ? `\`${client}\`` : `replayed as sent by ${client}`,
            own.filter((one) => one.client === client),
          ),
        ),
        row(way === 'run' ? '**run here**' : '**replayed**', own),
      ]
    }),
    row('**together**', judged),
  ].join('\n')
}

const [BEGIN, END] = ['<!-- clients: begin -->', '<!-- clients: end -->']

export const tableInDocs = (): string => {
  const text = readFileSync(PAGE, 'utf8')
  return text.slice(text.indexOf(BEGIN) + BEGIN.length, text.indexOf(END)).trim()
}

if (process.argv[1] === import.meta.filename) {
  // Here, not in the child: that one knows no way but through the sandbox.
  if (problem !== null) throw new Error(`The foreign clients could not be installed: ${problem}`)
  const judged = await countClients()
  for (const { client, title, verdict, came } of judged) {
    if (verdict !== 'right') process.stdout.write(`${verdict}: ${client}: ${title}\n  ${came}\n`)
  }
  process.stdout.write(`${tableOf(judged)}\n`)
  const text = readFileSync(PAGE, 'utf8')
  const [head = ''] = text.split(BEGIN)
  const [, tail = ''] = text.split(END)
  writeFileSync(PAGE, `${head}${BEGIN}\n\n${tableOf(judged)}\n\n${END}${tail}`)
}
