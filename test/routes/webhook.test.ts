import t from 'tap'
import { BotError } from '../../src/base/errors.ts'
import { readRecorded } from '../helpers/recorded.ts'
import { sign, signed, textCallback } from '../helpers/sign.ts'
import { buildSurface } from '../helpers/surface.ts'

const VERIFICATION = '/webhook?hub.mode=subscribe&hub.verify_token=verify-1&hub.challenge=1158201444'
const MEBIBYTE = 1024 * 1024

t.test('GET /webhook echoes the challenge as bare text', async (t) => {
  const { app } = await buildSurface(t)

  const answer = await app.inject(VERIFICATION)

  t.equal(answer.statusCode, 200)
  t.equal(answer.body, '1158201444')
  t.match(answer.headers, { 'content-type': /^text\/plain/, 'x-content-type-options': 'nosniff' })
})

t.test('GET /webhook refuses everything else with 403, however odd the query', async (t) => {
  const { app } = await buildSurface(t)
  for (const query of [
    '',
    '?hub.mode=subscribe&hub.verify_token=verify-2&hub.challenge=1',
    '?hub.mode=unsubscribe&hub.verify_token=verify-1&hub.challenge=1',
    '?hub.mode=subscribe&hub.verify_token=verify-1&hub.verify_token=verify-1&hub.challenge=1',
    '?hub.mode=subscribe&hub.verify_token=verify-1&hub.challenge=1&hub.challenge=2',
    '?hub.mode=subscribe&hub.verify_token=%ff%fe&hub.challenge=1',
    '?hub[mode]=subscribe&__proto__=x&hub.verify_token',
  ]) {
    const answer = await app.inject(`/webhook${query}`)
    t.match(answer, { statusCode: 403 }, query)
    t.match(answer.json(), { statusCode: 403, code: 'BOT_VERIFICATION_FAILED', error: 'Forbidden' })
    t.notMatch(answer.body, /verify-1/)
  }
})

t.test('POST /webhook lets it be known for which Page something came', async (t) => {
  const { app, heard } = await buildSurface(t)
  await app.inject(signed(textCallback('hi', 'm_1', { pageId: '100', psid: '1' })))
  await app.inject(signed(textCallback('hi', 'm_2', { pageId: '200', psid: '2' }), 'another-secret'))
  await app.inject(signed({ object: 'page', entry: [] }))
  t.strictSame(heard, ['100'])
})

t.test('POST /webhook answers only when every event is stored', async (t) => {
  const storing = Promise.withResolvers<void>()
  const asked = Promise.withResolvers<void>()
  const { app, accepted } = await buildSurface(t, {
    accept: async (events) => {
      asked.resolve()
      await storing.promise
      return { stored: events.length, duplicates: 0 }
    },
  })
  let answered = false

  const answering = app.inject(signed(textCallback('hi'))).then((answer) => {
    answered = true
    return answer
  })
  await asked.promise
  await new Promise(setImmediate)

  t.notOk(answered, 'nothing is promised before')
  storing.resolve()
  t.match(await answering, { statusCode: 200, body: 'EVENT_RECEIVED' })
  t.match(accepted, [{ key: 'message:m_1', kind: 'message', pageId: '100', psid: '700', opensWindow: true }])
})

t.test('POST /webhook takes every item of every entry', async (t) => {
  const { app, accepted } = await buildSurface(t)
  const first = textCallback('hi', 'm_1').entry[0]
  const second = textCallback('ho', 'm_2', { pageId: '200' }).entry[0]

  await app.inject(signed({ object: 'page', entry: [first, { ...second, standby: second?.messaging }] }))

  t.same(
    accepted.map(({ key, pageId }) => [key, pageId]),
    [
      ['message:m_1', '100'],
      ['message:m_2', '200'],
      ['standby:message:m_2', '200'],
    ],
  )
})

t.test('POST /webhook checks the bytes as they came, not as they would be written again', async (t) => {
  const { app, accepted } = await buildSurface(t)
  const raw = JSON.stringify(textCallback('äöå/<@😊%', 'm_raw'), null, 3)
    .replaceAll('/', '\\/')
    .replaceAll('ä', '\\u00e4')
    .replaceAll('@', '\\u0040')

  t.match(await app.inject(signed(raw)), { statusCode: 200 })
  t.match(accepted, [{ key: 'message:m_raw', body: /äöå\/<@😊%/ }])
})

t.test(
  'POST /webhook refuses what is not signed: nothing is parsed, nothing stored, nothing given away',
  async (t) => {
    const { app, accepted } = await buildSurface(t)
    const body = JSON.stringify(textCallback('hi'))
    const genuine = sign(body)
    for (const signature of [
      undefined,
      '',
      'sha256=',
      sign(body, 'app-secret-2'),
      genuine.slice(7),
      `${genuine}0`,
    ]) {
      const answer = await app.inject({
        ...signed(body),
        headers: {
          'content-type': 'application/json',
          ...(signature !== undefined && { 'x-hub-signature-256': signature }),
        },
      })
      t.match(answer, { statusCode: 401 }, String(signature))
      t.match(answer.json(), { statusCode: 401, code: 'BOT_SIGNATURE_INVALID', error: 'Unauthorized' })
      t.notMatch(answer.body, genuine.slice(7))
    }
    t.match(
      await app.inject({ ...signed('{"object":'), headers: {} }),
      { statusCode: 401 },
      'before it is parsed',
    )
    t.match(await app.inject({ method: 'POST', url: '/webhook' }), { statusCode: 401 }, 'without any body')
    t.same(accepted, [])
  },
)

t.test('POST /webhook does not care which content type travels along', async (t) => {
  const { app, accepted } = await buildSurface(t)
  for (const type of [
    'application/json; charset=utf-8',
    'text/plain',
    'nonsense',
    'application/x-www-form-urlencoded',
  ]) {
    const callback = signed(textCallback('hi'))
    const headers = { ...callback.headers, 'content-type': type }
    t.match(await app.inject({ ...callback, headers }), { statusCode: 200 }, type)
    t.match(await app.inject({ ...callback, headers: { 'content-type': type } }), { statusCode: 401 }, type)
  }
  const { headers, ...callback } = signed(textCallback('hi'))
  const untyped = { 'x-hub-signature-256': headers['x-hub-signature-256'], 'content-type': '' }
  t.match(await app.inject({ ...callback, headers: untyped }), { statusCode: 200 })
  t.equal(accepted.length, 5)
})

t.test('POST /webhook answers 400 when the signed body is not a JSON object', async (t) => {
  const { app } = await buildSurface(t)
  for (const body of [
    '',
    '{',
    'null',
    '[]',
    '"page"',
    '42',
    'object=page',
    '\u{feff}{}',
    Buffer.from([0xff, 0x00]),
  ]) {
    const answer = await app.inject(signed(body))
    t.match(
      answer.json(),
      { statusCode: 400, code: 'BOT_BODY_INVALID', error: 'Bad Request' },
      Buffer.from(body).toString('hex'),
    )
  }
})

t.test('POST /webhook answers 400 when the body does not say what it is about', async (t) => {
  const { app, accepted } = await buildSurface(t)
  for (const object of ['', null, ['page'], 7, undefined]) {
    const answer = await app.inject(signed({ ...textCallback('hi'), object }))
    t.match(answer.json(), { statusCode: 400, code: 'BOT_OBJECT_MISSING' }, String(object))
  }
  t.same(accepted, [])
})

t.test('callbacks about other objects are taken, counted, told once and never stored', async (t) => {
  const { app, accepted, lines, notes } = await buildSurface(t, {
    env: { OPERATOR_PASSWORD: 'password-of-operator' },
  })
  for (const object of ['instagram', 'user', 'instagram', 'whatsapp_business_account', 'Page']) {
    const answer = await app.inject(signed({ ...textCallback('hi'), object }))
    t.match(answer, { statusCode: 200, body: 'EVENT_RECEIVED' }, object)
  }
  t.match(await app.inject(signed({ object: 'user' }, 'another-secret')), { statusCode: 401 })
  t.same(accepted, [])
  t.same(
    lines.filter(({ object }) => object !== undefined).map(({ object }) => object),
    ['instagram', 'user', 'whatsapp_business_account', 'Page'],
  )
  const told = await app.exposition.render(null)
  t.match(told, /other_objects_total\{object="instagram"\} 2/)
  t.match(notes.get('other-objects'), /"instagram":\d+,"user":/, 'for the doctor')

  for (let each = 0; each < 30; each += 1)
    await app.inject(signed({ object: `made up " ${each} ${'x'.repeat(100)}` }))
  const names = (await app.exposition.render(null)).match(/^evergreen_webhook_other_objects_total/gm)
  t.equal(names?.length, 21, 'however many names come')
})

t.test('the samples of the App dashboard are taken and counted, and lead to no reply', async (t) => {
  const { app, accepted, heard } = await buildSurface(t, {
    env: { OPERATOR_PASSWORD: 'password-of-operator' },
  })
  const value = {
    sender: { id: '12334' },
    recipient: { id: '23245' },
    timestamp: '1527459824',
    message: { mid: 'test_message_id', text: 'test_message' },
  }
  for (const entry of [
    { id: '0', time: 1_700_000_000, changes: [{ field: 'messages', value }] },
    { id: 0, time: 1_700_000_000, messaging: [{ ...value, message: { mid: 'm_1', text: 'hello' } }] },
    { id: '0', time: 1_700_000_000, changes: [{ field: 'feed', value: { item: 'status' } }] },
    { id: '100', time: 1_700_000_000, messaging: [value] },
  ])
    t.match(await app.inject(signed({ object: 'page', entry: [entry] })), { statusCode: 200 })
  t.same([accepted, heard], [[], []])
  const told = await app.exposition.render(null)
  t.match(told, /webhook_events_total\{kind="sample"\} 4/)
})

t.test('/webhook/ is /webhook, and what just misses it is told in the log', async (t) => {
  const { app, accepted, lines } = await buildSurface(t)
  t.match(await app.inject(VERIFICATION.replace('?', '/?')), { statusCode: 200, body: '1158201444' })
  t.match(await app.inject({ ...signed(textCallback('hi')), url: '/webhook/' }), { statusCode: 200 })
  t.equal(accepted.length, 1)
  for (const method of ['OPTIONS', 'PUT', 'DELETE'] as const) {
    t.match(await app.inject({ method, url: VERIFICATION }), { statusCode: 404 }, method)
    t.match(
      await app.inject({ ...signed(textCallback('hi')), method, url: '/webhook/' }),
      { statusCode: 404 },
      method,
    )
  }
  t.same(
    lines.filter(({ path }) => path !== undefined),
    [],
  )

  for (const url of ['/webhooks', '/webhok', '/Webhook', '/api/webhook', '/webhooks', '/favicon.ico'])
    t.match(await app.inject(url), { statusCode: 404 })
  await app.inject(VERIFICATION.replace('/webhook', '/'))
  await app.inject({ ...signed(textCallback('hi')), url: '/bot' })
  t.same(
    lines.flatMap(({ path, msg }) => (path === undefined ? [] : [[path, /\/webhook/.test(String(msg))]])),
    [
      ['/webhooks', true],
      ['/webhok', true],
      ['/Webhook', true],
      ['/api/webhook', true],
      ['/', true],
      ['/bot', true],
    ],
  )
  t.notMatch(JSON.stringify(lines), /verify-1/, 'the query holds the verify token')
})

t.test('POST /webhook answers 200 to whatever else a Page callback holds', async (t) => {
  const { app } = await buildSurface(t)
  const deep = '['.repeat(50_000) + ']'.repeat(50_000)
  for (const body of [
    '{"object":"page"}',
    '{"object":"page","entry":null}',
    '{"object":"page","entry":"x"}',
    '{"object":"page","entry":[]}',
    '{"object":"page","entry":[null,7,"x",[],{}]}',
    '{"object":"page","entry":[{"id":null,"messaging":[null,{"message":7},{"sender":"x"}]}]}',
    '{"object":"page","entry":[{"id":"100","messaging":[{"novelty":{"id":12345678901234567890}}]}]}',
    '{"object":"page","entry":{"id":"100","messaging":{"message":{}}}}',
    '{"object":"page","entry":[{"__proto__":{"messaging":[]},"constructor":1}]}',
    `{"object":"page","entry":[{"messaging":[{"message":${deep}}]}]}`,
    `{"object":"page","entry":[{"messaging":[{"message":${deep},"timestamp":12345678901234567}]}]}`,
  ]) {
    t.match(await app.inject(signed(body)), { statusCode: 200, body: 'EVENT_RECEIVED' }, body.slice(0, 100))
  }
})

t.test('POST /webhook does not need the store for a callback without events', async (t) => {
  const { app } = await buildSurface(t, { accept: () => Promise.reject(unavailable()) })
  t.match(await app.inject(signed({ object: 'page', entry: [] })), { statusCode: 200 })
})

t.test('POST /webhook takes 4 MiB and not a byte more', async (t) => {
  const { app, accepted } = await buildSurface(t)
  const room = 4 * MEBIBYTE - JSON.stringify(textCallback('')).length

  t.match(await app.inject(signed(textCallback('x'.repeat(room)))), { statusCode: 200 })
  const answer = await app.inject(signed(textCallback('x'.repeat(room + 1))))
  t.match(answer, { statusCode: 413, headers: { 'x-content-type-options': 'nosniff' } })
  t.match(answer.json(), { code: 'BOT_BODY_TOO_LARGE' })
  t.equal(accepted.length, 1)
})

t.test('POST /webhook asks Facebook to come again when the store cannot take it', async (t) => {
  const { app, lines } = await buildSurface(t, { accept: () => Promise.reject(unavailable()) })

  const answer = await app.inject(signed(textCallback('hello you')))

  t.match(answer, { statusCode: 503, headers: { 'retry-after': /^[1-9]\d*$/ } })
  t.match(answer.json(), { statusCode: 503, code: 'BOT_STORE_UNAVAILABLE', error: 'Service Unavailable' })
  t.notMatch(answer.body, /disk|stack/)
  t.match(lines, [{ level: 50, code: 'BOT_STORE_UNAVAILABLE', err: { message: 'the disk is full' } }])
  t.notMatch(JSON.stringify(lines), /hello you/)
})

t.test('a callback that went well leaves no line in the log', async (t) => {
  const { app, lines } = await buildSurface(t)
  await app.inject(signed(textCallback('hi')))
  await app.inject(VERIFICATION)
  t.same(lines, [])
})

const { bodies, skip } = readRecorded()
t.test('every recorded callback gets the answer the contract gives it', { skip }, async (t) => {
  const { app, accepted } = await buildSurface(t)
  for (const [name, body] of bodies) {
    const { object } = JSON.parse(body.toString()) as { object: unknown }
    const before = accepted.length
    const answer = await app.inject(signed(body))
    t.equal(answer.statusCode, 200, name)
    t.equal(accepted.length > before, object === 'page', `${name} is kept`)
  }
})

const unavailable = () => new BotError('BOT_STORE_UNAVAILABLE', 'the disk is full', { retryable: true })
