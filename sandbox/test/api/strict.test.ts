import t, { type Test } from 'tap'
import { BUTTON, PART, PROFILE, SEND, TEMPLATE, type Shape } from '../../src/graph/shapes.ts'
import { graph, startConnected, type Answer } from '../lab.ts'
import { places, postback, URL_A, type Call } from '../shape-places.ts'

const start = async (t: Test) => {
  const { sandbox, pageToken: token, pageId, psid, say } = await startConnected(t)
  const mid = say('hi')
  await graph(sandbox, '/v25.0/me/messenger_profile', {
    token,
    body: { get_started: { payload: 'a' }, whitelisted_domains: [URL_A] },
  })
  const perform = (call: Call): Promise<Answer> => {
    if ('profile' in call) {
      return graph(sandbox, '/v25.0/me/messenger_profile', { token, body: call.profile })
    }
    if ('path' in call) return graph(sandbox, `/v25.0/me/${call.path}`, { token, body: call.body })
    return graph(sandbox, '/v25.0/me/messages', { token, body: { recipient: { id: psid }, ...call.send } })
  }
  const count = () => sandbox.conversation(pageId, psid)?.messages.length
  return { places: places(psid, mid), perform, count }
}

const UNTRIED = new Set([
  SEND.utility,
  SEND.language,
  TEMPLATE['product'],
  TEMPLATE['instant_form'],
  PART.product,
])

t.test(
  'an unknown key is refused at every level of a send and of the profile, whatever its value',
  async (t) => {
    const { places, perform, count } = await start(t)
    const before = count()
    for (const { at, full, call } of places) {
      for (const value of ['x', null, { a: 1 }]) {
        t.match(
          await perform(call({ ...full, surprise: value, other: 1 })),
          {
            status: 400,
            body: {
              error: {
                code: 100,
                message: `(#100) Invalid keys "surprise, other" were found in param "${at}".`,
              },
            },
          },
          `${at}: ${JSON.stringify(value)}`,
        )
      }
    }
    t.equal(count(), before, 'nothing was sent')
  },
)

t.test('every shape has its place here, and what fills it is taken', async (t) => {
  const { places, perform } = await start(t)
  const shapes = [SEND, TEMPLATE, PART, BUTTON, PROFILE].flatMap((group) => Object.values<Shape>(group))
  const tried = new Set(places.map(({ shape }) => shape))
  for (const shape of shapes) t.ok(tried.has(shape) || UNTRIED.has(shape), shape.keys.join(' '))
  for (const { at, full, call } of places) {
    t.match(await perform(call(full)), { status: 200 }, `${at}: ${JSON.stringify(full)}`)
  }
})

t.test('null and an empty text are the same as no value, wherever a key is optional', async (t) => {
  const { places, perform } = await start(t)
  for (const { shape, at, full, needed = '', call } of places) {
    const required = needed.split(' ')
    for (const key of shape.keys) {
      for (const value of [null, '']) {
        // Some titles are optional and must say something where they are there.
        if (required.includes(key) || (value === '' && shape.notEmpty?.includes(key))) continue
        const object = { ...full, [key]: value }
        t.match(await perform(call(object)), { status: 200 }, `${at}[${key}] is ${JSON.stringify(value)}`)
      }
    }
    for (const key of required.filter((one) => one !== '')) {
      const { [key]: _left, ...without } = full
      t.match(await perform(call(without)), { status: 400 }, `${at} without ${key}`)
      t.match(await perform(call({ ...full, [key]: null })), { status: 400 }, `${at}[${key}] is null`)
    }
  }
})

t.test('what is empty is not kept', async (t) => {
  const { sandbox, pageToken: token, pageId, psid, send, say } = await startConnected(t)
  say('hi')
  await send({
    attachment: {
      type: 'template',
      payload: {
        template_type: 'generic',
        elements: [{ title: 'a', subtitle: '', buttons: [postback], image_url: null }],
      },
    },
  })
  t.same(sandbox.conversation(pageId, psid)?.messages.at(-1)?.attachment?.payload, {
    template_type: 'generic',
    elements: [{ title: 'a', buttons: [postback] }],
  })
  const path = '/v25.0/me/messenger_profile'
  const greeting = [{ locale: 'default', text: 'a' }]
  await graph(sandbox, path, { token, body: { greeting, get_started: { payload: 'a' }, commands: null } })
  await graph(sandbox, path, { token, body: { greeting: '', get_started: null, account_linking_url: URL_A } })
  t.strictSame(
    (await graph(sandbox, `${path}?fields=greeting,account_linking_url,commands`, { token })).body,
    {
      data: [{ greeting, account_linking_url: URL_A }],
    },
  )
})

t.test('a webview takes a domain that is whitelisted, in a button, a card and a menu', async (t) => {
  const { places, perform } = await start(t)
  const elsewhere = 'https://b.example/'
  for (const { at, full, call } of places) {
    if (full['messenger_extensions'] !== true) continue
    t.match(
      await perform(call({ ...full, url: elsewhere })),
      { body: { error: { code: 100, error_subcode: 2018062, message: /not whitelisted/ } } },
      at,
    )
    t.match(
      await perform(call({ ...full, url: elsewhere, messenger_extensions: '1' })),
      { body: { error: { code: 100, error_subcode: 2018062 } } },
      `${at}: true as a PHP form has it`,
    )
    t.match(
      await perform(call({ ...full, url: elsewhere, messenger_extensions: false })),
      { status: 200 },
      at,
    )
  }
})
