import t from 'tap'
import { WEBHOOK_FIELDS } from '../../src/channel/messenger.ts'
import type { AccountPage } from '../../src/graph/graph.ts'
import {
  APP_ID,
  html,
  json,
  NOW_S,
  PAGE_ID,
  pageFacts,
  refusing,
  SCOPES,
  userFacts,
} from '../helpers/graph-server.ts'
import { SECOND, THIRD, build, addPage } from './bootstrap-world.ts'

t.test('a user token becomes a saved, proved, subscribed Page token', async (t) => {
  const { fake, store, run, steps, ended } = await build(t)
  t.strictSame(await run(), [
    {
      id: PAGE_ID,
      name: 'Example Page',
      expiresAt: null,
      scopes: SCOPES,
      tasks: ['MESSAGING', 'MODERATE'],
      subscribed: true,
    },
  ])
  t.strictSame(ended(), [
    'inspect done',
    'exchange done',
    'list done',
    'prove done',
    'save done',
    'subscribe done',
    'read done',
  ])
  t.strictSame(fake.called(), [
    'debug_token',
    'access_token',
    'accounts',
    'accounts',
    'debug_token',
    'subscribed_apps',
    'subscribed_apps',
    'subscribed_apps',
    'me',
  ])
  t.strictSame(store.page(PAGE_ID), {
    pageId: PAGE_ID,
    name: 'Example Page',
    token: 'page-token-1',
    appId: APP_ID,
    userId: '10210000000000001',
    scopes: SCOPES,
    tasks: ['MESSAGING', 'MODERATE'],
    provedAtMs: NOW_S * 1000,
    dataAccessExpiresAtMs: (NOW_S + 90 * 86_400) * 1000,
    subscribedFields: [...WEBHOOK_FIELDS],
    subscribe: true,
  })
  t.strictSame(store.users(), [
    {
      userId: '10210000000000001',
      token: 'long-user-token-1',
      appId: APP_ID,
      scopes: SCOPES,
      expiresAtMs: (NOW_S + 5_183_944) * 1000,
      savedAtMs: NOW_S * 1000,
    },
  ])
  t.ok(fake.subscribed.get(PAGE_ID)?.includes('message_reactions'))
  t.notMatch(JSON.stringify(steps), /token-1|app-secret/)
})

t.test('Pages are asked for with the long-lived token', async (t) => {
  const { fake, run } = await build(t)
  await run()
  const asked = fake.requests.filter(({ path }) => path.endsWith('/accounts'))
  t.ok(asked.length > 0 && asked.every(({ authorization }) => authorization === 'Bearer long-user-token-1'))
})

for (const [what, over] of [
  ['a system user', { type: 'SYSTEM_USER', expires_at: 0 }],
  ['a system user for sixty days', { type: 'SYSTEM_USER', expires_at: NOW_S + 5_000_000 }],
  ['a person, if it never expires', { expires_at: 0 }],
] as const) {
  t.test(`the token of ${what} skips the exchange`, async (t) => {
    const { fake, store, run, ended } = await build(t)
    fake.tokens.set('user-token-1', userFacts(over))
    await run()
    t.notOk(fake.called().includes('access_token'))
    t.ok(ended().includes('exchange skipped'))
    t.match(store.users(), [{ token: 'user-token-1', expiresAtMs: over.expires_at === 0 ? null : Number }])
  })
}

t.test('without expires_in the long-lived token itself is asked', async (t) => {
  const { fake, store, run } = await build(t)
  fake.answers.set('access_token', (_request, response) => {
    fake.tokens.set('long-2', userFacts({ expires_at: NOW_S + 77 }))
    json(response, 200, { access_token: 'long-2', token_type: 'bearer' })
  })
  await run()
  t.match(store.users(), [{ token: 'long-2', expiresAtMs: (NOW_S + 77) * 1000 }])
})

t.test('the list is read to its end, and all Pages can be taken', async (t) => {
  const { fake, store, run } = await build(t)
  addPage(fake, SECOND)
  addPage(fake, THIRD)
  t.strictSame(
    (await run({ all: true })).map(({ id }) => id),
    [PAGE_ID, SECOND, THIRD],
  )
  t.equal(store.pages().length, 3)
})

t.test('several Pages need a choice, and the refusal names them', async (t) => {
  const { fake, store, run } = await build(t)
  addPage(fake, SECOND)
  await t.rejects(run(), {
    code: 'BOT_PAGE_CHOICE_NEEDED',
    message: /Example Page \(100000000000001\), Page 2 \(200000000000002\)/,
    remedy: /--page ID/,
  })
  t.strictSame(store.pages(), [])
})

t.test('a person who chooses is shown the Pages and gets the chosen ones', async (t) => {
  const { fake, run } = await build(t)
  addPage(fake, SECOND)
  let shown: AccountPage[] = []
  const choose = async (pages: AccountPage[]) => {
    shown = pages
    return [SECOND, 'no such Page']
  }
  t.match(await run({ choose }), [{ id: SECOND }])
  t.match(shown, [{ id: PAGE_ID, name: 'Example Page' }, { id: SECOND }])
  await t.rejects(run({ choose: async () => [] }), { code: 'BOT_PAGE_CHOICE_NEEDED' })
})

t.test('named Pages are taken once each, without a question', async (t) => {
  const { fake, run } = await build(t)
  addPage(fake, SECOND)
  const choose = () => t.fail('asked') as never
  t.match(await run({ pageIds: [SECOND, SECOND], choose }), [{ id: SECOND }])
})

t.test('a Page that is not listed is found by its id', async (t) => {
  const { fake, run } = await build(t)
  addPage(fake, SECOND, { hidden: true, tasks: undefined })
  t.match(await run({ pageIds: [SECOND] }), [{ id: SECOND, name: 'Page 2', tasks: [] }])
})

t.test('with an empty list the Pages granted one by one are tried', async (t) => {
  const { fake, run } = await build(t)
  fake.pages = []
  addPage(fake, SECOND, { hidden: true })
  const granular_scopes = [
    { scope: 'pages_messaging', target_ids: [SECOND, '999'] },
    { scope: 'business_management', target_ids: ['888'] },
  ]
  fake.tokens.set('user-token-1', userFacts({ granular_scopes }))
  t.match(await run(), [{ id: SECOND }])
  t.strictSame(
    fake.requests.filter(({ path }) => path.endsWith('888')),
    [],
  )
})

t.test('a listed Page without a token gets it from the Page itself', async (t) => {
  const { fake, run } = await build(t)
  fake.answers.set('accounts', (_request, response) =>
    json(response, 200, { data: [{ id: PAGE_ID, name: 'Listed', tasks: ['MESSAGE'] }] }),
  )
  t.match(await run(), [{ id: PAGE_ID, name: 'Example Page', tasks: ['MESSAGE'] }])
})

t.test('fields the app was subscribed to before stay subscribed', async (t) => {
  const { fake, run } = await build(t)
  fake.subscribed.set(PAGE_ID, ['feed', 'messages'])
  await run()
  t.strictSame(fake.subscribed.get(PAGE_ID), [...WEBHOOK_FIELDS, 'feed'])
})

t.test('the subscription can be left alone, and is reported as it is', async (t) => {
  const { fake, store, run, ended } = await build(t)
  t.match(await run({ subscribe: false }), [{ subscribed: false }])
  t.equal(fake.subscribed.size, 0)
  t.ok(ended().includes('subscribe skipped'))
  t.equal(store.page(PAGE_ID)?.subscribedFields, null)

  fake.subscribed.set(PAGE_ID, ['messages'])
  t.match(await run({ subscribe: false }), [{ subscribed: true }])
  t.strictSame(store.page(PAGE_ID)?.subscribedFields, ['messages'])
})

t.test('a Page token whose answer names no Page is asked who it is', async (t) => {
  const { fake, run } = await build(t)
  fake.tokens.set('page-token-1', pageFacts(PAGE_ID, { profile_id: undefined }))
  t.match(await run(), [{ id: PAGE_ID }])
})

for (const version of ['v22.0', 'v23.0', 'v24.0', 'v25.0', 'v26.0']) {
  t.test(`it works with ${version}`, async (t) => {
    const { fake, run } = await build(t, { version })
    await run()
    t.ok(fake.requests.every(({ path }) => path.startsWith(`/${version}/`)))
  })
}

t.test('a wrong app secret is named as that at the first call', async (t) => {
  const { store, run, ended } = await build(t, { appSecret: 'another-secret' })
  await t.rejects(run(), { code: 'BOT_APP_CREDENTIALS_WRONG', remedy: /FB_APP_SECRET/ })
  t.strictSame(ended(), ['inspect failed'])
  t.strictSame(store.pages(), [])
})

t.test('one unproven Page among several keeps all of them from being saved', async (t) => {
  const { fake, store, run } = await build(t)
  addPage(fake, SECOND)
  fake.tokens.set('page-token-2', pageFacts(SECOND, { expires_at: NOW_S + 60 }))
  await t.rejects(run({ all: true }), { code: 'BOT_PAGE_TOKEN_EXPIRES', message: /Page 2/ })
  t.strictSame(store.pages(), [])
})

t.test('a subscription that fails says that the token is saved, and the other Pages go on', async (t) => {
  const { fake, store, run, ended } = await build(t)
  addPage(fake, SECOND)
  fake.answers.set('subscribed_apps', (request, response) => {
    if (request.path.includes(SECOND)) {
      const data = [{ id: APP_ID, subscribed_fields: WEBHOOK_FIELDS }]
      return json(response, 200, { success: true, data })
    }
    refusing(200, 'Requires pages_manage_metadata')(request, response)
  })
  await t.rejects(run({ all: true }), {
    code: 'BOT_SUBSCRIPTION_FAILED',
    message: /Example Page .*The token is saved and in use\./,
    remedy: /moderation task/,
  })
  t.equal(store.pages().length, 2)
  t.ok(store.page(SECOND)?.subscribedFields)
  t.strictSame(ended().slice(-4), ['save done', 'subscribe failed', 'subscribe done', 'read done'])
})

t.test(
  'where the token dies before the last step, a new one is the cure, and an unknown refusal is told as it is',
  async (t) => {
    for (const edge of ['subscribed_apps', 'me']) {
      const { fake, run } = await build(t)
      fake.answers.set(edge, refusing(190, 'The session has been invalidated', 460))
      await t.rejects(run(), { message: /saved, and has died since/, remedy: /Make a new user token/ }, edge)
    }
    const { fake, run } = await build(t)
    fake.answers.set('subscribed_apps', refusing(77_777, 'Something new'))
    await t.rejects(run(), { message: /Something new.*saved and in use/, remedy: /Do what Facebook says/ })
  },
)

t.test('a last read that fails says that the token is saved', async (t) => {
  const { fake, store, run } = await build(t)
  fake.answers.set('me', html)
  await t.rejects(run(), {
    code: 'BOT_PAGE_TOKEN_UNPROVEN',
    message: /saved and in use/,
    remedy: /Run this again/,
  })
  t.equal(store.page(PAGE_ID)?.token, 'page-token-1')
})

t.test('a last read that Facebook refuses is a note: the token was proved', async (t) => {
  const { fake, run, steps } = await build(t)
  fake.answers.set('me', refusing(100, 'requires the pages_read_engagement permission'))
  t.match(await run(), [{ id: PAGE_ID, name: 'Example Page', subscribed: true }])
  t.match(steps.at(-1), { name: 'read', status: 'warned', text: /pages_read_engagement/ })
})

t.test('what Facebook lists decides whether the Page is subscribed, not what it answers', async (t) => {
  const { fake, store, run, steps } = await build(t)
  fake.answers.set('subscribed_apps', (_request, response) =>
    json(response, 200, { success: true, data: [] }),
  )
  t.match(await run(), [{ id: PAGE_ID, subscribed: false }])
  t.match(
    steps.find(({ status }) => status === 'warned'),
    { name: 'subscribe', text: /lists no subscription/ },
  )
  t.match(store.page(PAGE_ID), { subscribedFields: null, subscribe: true })
})

t.test('a webhook field that Facebook refuses costs no other', async (t) => {
  const { fake, run, steps } = await build(t)
  const usual = fake.subscribed
  fake.answers.set('subscribed_apps', (request, response) => {
    const asked = (request.query.get('subscribed_fields') ?? '').split(',')
    if (request.method === 'POST' && asked.includes('standby')) {
      return refusing(100, 'Param subscribed_fields[8] must be one of {MESSAGES, ...}')(request, response)
    }
    if (request.method === 'POST') usual.set(PAGE_ID, asked)
    const fields = usual.get(PAGE_ID)
    json(response, 200, { success: true, data: fields ? [{ id: APP_ID, subscribed_fields: fields }] : [] })
  })
  t.match(await run(), [{ subscribed: true }])
  t.strictSame(
    usual.get(PAGE_ID)?.toSorted(),
    WEBHOOK_FIELDS.filter((field) => field !== 'standby').toSorted(),
  )
  t.match(
    steps.find(({ status }) => status === 'warned'),
    {
      text: /without standby, which Facebook refuses: .*must be one of/,
    },
  )
})

t.test('all Pages that the permissions were granted for are taken, however many', async (t) => {
  const { fake, run } = await build(t)
  fake.pages = []
  const ids = Array.from({ length: 60 }, (_, index) => String(5_000_000 + index))
  for (const id of ids) {
    fake.pages.push({ id, name: `Page ${id}`, token: `page-token-${id}`, hidden: true })
    fake.tokens.set(`page-token-${id}`, pageFacts(id))
  }
  const granular_scopes = [{ scope: 'pages_messaging', target_ids: ids }]
  fake.tokens.set('user-token-1', userFacts({ granular_scopes }))
  t.equal((await run({ all: true })).length, 60)
})

t.test('a permission that is listed twice is granted for the Pages of both', async (t) => {
  const { fake, run } = await build(t)
  const grantFor = (id: string) => ({ scope: 'pages_messaging', target_ids: [id] })
  fake.tokens.set('page-token-1', {
    ...pageFacts(PAGE_ID),
    granular_scopes: [grantFor('999'), grantFor(PAGE_ID)],
  })
  t.match(await run(), [{ id: PAGE_ID }])
})

t.test('a Page that cannot be used is left out, said to be, and spoils no other', async (t) => {
  const { fake, run, steps } = await build(t)
  addPage(fake, SECOND, { tasks: ['ANALYZE', 'PROFILE_PLUS_ADVERTISE'] })
  const granular_scopes = [{ scope: 'pages_show_list', target_ids: [PAGE_ID, SECOND, '999'] }]
  fake.tokens.set('user-token-1', userFacts({ granular_scopes }))
  t.match(await run({ all: true }), [{ id: PAGE_ID }])
  const warned = steps.filter(({ status }) => status === 'warned')
  t.match(warned, [
    { pageId: SECOND, text: /Page 2 .*left out: .*may not answer messages.*PROFILE_PLUS_ADVERTISE/ },
    { pageId: '999', text: /999.*left out: Facebook does not show it/ },
  ])
  let shown: { id: string; unusable: string | null }[] = []
  const choose = async (pages: typeof shown) => ((shown = pages), [PAGE_ID, SECOND])
  t.match(await run({ choose }), [{ id: PAGE_ID }])
  t.match(shown, [{ id: PAGE_ID, unusable: null }, { id: SECOND, unusable: /may not answer/ }, { id: '999' }])
  t.match(await run(), [{ id: PAGE_ID }], 'the only one that can be used needs no choice')
})

for (const tasks of [
  ['PROFILE_PLUS_MESSAGING', 'PROFILE_PLUS_ADVERTISE'],
  ['PROFILE_PLUS_FULL_CONTROL'],
  ['SOMETHING_FACEBOOK_INVENTED'],
]) {
  t.test(`a Page with the tasks ${tasks.join(', ')} is accepted`, async (t) => {
    const { fake, run } = await build(t)
    fake.pages[0]!.tasks = tasks
    t.match(await run(), [{ id: PAGE_ID, tasks }])
  })
}

t.test('the Pages of business portfolios are asked for with business_management', async (t) => {
  const { fake, run, steps } = await build(t)
  fake.pages = []
  addPage(fake, SECOND, { hidden: true })
  addPage(fake, THIRD, { hidden: true })
  fake.tokens.set('user-token-1', userFacts({ scopes: [...SCOPES, 'business_management'] }))
  fake.answers.set('businesses', (_request, response) =>
    json(response, 200, { data: [{ id: '77', name: 'Portfolio' }] }),
  )
  const listing = (id: string) => (_request: unknown, response: Parameters<typeof json>[0]) =>
    json(response, 200, { data: [{ id, name: `Page ${id[0]}` }] })
  fake.answers.set('owned_pages', listing(SECOND))
  fake.answers.set('client_pages', listing(THIRD))
  t.match(await run({ all: true }), [{ id: SECOND }, { id: THIRD }])

  // That Facebook does not list them is told, and ends nothing.
  fake.answers.set('businesses', refusing(200, 'Requires business_management'))
  addPage(fake, '400000000000004')
  t.match(await run(), [{ id: '400000000000004' }])
  t.match(
    steps.findLast(({ status }) => status === 'warned'),
    { name: 'list', text: /business portfolios could not be listed.*Requires business_management/ },
  )
})
