import fc from 'fast-check'
import t, { type Test } from 'tap'
import { EDGE_NAMES } from '../../src/graph/edges/table.ts'
import { TROUBLE_KINDS } from '../../src/control/make-trouble.ts'
import { DEFAULT_SCOPES } from '../../src/tokens.ts'
import { WEBHOOK_FIELDS } from '../../src/webhooks/fields.ts'
import { APP_ID, APP_SECRET, control, graph, pageTokenOf, startConnected, textOf } from '../lab.ts'
import { anyCharacter } from '../any-character.ts'
import { roundsOr } from '../rounds.ts'

/** What JSON can hold, markup, control characters, right-to-left, emoji and lone surrogates among it. */
const nasty = fc.oneof(
  fc.constantFrom(
    '',
    '<script>alert(1)</script>',
    '\u202Eevil',
    '\u0000\u001b[2J',
    '👩‍👩‍👧',
    '\ud800',
    '__proto__',
    'constructor',
    '{"a":',
    '[1,2',
    '../../x',
    '-1',
    '1e999',
    'javascript:alert(1)',
    'x'.repeat(3000),
  ),
  fc.integer(),
  fc.double({ noNaN: true, noDefaultInfinity: true }),
  fc.boolean(),
  fc.constant(null),
  fc.string({ unit: anyCharacter, maxLength: 30 }),
)
const anything: fc.Arbitrary<unknown> = fc.letrec<{ value: unknown }>((tie) => ({
  value: fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    nasty,
    fc.array(tie('value'), { maxLength: 4 }),
    fc.dictionary(
      fc.oneof(fc.constantFrom('id', 'url', 'type', '__proto__', 'locale'), fc.string()),
      tie('value'),
      {
        maxKeys: 4,
      },
    ),
  ),
})).value

const watchWarnings = (t: Test): Error[] => {
  const warnings: Error[] = []
  const listen = (warning: Error) => warnings.push(warning)
  process.on('warning', listen)
  t.teardown(() => process.off('warning', listen))
  return warnings
}

/** A sandbox in which there is a node of every type. */
const startFull = async (t: Test) => {
  const connected = await startConnected(t, {
    pages: [{ id: '1001', name: 'One', portfolio: 'Ltd', listed: true }],
  })
  const { sandbox, pageId, say, send } = connected
  const scopes = [...DEFAULT_SCOPES, 'page_utility_messaging']
  const pageToken = await pageTokenOf(sandbox, sandbox.userToken({ scopes }))
  const mid = say('hi')
  const uploaded = await send({
    attachment: { type: 'image', payload: { url: 'https://a.example/1', is_reusable: true } },
  })
  const persona = await graph(sandbox, '/v25.0/me/personas', {
    token: pageToken,
    body: { name: 'John', profile_picture_url: 'https://a.example/1' },
  })
  const template = await graph(sandbox, '/v25.0/me/message_templates', {
    token: pageToken,
    body: { name: 'a', language: 'en', category: 'UTILITY', components: [{ type: 'BODY', text: 'a' }] },
  })
  const label = await graph(sandbox, '/v25.0/me/custom_labels', { token: pageToken, body: { name: 'VIP' } })
  const wall = { type: 'post', message: 'hi' }
  const user = sandbox.userToken()
  const [conversation] = sandbox.world.conversations.values()
  const [business] = sandbox.world.businesses.keys()
  const nodes: Record<string, [id: string, token: string]> = {
    User: ['me', user],
    Business: [business ?? '', user],
    Page: [pageId, pageToken],
    Persona: [textOf(persona.body['id']), pageToken],
    MessengerBusinessTemplate: [textOf(template.body['id']), pageToken],
    Application: [APP_ID, `${APP_ID}|${APP_SECRET}`],
    Profile: [connected.psid, pageToken],
    Conversation: [conversation?.id ?? '', pageToken],
    Message: [mid, pageToken],
    PageLabel: [textOf(label.body['id']), pageToken],
    Post: [
      textOf((await control(sandbox, `conversations/${pageId}/${connected.psid}`, wall)).body['postId']),
      pageToken,
    ],
  }
  return { ...connected, pageToken, nodes, attachmentId: textOf(uploaded.body['attachment_id']) }
}

/** Parameters that some edge reads. */
const NAMES = [
  'fields',
  'limit',
  'after',
  'before',
  'user_id',
  'recipient',
  'message',
  'messaging_type',
  'tag',
  'sender_action',
  'payload',
  'reply_to',
  'thread_control',
  'persona_id',
  'notification_type',
  'name',
  'language',
  'category',
  'components',
  'template_id',
  'profile_picture_url',
  'psid',
  'persistent_menu',
  'params',
  'get_started',
  'greeting',
  'ice_breakers',
  'commands',
  'whitelisted_domains',
  'account_linking_url',
  'subscribed_fields',
  'object',
  'callback_url',
  'verify_token',
  'target_app_id',
  'metadata',
  'duration',
  'appsecret_proof',
  'template',
  'ids',
  'page_label_name',
  'user',
  'redirect',
  'width',
  'metric',
  'model',
  'n_best',
  'account_linking_token',
  'event',
]

t.test('no edge crashes on any input', async (t) => {
  const { sandbox, nodes, psid } = await startFull(t)
  const warnings = watchWarnings(t)
  const value = fc.oneof(anything, fc.constant({ id: psid }), fc.constant(psid), fc.constant('x,y'))
  await fc.assert(
    fc.asyncProperty(
      // What takes the token away is left out: everything after it would be refused alike.
      fc.constantFrom(...EDGE_NAMES.filter((name) => name !== 'User DELETE permissions')),
      fc.dictionary(fc.constantFrom(...NAMES), value, { maxKeys: 6 }),
      fc.boolean(),
      async (edge, params, asForm) => {
        const [type = '', method = '', word = ''] = edge.split(' ')
        const [id, token] = nodes[type] ?? ['me', '']
        const texts = Object.entries(params).map(([name, one]): [string, string] => [
          name,
          typeof one === 'string' ? one : JSON.stringify(one),
        ])
        const query = new URLSearchParams(texts).toString()
        const inQuery = method === 'GET' || asForm
        const response = await sandbox.app.inject({
          method: method as 'GET',
          url: `/v25.0/${id}${word && `/${word}`}${inQuery ? `?${query}` : ''}`,
          headers: {
            authorization: `Bearer ${token}`,
            ...(!inQuery && { 'content-type': 'application/json' }),
          },
          ...(!inQuery && { payload: JSON.stringify(params) }),
        })
        // A picture leads to where it is.
        if (response.statusCode === 302) return word === 'picture'
        const answer = JSON.parse(response.body) as { error?: { code?: unknown; fbtrace_id?: unknown } }
        const refused = typeof answer.error?.code === 'number' && typeof answer.error.fbtrace_id === 'string'
        return response.statusCode < 500 && (response.statusCode === 200) !== refused
      },
    ),
    { numRuns: roundsOr(300) },
  )
  t.strictSame(warnings, [])
  t.doesNotThrow(() => sandbox.load(JSON.parse(JSON.stringify(sandbox.save()))), 'what was taken can be kept')
})

t.test('no batch falls over', async (t) => {
  const { sandbox, pageToken } = await startFull(t)
  const warnings = watchWarnings(t)
  const part = fc.oneof(
    anything,
    fc.record(
      {
        method: fc.oneof(fc.constantFrom('GET', 'POST', 'DELETE', 'get'), anything),
        relative_url: fc.oneof(
          fc.constantFrom('me', 'me/messages', '/', '?batch=[]', 'v99.0/me', '%E0%A4%A'),
          anything,
        ),
        body: anything,
      },
      { requiredKeys: [] },
    ),
  )
  await fc.assert(
    fc.asyncProperty(fc.oneof(anything, fc.array(part, { maxLength: 55 })), async (batch) => {
      const { status, body } = await graph(sandbox, '/v25.0/', { token: pageToken, body: { batch } })
      if (Array.isArray(body)) return body.length === (batch as unknown[]).length
      return status === 400 && body['error'] !== undefined
    }),
    { numRuns: roundsOr(60) },
  )
  t.strictSame(warnings, [])
})

const ACTIONS = [
  'text',
  'edit',
  'quick_reply',
  'postback',
  'get_started',
  'attachment',
  'share',
  'sticker',
  'reaction',
  'referral',
  'ad',
  'optin',
  'feedback',
  'account_linking',
  'presence',
  'event',
]

/** `fc.webUrl()` takes a second to be made. */
const webUrl = fc
  .tuple(fc.domain(), fc.string({ unit: anyCharacter, maxLength: 20 }))
  .map(([domain, path]) => `https://${domain}/${encodeURIComponent(path.toWellFormed())}`)

t.test('no visitor can bring the sandbox down', async (t) => {
  const { sandbox, pageId, psid } = await startFull(t)
  const [mid = ''] = sandbox.world.messages.keys()
  const warnings = watchWarnings(t)
  const field = (good: fc.Arbitrary<unknown>) => fc.oneof(good, good, nasty)
  const action = fc.record(
    {
      type: fc.constantFrom(...ACTIONS),
      text: field(fc.string({ unit: anyCharacter, minLength: 1 })),
      mid: field(fc.constant(mid)),
      replyTo: field(fc.constant(mid)),
      title: nasty,
      payload: nasty,
      attachment: anything,
      kind: field(fc.constantFrom('reel', 'post', 'fallback')),
      url: field(webUrl),
      stickerId: field(fc.constant('369239263222822')),
      emoji: nasty,
      action: field(fc.constantFrom('react', 'unreact')),
      ref: field(fc.constant('ref-1')),
      adId: field(fc.constant('1')),
      status: field(fc.constantFrom('stop', 'resume')),
      good: field(fc.boolean()),
      authorizationCode: nasty,
      presence: field(fc.constantFrom('here', 'elsewhere', 'offline')),
      field: field(fc.constantFrom(...WEBHOOK_FIELDS)),
      content: fc.dictionary(fc.string(), anything, { maxKeys: 3 }),
    },
    { requiredKeys: ['type'] },
  )
  await fc.assert(
    fc.asyncProperty(fc.oneof(action, anything), async (body) => {
      const response = await sandbox.app.inject({
        method: 'POST',
        url: `/sandbox/conversations/${pageId}/${psid}`,
        headers: { 'content-type': 'application/json', host: '127.0.0.1' },
        payload: JSON.stringify(body),
      })
      return response.statusCode === 200 || response.statusCode === 400 || response.statusCode === 409
    }),
    { numRuns: roundsOr(200) },
  )
  await sandbox.courier.idle()
  t.strictSame(warnings, [])
  t.doesNotThrow(() => sandbox.load(JSON.parse(JSON.stringify(sandbox.save()))))
})

t.test('the control API refuses what makes no sense, and goes on', async (t) => {
  const { sandbox, pageId, psid } = await startFull(t)
  const warnings = watchWarnings(t)
  const paths = [
    'visitors',
    'clock',
    'user-token',
    `inbox/${pageId}/${psid}`,
    `pages/${pageId}`,
    ...TROUBLE_KINDS.map((kind) => `trouble/${kind}`),
  ]
  const names = [
    'name',
    'pageId',
    'psid',
    'type',
    'text',
    'edge',
    'times',
    'error',
    'raw',
    'status',
    'minutes',
    'defaultAppId',
    'scopes',
  ]
  await fc.assert(
    fc.asyncProperty(
      fc.constantFrom(...paths),
      fc.oneof(anything, fc.dictionary(fc.constantFrom(...names), anything, { maxKeys: 5 })),
      async (path, body) => {
        const response = await sandbox.app.inject({
          method: 'POST',
          url: `/sandbox/${path}`,
          headers: { 'content-type': 'application/json', host: '127.0.0.1' },
          payload: JSON.stringify(body),
        })
        return response.statusCode < 500 && typeof JSON.parse(response.body) === 'object'
      },
    ),
    { numRuns: roundsOr(120) },
  )
  sandbox.trouble('calm')
  t.strictSame(warnings, [])
  t.match(sandbox.state(), { trouble: { graphDown: false, throttledUntilMs: {} } })
})

t.test('the login dialog shows any address harmlessly', async (t) => {
  const { sandbox } = await startFull(t)
  const warnings = watchWarnings(t)
  const names = ['state', 'scope', 'response_type', 'auth_type', 'config_id', 'user', 'display']
  await fc.assert(
    fc.asyncProperty(
      fc.dictionary(fc.constantFrom(...names), nasty.map(String), { maxKeys: 5 }),
      fc.constantFrom('GET', 'POST'),
      async (more, method) => {
        const query = new URLSearchParams({ client_id: APP_ID, redirect_uri: 'http://bot.example/', ...more })
        const response = await sandbox.app.inject({
          method: method as 'GET',
          url: `/v25.0/dialog/oauth?${query.toString()}`,
          headers: {
            host: '127.0.0.1',
            ...(method === 'POST' && { 'content-type': 'application/x-www-form-urlencoded' }),
          },
          ...(method === 'POST' && { payload: query.toString() }),
        })
        return [200, 302, 400].includes(response.statusCode) && !response.body.includes('<script')
      },
    ),
    { numRuns: roundsOr(60), examples: [[{ scope: '__proto__,constructor' }, 'GET']] },
  )
  t.strictSame(warnings, [])
})
