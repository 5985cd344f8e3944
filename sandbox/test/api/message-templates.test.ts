import t, { type Test } from 'tap'
import { DEFAULT_SCOPES } from '../../src/tokens.ts'
import {
  control,
  DAY_MS,
  EVERY_FIELD,
  graph,
  pageTokenOf,
  startConnected,
  textOf,
  type Answer,
  type Json,
} from '../lab.ts'

type Facts = Record<string, unknown>

const header = (more: Facts = {}) => ({
  type: 'HEADER',
  format: 'TEXT',
  text: '{{1}} Update',
  example: { header_text: ['Order'] },
  ...more,
})
const body = (more: Facts = {}) => ({
  type: 'BODY',
  text: 'Good news! Order {{1}} comes {{2}}.',
  example: { body_text: [['566701', 'today']] },
  ...more,
})
const plain = { type: 'BODY', text: 'Your order is on its way.' }
const buttons = (...list: Facts[]) => ({ type: 'BUTTONS', buttons: list })
const track = { type: 'POSTBACK', text: 'Track', payload: 'order_{{2}}' }
const help = { type: 'POSTBACK', text: 'Help', payload: 'help' }
const site = {
  type: 'URL',
  text: 'Open',
  url: 'https://a.example/orders/{{1}}',
  example: { url_suffix_example: 'https://a.example/orders/1' },
}
const named = (text: string, samples: readonly string[]) => ({
  type: 'BODY',
  text,
  example: { body_text_named_params: samples.map((name) => ({ param_name: name, example: 'a' })) },
})
const order = (more: Facts = {}): Facts => ({
  name: 'order_update',
  language: 'en',
  category: 'UTILITY',
  components: [header(), body(), buttons(help, track, site)],
  ...more,
})

const start = async (t: Test) => {
  const connected = await startConnected(t, {}, EVERY_FIELD)
  const { sandbox, pageId, psid, say } = connected
  const scopes = [...DEFAULT_SCOPES, 'page_utility_messaging']
  const token = await pageTokenOf(sandbox, sandbox.userToken({ scopes }))
  say('hi')
  const path = `/v25.0/${pageId}/message_templates`
  const create = (template: Facts) => graph(sandbox, path, { token, body: template })
  const list = async (query = ''): Promise<Json> => (await graph(sandbox, `${path}?${query}`, { token })).body
  const remove = (query: string) => graph(sandbox, `${path}?${query}`, { token, method: 'DELETE' })
  const review = (id: string, verdict: Facts) => control(sandbox, `templates/${id}`, verdict)
  const approved = async (template: Facts) => {
    const id = textOf((await create(template)).body['id'])
    await review(id, { status: 'APPROVED' })
    return id
  }
  const send = (template: Facts, more: Facts = { messaging_type: 'UTILITY' }): Promise<Answer> =>
    graph(sandbox, '/v25.0/me/messages', {
      token,
      body: { recipient: { id: psid }, message: { template }, ...more },
    })
  const last = () => sandbox.conversation(pageId, psid)?.messages.at(-1)
  return { ...connected, token, path, create, list, remove, review, approved, send, last }
}

const values = (type: string, ...texts: string[]) => ({
  type,
  parameters: texts.map((text) => ({ type: 'text', text })),
})
const tapped = { type: 'POSTBACK', payload: '12' }
const opened = { type: 'URL', url: '34' }
const whole = [
  values('header', 'Order'),
  values('body', '566701', 'today'),
  { type: 'buttons', parameters: [tapped, opened] },
]
const use = (components: unknown, more: Facts = {}) => ({
  name: 'order_update',
  language: { code: 'en' },
  components,
  ...more,
})

t.test('a message template waits for its review, which the apps of the Page are told', async (t) => {
  const { sandbox, bot, create, list, review, send } = await start(t)
  const made = await create(order())
  t.match(made, { status: 200, body: { status: 'PENDING', category: 'UTILITY' } })
  const id = textOf(made.body['id'])
  t.match(await send(use(whole)), { body: { error: { code: 100, message: /its status is PENDING/ } } })
  const reason = 'TAG_SHOULD_BE_MARKETING'
  t.match(await review(id, { status: 'REJECTED', reason }), {
    body: {
      pages: [{ messageTemplates: [{ id, name: 'order_update', language: 'en', status: 'REJECTED' }] }],
    },
  })
  t.match(await list(), { data: [{ status: 'REJECTED', rejected_reason: reason }] })
  t.match(await send(use(whole)), { body: { error: { message: /its status is REJECTED/ } } })
  await review(id, { status: 'APPROVED' })
  t.match(await send(use(whole)), { status: 200 })
  t.match(await review(id, { status: 'SOMETHING' }), { status: 400 })
  t.match(await review(id, { status: 'APPROVED', reason }), { status: 400 })
  t.match(await review('1', { status: 'APPROVED' }), { status: 404 })
  await sandbox.courier.idle()
  const told = bot.calls
    .filter(({ method }) => method === 'POST')
    .flatMap(({ raw }) => (JSON.parse(raw.toString()) as { entry: { changes?: Json[] }[] }).entry)
    .flatMap(({ changes }) => changes ?? [])
  const value = {
    message_template_id: Number(id),
    message_template_name: 'order_update',
    message_template_language: 'en',
  }
  t.strictSame(told, [
    { field: 'message_template_status_update', value: { event: 'REJECTED', ...value, reason } },
    { field: 'message_template_status_update', value: { event: 'APPROVED', ...value, reason: 'NONE' } },
  ])
})

t.test('message templates are listed page by page, searched, read alone and deleted', async (t) => {
  const { sandbox, token, pageToken, path, create, list, remove, approved } = await start(t)
  const english = await approved(order())
  const german = textOf((await create(order({ language: 'de' }))).body['id'])
  await create(order({ name: 'reminder', components: [plain] }))
  t.match(await create(order()), { body: { error: { code: 100, message: /in en already/ } } })

  const first = await list('limit=1&name=order&fields=id')
  t.match(first, { data: [{ id: english }], paging: { next: /name=order/ } })
  const next = textOf(first['paging']?.['next']).slice(sandbox.origin.length)
  t.match((await graph(sandbox, next)).body, { data: [{ id: german }] })
  t.notMatch((await graph(sandbox, next)).body, { paging: { next: String } }, 'the filter goes along')
  const names = async (query: string) =>
    ((await list(query))['data'] as unknown as Json[]).map(
      ({ name, language }) => `${name as unknown as string} ${language as unknown as string}`,
    )
  const all = ['order_update en', 'order_update de', 'reminder en']
  t.strictSame(await names(''), all)
  t.strictSame(await names('language=de'), ['order_update de'])
  t.strictSame(await names('status=["PENDING"]'), ['order_update de', 'reminder en'])
  t.strictSame(await names('content=on its way'), ['reminder en'])
  t.strictSame(await names('name_or_content=Good'), all.slice(0, 2))
  t.strictSame(await names('category=MARKETING'), [])
  t.match(
    (await graph(sandbox, `/v25.0/${english}?fields=components,language_count,creation_time`, { token }))
      .body,
    {
      id: english,
      components: order()['components'],
      language_count: 2,
      creation_time: Number,
    },
  )

  t.match(await remove(`name=order_update&template_id=${german}`), { body: { success: true } })
  t.strictSame(await names(''), ['order_update en', 'reminder en'])
  await create(order({ language: 'de' }))
  t.match(await remove('name=order_update'), { body: { success: true } })
  t.strictSame(await names(''), ['reminder en'])
  t.match(await remove('name=order_update'), { body: { error: { code: 100 } } })
  t.match(await remove('name=reminder&hsm_id=1'), { body: { error: { code: 3 } } })
  t.match(await remove(''), { body: { error: { code: 100 } } })
  t.match(await graph(sandbox, path, { token: pageToken }), {
    status: 403,
    body: { error: { code: 200, message: /page_utility_messaging/ } },
  })
})

t.test('a template that Facebook cannot take is refused, and not kept', async (t) => {
  const { sandbox, token, create } = await start(t)
  const rows: [string, Facts, RegExp, number?][] = [
    ['no name', { name: '' }, /parameter name/],
    ['a name with capitals', { name: 'Order' }, /lowercase/],
    ['no language', { language: undefined }, /parameter language/],
    ['a language that is a word', { language: 'english' }, /en_US/],
    ['marketing', { category: 'MARKETING' }, /one of \{UTILITY\}/],
    ['another format', { parameter_format: 'LOOSE' }, /POSITIONAL, NAMED/],
    ['no components', { components: undefined }, /parameter components/],
    ['no body', { components: [header()] }, /type BODY/],
    ['two bodies', { components: [plain, plain] }, /two of the type BODY/],
    ['a footer', { components: [plain, { type: 'FOOTER', text: 'a' }] }, /HEADER, BODY, BUTTONS/],
    ['an unknown key', { components: [{ ...plain, bold: true }] }, /Invalid keys "bold"/],
    ['an unknown example', { components: [{ ...plain, example: { text: 'a' } }] }, /Invalid keys "text"/],
    ['a body of 1025', { components: [body({ text: 'x'.repeat(1025) })] }, /1024/],
    [
      'a body that begins with a parameter',
      { components: [body({ text: '{{1}} is here' })] },
      /begin or end/,
    ],
    ['a body that ends with a parameter', { components: [body({ text: 'It is {{1}}' })] }, /begin or end/],
    ['a header without format', { components: [header({ format: undefined }), plain] }, /one of \{TEXT\}/],
    ['an image', { components: [header({ format: 'IMAGE' }), plain] }, /Resumable Upload API/, 3],
    ['the library', { library_template_name: 'order_confirmation_1' }, /library of message templates/, 3],
    ['four buttons', { components: [plain, buttons(track, track, track, track)] }, /too many/, 105],
    ['a quick reply', { components: [plain, buttons({ type: 'QUICK_REPLY' })] }, /POSTBACK, URL/],
    ['a title of 21', { components: [plain, buttons({ ...track, text: 'x'.repeat(21) })] }, /20/],
    ['no payload', { components: [plain, buttons({ ...track, payload: undefined })] }, /payload/],
    ['no address', { components: [plain, buttons({ ...site, url: 'a' })] }, /valid URL/],
    ['a host to fill in', { components: [plain, buttons({ ...site, url: 'https://{{1}}/a' })] }, /valid URL/],
  ]
  for (const [name, more, message, code = 100] of rows) {
    t.match(await create(order(more)), { status: 400, body: { error: { code, message } } }, name)
  }
  t.equal(sandbox.world.messageTemplates.size, 0)
  t.match(await graph(sandbox, '/v25.0/message_template_library', { token }), {
    body: { error: { code: 3 } },
  })
})

t.test('a template with wrong parameters or without samples is rejected at once', async (t) => {
  const { create, list } = await start(t)
  const wrong = 'INCORRECT_PARAMS'
  const bare = 'TEMPLATE_VARIABLES_MISSING_SAMPLE_VALUES'
  const rows: [string | undefined, Facts][] = [
    [wrong, { components: [body({ text: 'Order {1} comes.' })] }],
    [wrong, { components: [body({ text: 'Order {{1} comes.' })] }],
    [wrong, { components: [body({ text: 'Order {{1}} comes {{3}}.' })] }],
    [wrong, { components: [body({ text: 'Order {{1a}} comes.' })] }],
    [wrong, { components: [named('Order {{id}} comes.', ['id'])] }],
    [wrong, { components: [body()], parameter_format: 'NAMED' }],
    [wrong, { components: [plain, buttons({ ...track, payload: '{{1}}{{2}}' })] }],
    [bare, { components: [body({ example: undefined })] }],
    [bare, { components: [body({ example: { body_text: [['566701']] } })] }],
    [bare, { components: [header({ example: { header_text: [] } }), plain] }],
    [bare, { components: [named('Order {{id}} comes {{day}}.', ['id'])], parameter_format: 'NAMED' }],
    [bare, { components: [plain, buttons({ ...site, example: undefined })] }],
    [undefined, { components: [named('Order {{id}} comes.', ['id'])], parameter_format: 'NAMED' }],
    [undefined, { components: [plain, buttons({ ...track, payload: '{"id":"{{1}}"}' })] }],
    [undefined, { components: [body({ text: 'It is {{2}} or {{1}}, {{1}}.' })] }],
  ]
  for (const [index, [reason, more]] of rows.entries()) {
    const name = `row_${index}`
    const status = reason === undefined ? 'PENDING' : 'REJECTED'
    t.match((await create(order({ ...more, name }))).body, { status }, name)
    const [listed] = (await list(`name=${name}&fields=name,rejected_reason&limit=1`))[
      'data'
    ] as unknown as Json[]
    t.equal(listed?.['rejected_reason'], reason, JSON.stringify(more))
  }
})

t.test('a utility message is made from its template, also outside the 24-hour window', async (t) => {
  const { sandbox, send, approved, last, token, pageToken, psid } = await start(t)
  await approved(order())
  await approved(order({ name: 'plain', components: [body()] }))
  const days = named('Order {{id}} comes {{day}}.', ['id', 'day'])
  await approved(order({ name: 'named', components: [days], parameter_format: 'NAMED' }))
  sandbox.clock.advance(2 * DAY_MS)

  t.match(await send(use(whole)), { status: 200, body: { recipient_id: psid, message_id: /^m_/ } })
  t.match(last(), {
    text: null,
    attachment: {
      type: 'template',
      payload: {
        template_type: 'generic',
        elements: [
          {
            title: 'Order Update',
            subtitle: 'Good news! Order 566701 comes today.',
            buttons: [
              { type: 'postback', title: 'Help', payload: 'help' },
              { type: 'postback', title: 'Track', payload: 'order_12' },
              { type: 'web_url', title: 'Open', url: 'https://a.example/orders/34' },
            ],
          },
        ],
      },
    },
  })
  const read = await graph(sandbox, `/v25.0/${last()?.mid}?fields=message,attachments`, { token })
  const card = { title: 'Order Update', subtitle: 'Good news! Order 566701 comes today.' }
  t.match(read.body, { message: '', attachments: { data: [{ generic_template: card }] } })
  const text = [values('body', '{{2}}', '$1')]
  t.match(await send(use(text, { name: 'plain' }), {}), { status: 200 }, 'as in samples without the type')
  t.match(last(), { text: 'Good news! Order {{2}} comes $1.', attachment: null })
  const swapped = ['day', 'id'].map((name) => ({ type: 'text', parameter_name: name, text: `the ${name}` }))
  const byName = use([{ type: 'body', parameters: swapped }], { name: 'named' })
  t.match(await send(byName), { status: 200 })
  t.match(last(), { text: 'Order the id comes the day.' })
  const message = { text: 'a' }
  t.match(await send({}, { message, messaging_type: 'RESPONSE' }), { body: { error: { code: 10 } } })
  t.match(
    await graph(sandbox, '/v25.0/me/messages', {
      token: pageToken,
      body: { recipient: { id: psid }, messaging_type: 'UTILITY', message: { template: use(whole) } },
    }),
    { body: { error: { code: 200, message: /page_utility_messaging/ } } },
  )
})

t.test('a utility message that does not fit its template is refused, and nothing is sent', async (t) => {
  const { send, approved, sandbox, pageId, psid } = await start(t)
  await approved(order())
  await approved(order({ name: 'plain', components: [plain] }))
  const days = named('Order {{id}} comes {{day}}.', ['id', 'day'])
  await approved(order({ name: 'named', components: [days], parameter_format: 'NAMED' }))
  const [top, text, ends] = whole
  const fill = (...names: string[]) => [
    { type: 'body', parameters: names.map((name) => ({ type: 'text', parameter_name: name, text: 'a' })) },
  ]
  const rows: [string, Facts, RegExp][] = [
    ['an unknown name', use(whole, { name: 'other' }), /no message template other/],
    ['no name', use(whole, { name: undefined }), /\[name\] is required/],
    ['another language', use(whole, { language: { code: 'de' } }), /does not exist in de, but in en/],
    ['no language', use(whole, { language: undefined }), /\[language\] is required/],
    ['no components', use(undefined), /1 parameters in its header, and 0/],
    ['no header', use([text, ends]), /1 parameters in its header, and 0/],
    ['one value too few', use([top, values('body', 'a'), ends]), /2 parameters in its body, and 1/],
    [
      'one value too many',
      use([top, values('body', 'a', 'b', 'c'), ends]),
      /2 parameters in its body, and 3/,
    ],
    ['values for nothing', use([values('body', 'a')], { name: 'plain' }), /0 parameters in its body/],
    ['an empty value', use([top, values('body', 'a', ''), ends]), /\[text\] is required/],
    ['no buttons', use([top, text]), /2 parameters in its buttons, and 0/],
    ['buttons in the wrong order', use([top, text, { ...ends, parameters: [opened, tapped] }]), /POSTBACK/],
    ['two bodies', use([top, text, text]), /two of the type body/],
    ['another component', use([{ type: 'footer', parameters: [] }]), /HEADER, BODY, BUTTONS/],
    ['a picture', use([top, { type: 'body', parameters: [{ type: 'image' }, {}] }]), /one of \{TEXT\}/],
    ['a name for a number', use([top, ...fill('1', '2'), ends]), /Invalid keys "parameter_name"/],
    ['no names', use([values('body', 'a', 'b')], { name: 'named' }), /parameter_name\] is required/],
    [
      'an unknown parameter',
      use(fill('id', 'week'), { name: 'named' }),
      /parameter day of the body is missing/,
    ],
    ['a parameter twice', use(fill('id', 'id'), { name: 'named' }), /parameter day of the body is missing/],
    ['an unknown key', use(whole, { color: 'red' }), /Invalid keys "color"/],
  ]
  for (const [name, template, message] of rows) {
    t.match(await send(template), { status: 400, body: { error: { code: 100, message } } }, name)
  }
  const template = use(whole)
  const others: [Facts, RegExp][] = [
    [{ messaging_type: 'RESPONSE' }, /messaging_type UTILITY/],
    [{ messaging_type: 'UTILITY', message: { text: 'a' } }, /message\[template\] is required/],
    [{ messaging_type: 'UTILITY', message: { template, text: 'a' } }, /both template and text/],
    [
      { messaging_type: 'UTILITY', message: { template, quick_replies: [{}] } },
      /both template and quick_replies/,
    ],
  ]
  for (const [more, message] of others) {
    t.match(await send(template, more), { status: 400, body: { error: { code: 100, message } } })
  }
  t.equal(sandbox.conversation(pageId, psid)?.messages.length, 1)
})
