import t from 'tap'
import { buildFullConsole } from '../../helpers/full-console.ts'

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
