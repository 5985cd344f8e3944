import { createRequire } from 'node:module'
import { join } from 'node:path'
import t from 'tap'
import * as meta from '../../src/graph/meta-sdk.ts'
import { WEBHOOK_FIELDS } from '../../src/webhooks/fields.ts'
import { FOREIGN_FOLDER, foreignTest } from '../foreign-clients.ts'
import { graph, startConnected, textOf } from '../lab.ts'

type Words = Record<string, Record<string, string>>

foreignTest('the lists are those of the SDK of Meta that is installed', async (t) => {
  const sdk = createRequire(join(FOREIGN_FOLDER, 'package.json'))('facebook-nodejs-business-sdk') as Record<
    string,
    Words
  >
  const lists: [readonly string[], string, string][] = [
    [meta.SUBSCRIBED_FIELDS, 'Page', 'SubscribedFields'],
    [meta.SENDER_ACTIONS, 'Page', 'SenderAction'],
    [meta.MESSAGING_TYPES, 'Page', 'MessagingType'],
    [meta.NOTIFICATION_TYPES, 'Page', 'NotificationType'],
    [meta.PROFILE_FIELDS, 'MessengerProfile', 'Fields'],
    [meta.PAGE_FIELDS, 'Page', 'Fields'],
    [meta.USER_FIELDS, 'User', 'Fields'],
    [meta.CONVERSATION_FIELDS, 'UnifiedThread', 'Fields'],
    [meta.PERSONA_FIELDS, 'Persona', 'Fields'],
    [meta.MESSAGE_TEMPLATE_FIELDS, 'MessengerBusinessTemplate', 'Fields'],
    [meta.BUSINESS_FIELDS, 'Business', 'Fields'],
    [meta.APPLICATION_FIELDS, 'Application', 'Fields'],
  ]
  for (const [ours, type, name] of lists) {
    t.strictSame([...ours], Object.values(sdk[type]?.[name] ?? {}), `${type}.${name}`)
  }
})

t.test('every field of the SDK can be asked for, and subscribed to', async (t) => {
  const { sandbox, pageToken, pageId, psid, say } = await startConnected(t)
  const mid = say('hi')
  const [conversation] = sandbox.world.conversations.values()
  const persona = await graph(sandbox, '/v25.0/me/personas', {
    token: pageToken,
    body: { name: 'John', profile_picture_url: 'https://a.example/1' },
  })
  const nodes: [string, string, readonly string[]][] = [
    [pageId, pageToken, meta.PAGE_FIELDS],
    ['me', sandbox.userToken(), meta.USER_FIELDS],
    [psid, pageToken, meta.USER_FIELDS],
    [conversation?.id ?? '', pageToken, meta.CONVERSATION_FIELDS],
    [textOf(persona.body['id']), pageToken, meta.PERSONA_FIELDS],
    ['app', pageToken, meta.APPLICATION_FIELDS],
    [mid, pageToken, ['attachments', 'from', 'shares', 'reactions', 'reply_to', 'thread_id', 'story']],
  ]
  for (const [id, token, fields] of nodes) {
    const { status, body } = await graph(sandbox, `/v25.0/${id}?fields=${fields.join(',')}`, { token })
    t.equal(status, 200, `${id}: ${JSON.stringify(body['error'])}`)
  }
  const subscribe = (field: string) =>
    graph(sandbox, '/v25.0/me/subscribed_apps', { token: pageToken, body: { subscribed_fields: [field] } })
  for (const field of [...WEBHOOK_FIELDS, 'messenger_template_status_update']) {
    t.match(await subscribe(field), { status: 200 }, field)
  }
  t.match(await subscribe('message'), { body: { error: { code: 100, message: /subscribed_fields\[0\]/ } } })
})

t.test('well-known fields have values, unknown ones are nonexisting', async (t) => {
  const { sandbox, pageToken, pageId, psid, say } = await startConnected(t)
  say('when are you open?')
  const read = (id: string, fields: string, token = pageToken) =>
    graph(sandbox, `/v25.0/${id}?fields=${fields}`, { token })
  t.match((await read(pageId, 'fan_count,picture,has_added_app')).body, {
    fan_count: 0,
    picture: { data: { url: /\/pictures\/people\// } },
    has_added_app: true,
  })
  const picture = (await read('me', 'picture', sandbox.userToken())).body['picture']?.['data']?.['url']
  t.equal((await fetch(textOf(picture))).status, 200)
  const [conversation] = sandbox.world.conversations.values()
  t.match((await read(conversation?.id ?? '', 'snippet,can_reply,message_count')).body, {
    snippet: 'when are you open?',
    can_reply: true,
    message_count: 1,
  })
  for (const [id, type] of [
    [pageId, 'Page'],
    [psid, 'User'],
    [conversation?.id ?? '', 'UnifiedThread'],
    ['app', 'Application'],
  ] as const) {
    t.match(await read(id, 'nonsense'), {
      body: {
        error: {
          code: 100,
          message: `(#100) Tried accessing nonexisting field (nonsense) on node type (${type})`,
        },
      },
    })
  }
})
