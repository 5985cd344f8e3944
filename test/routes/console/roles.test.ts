import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import t from 'tap'
import { PASSWORD } from '../../helpers/console.ts'
import { pageToken } from '../../store/tokens/sample.ts'
import { APP_SECRET } from '../../helpers/sign.ts'
import { buildFullConsole } from '../../helpers/full-console.ts'
import { until } from '../../helpers/until.ts'

/** What each role may post; an owner may post everything. */
const FOR_VIEWERS = ['/operator/sign-out', '/operator/people/own', '/operator/script/try']
const FOR_STRANGERS = ['/operator/sign-in', '/operator/join']
const FOR_OWNERS = [
  '/operator/people',
  '/operator/questions',
  '/operator/script/replies',
  '/operator/script/reply',
  '/operator/script/text',
  '/operator/script/versions',
]

interface PostForm {
  action: string
  /** One for each of its buttons. */
  filled: Record<string, string>[]
}

const attribute = (tag: string, name: string): string | null =>
  new RegExp(`\\s${name}="([^"]*)"`).exec(tag)?.[1] ?? null

const postFormsOn = (page: string): PostForm[] =>
  [...page.matchAll(/<form method="post" action="([^"]+)"[^>]*>([^]*?)<\/form>/g)].map(
    ([, action = '', inside = '']) => {
      const fields = [...inside.matchAll(/<(?:input|select|textarea)\b[^>]*>/g)].flatMap(([tag]) => {
        const name = attribute(tag, 'name')
        return name === null ? [] : [[name, attribute(tag, 'value') ?? 'x'] as const]
      })
      const buttons = [...inside.matchAll(/<button\b[^>]*>/g)].map(([tag]) => {
        const name = attribute(tag, 'name')
        return name === null ? [] : [[name, attribute(tag, 'value') ?? ''] as const]
      })
      return { action, filled: buttons.map((button) => Object.fromEntries([...fields, ...button])) }
    },
  )

/** Every secret that can be set beside the others, without a call that leaves the machine. */
const SECRETS = {
  FB_VERIFY_TOKEN: 'hush-verify-token',
  TOKEN_KEY: Buffer.alloc(32, 'hush-token-key').toString('base64'),
  ALERT_URL: 'http://127.0.0.1:9/hush-alert-url',
  ALERT_NTFY_URL: 'https://:hush-ntfy-token@127.0.0.1:9/hush-topic',
  SMTP_URL: 'smtp://hush-user:hush-password@127.0.0.1:9',
  ALERT_MAIL_TO: 'operator@example.com',
  ASSISTANT_KEY: 'hush-assistant-key',
}
const SECRET = new RegExp(
  ['hush', APP_SECRET, PASSWORD, 'page-token-1', SECRETS.TOKEN_KEY.slice(0, 20)].join('|'),
  'gi',
)

t.test('no page shows a secret, but for the verify token to those who set the bot up', async (t) => {
  // A Graph that knows of no webhook: what the App dashboard asks for is shown where the role allows it.
  const graph = createServer((_request, response) => response.end('{"data":[]}'))
  await new Promise<void>((resolve) => graph.listen(0, '127.0.0.1', resolve))
  t.teardown(() => graph.close())
  const { port } = graph.address() as AddressInfo
  const world = await buildFullConsole(t, { ...SECRETS, FB_GRAPH_URL: `http://127.0.0.1:${port}` })
  await world.app.tokenStore.save({ pages: [pageToken()] })
  // Facebook is asked by the first page, which does not wait for the answer.
  await until(async () => (await world.owner.get('/operator')).body.includes('Facebook sends nothing'))

  for (const role of ['viewer', 'operator', 'owner']) {
    const tab = role === 'owner' ? world.owner : await world.person(role)
    const addresses = [...Object.values(await world.pages()).flat(), '/metrics', '/operator/numbers.csv']
    for (const address of addresses) {
      const { body } = await tab.get(address)
      const mayRead = address === '/operator' && role !== 'viewer'
      t.strictSame([...new Set(body.match(SECRET))], mayRead ? ['hush'] : [], `${role}: ${address}`)
      t.equal(body.includes('hush-verify-token'), mayRead, `${role}: ${address}`)
      if (address === '/operator') t.match(body, /Facebook sends nothing until/)
    }
  }
})

for (const role of ['viewer', 'operator']) {
  t.test(`what the pages offer to the role ${role} is what it may do`, async (t) => {
    const world = await buildFullConsole(t)
    const tab = await world.person(role)
    const actions = new Set<string>()
    for (const address of Object.values(await world.pages()).flat()) {
      const { statusCode, body } = await tab.get(address)
      if (statusCode === 303 || address.startsWith('/operator/repair/')) continue
      for (const { action, filled } of postFormsOn(body)) {
        if (action === '/operator/sign-out' || FOR_STRANGERS.includes(action)) continue
        t.not(filled.length, 0, `${address}: the form to ${action} has a button`)
        actions.add(action)
        for (const fields of filled) {
          await tab.get(address)
          const answer = await tab.submit(action, fields)
          t.notMatch(
            answer.body,
            /Your role, |BOT_FORM_REFUSED/,
            `${address}: ${action} ${fields['do'] ?? ''}`,
          )
        }
      }
    }
    t.ok(actions.has('/operator/people/own') && actions.has('/operator/script/try'), 'forms were found')
    t.equal(actions.has('/operator/conversation/answer'), role === 'operator')
    t.equal(actions.has('/operator/dead-letters'), role === 'operator')
    for (const action of FOR_OWNERS) t.notOk(actions.has(action), action)
  })

  t.test(`every route refuses what the role ${role} may not do, also without a page`, async (t) => {
    const world = await buildFullConsole(t)
    const tab = await world.person(role)
    await tab.get('/operator/people')
    const [, csrf = ''] = /name="_csrf" value="([^"]*)"/.exec(tab.page()) ?? []
    const posts = world.routes.filter(({ method, url }) => method === 'POST' && url.startsWith('/operator'))
    t.ok(posts.length > 12)
    for (const { url } of posts) {
      if ([...FOR_VIEWERS, ...FOR_STRANGERS].includes(url)) continue
      const isRefused = role === 'viewer' || FOR_OWNERS.includes(url)
      const { statusCode, body } = await tab.submit(url.replace(':id', 'x'), { _csrf: csrf })
      t.equal(statusCode === 403 && body.includes('Your role, '), isRefused, `${url}: ${statusCode}`)
    }
  })
}
