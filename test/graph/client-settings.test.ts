import nock from 'nock'
import t from 'tap'
import { graphError } from '../helpers/graph-server.ts'
import { APP_ID, build, ORIGIN, PROOF, SECRET } from './graph-client.ts'

t.test('subscribe and subscribedFields speak of this app only', async (t) => {
  const graph = build(t)
  nock(ORIGIN)
    .post('/v25.0/100/subscribed_apps')
    .query({ subscribed_fields: 'messages,standby', ...PROOF })
    .reply(200, { success: 'true' })
  await graph.subscribe('100', 'page-token-1', ['messages', 'standby'])

  const answers = [
    {
      data: [
        { id: 'other', subscribed_fields: ['feed'] },
        { id: APP_ID, subscribed_fields: ['messages', { name: 'standby', version: 'v25.0' }, 7] },
      ],
    },
    { data: [{ id: 'other', subscribed_fields: ['feed'] }] },
    { data: [{ id: Number(APP_ID) }] },
  ]
  const expected = [['messages', 'standby'], null, []]
  for (const [index, body] of answers.entries()) {
    nock(ORIGIN).get('/v25.0/100/subscribed_apps').query(PROOF).reply(200, body)
    t.strictSame(await graph.subscribedFields('100', 'page-token-1'), expected[index])
  }
})

t.test('the webhook of the app is read and set with the app token', async (t) => {
  const graph = build(t)
  const asApp = { reqheaders: { authorization: `Bearer ${APP_ID}|${SECRET}` } }
  const edge = `/v25.0/${APP_ID}/subscriptions`
  nock(ORIGIN, asApp)
    .get(edge)
    .reply(200, {
      data: [
        {
          object: 'page',
          callback_url: 'https://bot.example/webhook',
          active: true,
          fields: [{ name: 'messages', version: 'v25.0' }, 'standby'],
        },
        { object: 'user', callback_url: null, active: false },
        'nonsense',
      ],
    })
  t.strictSame(await graph.appSubscriptions(), [
    { object: 'page', url: 'https://bot.example/webhook', isActive: true, fields: ['messages', 'standby'] },
    { object: 'user', url: null, isActive: false, fields: [] },
  ])

  const webhook = {
    url: 'https://bot.example/webhook',
    verifyToken: 'verify-1',
    fields: ['messages', 'standby'],
  }
  nock(ORIGIN, asApp)
    .post(edge, {
      object: 'page',
      callback_url: webhook.url,
      verify_token: 'verify-1',
      fields: 'messages,standby',
      include_values: true,
    })
    .reply(200, { success: true })
  await graph.subscribeApp(webhook)

  const refusal = { error: { code: 2200, message: '(#2200) Callback verification failed for verify-1' } }
  nock(ORIGIN).post(edge).reply(400, refusal)
  const error = await graph.subscribeApp(webhook).catch((thrown: unknown) => thrown)
  t.match(error, graphError({ verdict: 'bad_request', graphCode: 2200, message: /verification failed/ }))
  t.notMatch(String(error), 'verify-1')

  nock(ORIGIN)
    .get(edge)
    .reply(400, { error: { code: 190, message: 'Invalid OAuth access token signature.' } })
  await t.rejects(graph.appSubscriptions(), graphError({ verdict: 'configuration' }))
})

t.test('a change that Graph says it did not make is a failure', async (t) => {
  const graph = build(t)
  nock(ORIGIN).post('/v25.0/100/subscribed_apps').query(true).reply(200, { success: false })
  await t.rejects(
    graph.subscribe('100', 'page-token-1', ['messages']),
    graphError({ verdict: 'bad_request' }),
  )
})

t.test('the Messenger profile is read, written and deleted', async (t) => {
  const graph = build(t)
  const edge = '/v25.0/me/messenger_profile'
  nock(ORIGIN)
    .get(edge)
    .query({ fields: 'greeting,get_started', ...PROOF })
    .reply(200, { data: [{ greeting: [{ locale: 'default', text: 'Hi' }] }] })
  t.strictSame(await graph.messengerProfile('page-token-1', ['greeting', 'get_started']), {
    greeting: [{ locale: 'default', text: 'Hi' }],
  })
  nock(ORIGIN).get(edge).query(true).reply(200, { data: [] })
  t.strictSame(await graph.messengerProfile('page-token-1', ['greeting']), {})

  nock(ORIGIN)
    .post(edge, { get_started: { payload: 'x' } })
    .query(PROOF)
    .reply(200, { result: 'success' })
  await graph.setMessengerProfile('page-token-1', { get_started: { payload: 'x' } })

  nock(ORIGIN)
    .delete(edge, { fields: ['greeting'] })
    .query(PROOF)
    .reply(200, { success: 'true' })
  await graph.deleteMessengerProfile('page-token-1', ['greeting'])
})
