import { isJsonObject, type Json, type JsonObject } from '../base/json.ts'
import {
  CONVERSATIONS_QUERY,
  conversationQuery,
  MESSAGES_QUERY,
  readConversations,
  readMessages,
  readRecentMessages,
} from './conversation.ts'
import type { SendMessage } from '../messages.ts'
import { GraphError } from './error.ts'
import type { AccountPage, AppSubscription, Graph } from './graph.ts'
import { createProver } from './proof.ts'
import { oneLine } from './redact.ts'
import { list, readId, readTokenFacts, strings } from './token-facts.ts'
import { createTransport, type Answer, type Call, type TransportOptions } from './transport.ts'
import { readUsage, type Headers } from './usage.ts'
import { UPLOAD_EDGE, uploadOf } from './upload.ts'
import { decide } from './verdicts.ts'

export interface GraphOptions extends TransportOptions {
  /** `v25.0`; goes into every path. */
  version: string
  appId: string
  appSecret: string
  /** Called once, when Graph runs another version than asked for: it does so silently when the pin has expired. */
  onVersionMismatch?: (versions: { asked: string; ran: string }) => void
}

const ACCOUNTS_A_PAGE = 100
// A list this long is a loop.
const MOST_ACCOUNT_PAGES = 500

/** The Graph API over HTTP. Without `dispatcher` it opens a pool of its own, which `close` ends. */
export const createGraph = (options: GraphOptions): Graph => {
  const { version, appId, appSecret, onVersionMismatch } = options
  const transport = createTransport(options)
  const credentialsOf = createProver(appSecret)
  const appToken = `${appId}|${appSecret}`
  let warned = false

  const call = async (wanted: Call): Promise<Answer> => {
    const answer = await transport.call(wanted)
    if (!warned) checkVersion(answer.headers)
    return answer
  }

  const checkVersion = (headers: Headers): void => {
    const ran = headers['facebook-api-version']
    if (typeof ran !== 'string' || ran === version) return
    warned = true
    onVersionMismatch?.({ asked: version, ran: oneLine(ran, 20) })
  }

  /** A call with a user or Page token: proof in the query, token in the header. */
  const callAs = (token: string, wanted: Omit<Call, 'authorization'>): Promise<Answer> => {
    const { authorization, proof } = credentialsOf(token)
    const path = `/${version}${wanted.path}${wanted.path.includes('?') ? '&' : '?'}${proof}`
    return call({ ...wanted, path, authorization, secrets: [token, appSecret, ...(wanted.secrets ?? [])] })
  }

  /** A call with the app's own token. */
  const callAsApp = (wanted: Omit<Call, 'authorization' | 'asApp'>): Promise<Answer> =>
    call({
      ...wanted,
      path: `/${version}${wanted.path}`,
      authorization: `Bearer ${appToken}`,
      asApp: true,
      secrets: [appToken, appSecret, ...(wanted.secrets ?? [])],
    })

  /** A change that Graph acknowledges with `success`. */
  const change = async (token: string, wanted: Omit<Call, 'authorization'>): Promise<void> =>
    assertDone(wanted.edge, await callAs(token, wanted))

  /** Facebook wants the secret and what is exchanged in the query (reference B2, B3); the address is never shown. */
  const exchange = async (
    given: Record<string, string>,
    secrets: readonly string[],
  ): Promise<{ token: string; expiresInSeconds: number | null }> => {
    const query = new URLSearchParams({ client_id: appId, client_secret: appSecret, ...given })
    const { body } = await call({
      edge: 'access_token',
      method: 'GET',
      path: `/${version}/oauth/access_token?${query.toString()}`,
      secrets: [...secrets, appSecret],
    })
    const token = body['access_token']
    if (typeof token !== 'string' || token === '') {
      throw unexpected('access_token', 'sent no token', 'transient')
    }
    const seconds = Number(body['expires_in'])
    return { token, expiresInSeconds: Number.isFinite(seconds) && seconds > 0 ? seconds : null }
  }

  const page = async (pageId: string, userToken: string, fields: string): Promise<AccountPage> => {
    const path = `/${encodeURIComponent(pageId)}?fields=${fields}`
    const { body } = await callAs(userToken, { edge: 'page', method: 'GET', path })
    const read = readAccountPage(body)
    if (!read) throw unexpected('page', 'sent a Page without an id', 'transient')
    return read
  }

  return {
    now: transport.now,

    sendMessage: async ({ pageId, pageToken, psid, message, metadata }) => {
      const { body, headers } = await callAs(pageToken, {
        edge: 'messages',
        method: 'POST',
        path: `/${encodeURIComponent(pageId)}/messages`,
        body: JSON.stringify({
          recipient: { id: psid },
          messaging_type: 'RESPONSE',
          message: metadata === undefined ? message : { ...message, metadata },
        }),
        once: true,
        secrets: saidIn(message),
      })
      return {
        messageId: readId(body['message_id']),
        recipientId: readId(body['recipient_id']),
        usage: readUsage(headers),
      }
    },

    uploadAttachment: async ({ pageId, pageToken, type, from }) => {
      const path = `/${encodeURIComponent(pageId)}/message_attachments`
      const secrets = 'url' in from ? [from.url] : []
      const { body } = await callAs(pageToken, { ...uploadOf(type, from), method: 'POST', path, secrets })
      const id = readId(body['attachment_id'])
      if (id === null) throw unexpected(UPLOAD_EDGE, 'sent no id', 'transient')
      return id
    },

    senderAction: async ({ pageId, pageToken, psid, action }) => {
      await callAs(pageToken, {
        edge: 'sender_action',
        method: 'POST',
        path: `/${encodeURIComponent(pageId)}/messages`,
        body: JSON.stringify({ recipient: { id: psid }, sender_action: action }),
      })
    },

    userProfile: async ({ pageToken, psid, fields }) => {
      const path = `/${encodeURIComponent(psid)}?fields=${encodeURIComponent(fields.join(','))}`
      const { body } = await callAs(pageToken, { edge: 'user_profile', method: 'GET', path })
      const told = fields.flatMap((field) => {
        const value = readName(body[field])
        return value === null ? [] : [[field, value] as const]
      })
      return Object.fromEntries(told)
    },

    passThreadControl: ({ pageId, pageToken, psid, targetAppId }) =>
      change(pageToken, {
        edge: 'pass_thread_control',
        method: 'POST',
        path: `/${encodeURIComponent(pageId)}/pass_thread_control`,
        body: JSON.stringify({ recipient: { id: psid }, target_app_id: targetAppId }),
      }),

    recentMessages: async ({ pageId, pageToken, psid, after }) => {
      const [thread, cursor] = after?.split(' ') ?? []
      const path =
        thread === undefined || cursor === undefined
          ? `/${encodeURIComponent(pageId)}/conversations?${conversationQuery(psid)}`
          : `/${encodeURIComponent(thread)}/messages?${MESSAGES_QUERY}&after=${encodeURIComponent(cursor)}`
      const { body } = await callAs(pageToken, { edge: 'conversations', method: 'GET', path })
      const { messages, threadId, paging } =
        thread === undefined ? readRecentMessages(body, psid) : { ...readMessages(body), threadId: thread }
      const nextPage = hasNext(paging) ? nextCursor(paging) : null
      return { messages, next: threadId === null || nextPage === null ? null : `${threadId} ${nextPage}` }
    },

    conversations: async ({ pageId, pageToken, after }) => {
      const cursor = after === undefined ? '' : `&after=${encodeURIComponent(after)}`
      const path = `/${encodeURIComponent(pageId)}/conversations?${CONVERSATIONS_QUERY}${cursor}`
      const { body } = await callAs(pageToken, { edge: 'conversations', method: 'GET', path })
      const { paging } = body
      return { conversations: readConversations(body), next: hasNext(paging) ? nextCursor(paging) : null }
    },

    debugToken: async (inputToken) => {
      const { body } = await callAsApp({
        edge: 'debug_token',
        method: 'GET',
        path: `/debug_token?input_token=${encodeURIComponent(inputToken)}`,
        secrets: [inputToken],
      })
      if (!isJsonObject(body['data'])) throw unexpected('debug_token', 'sent no data', 'transient')
      const facts = readTokenFacts(body['data'], inputToken)
      if (!facts.isValid && facts.error && isConfiguration(facts.error)) {
        throw unexpected('debug_token', `says: ${facts.error.message ?? 'wrong app'}`, 'configuration')
      }
      return facts
    },

    exchangeToken: (userToken) =>
      exchange({ grant_type: 'fb_exchange_token', fb_exchange_token: userToken }, [userToken]),

    exchangeCode: ({ code, redirectUri }) => exchange({ redirect_uri: redirectUri, code }, [code]),

    accounts: async function* (userToken) {
      const seen = new Set<string>()
      let after: string | null = null
      for (let fetched = 0; fetched < MOST_ACCOUNT_PAGES; fetched++) {
        const { body } = await callAs(userToken, {
          edge: 'accounts',
          method: 'GET',
          path: `/me/accounts?fields=id,name,access_token,tasks&limit=${ACCOUNTS_A_PAGE}${
            after === null ? '' : `&after=${encodeURIComponent(after)}`
          }`,
        })
        const entries = list(body['data']).filter(isJsonObject)
        for (const entry of entries) {
          const account = readAccountPage(entry)
          if (account) yield account
        }
        after = nextCursor(body['paging'])
        // Cursors come with the last page too; a page without entries, or a cursor seen before, ends the list.
        if (after === null || seen.has(after) || (entries.length === 0 && !hasNext(body['paging']))) return
        seen.add(after)
      }
    },

    page: (pageId, userToken) =>
      page(pageId, userToken, 'id,name,access_token,tasks').catch((error: unknown) => {
        // `tasks` is documented for the list only; a Graph that refuses to name it here may still give the token.
        if (!(error instanceof GraphError) || error.verdict !== 'bad_request') throw error
        return page(pageId, userToken, 'id,name,access_token')
      }),

    me: async (token) => {
      const { body } = await callAs(token, { edge: 'me', method: 'GET', path: '/me?fields=id,name' })
      const id = readId(body['id'])
      if (id === null) throw unexpected('me', 'sent no id', 'transient')
      return { id, name: readName(body['name']) }
    },

    subscribe: (pageId, pageToken, fields) =>
      change(pageToken, {
        edge: 'subscribed_apps',
        method: 'POST',
        path: `/${encodeURIComponent(pageId)}/subscribed_apps?subscribed_fields=${encodeURIComponent(fields.join(','))}`,
      }),

    subscribedFields: async (pageId, pageToken) => {
      const path = `/${encodeURIComponent(pageId)}/subscribed_apps`
      const { body } = await callAs(pageToken, { edge: 'subscribed_apps', method: 'GET', path })
      const ours = list(body['data'])
        .filter(isJsonObject)
        .find((app) => readId(app['id']) === appId)
      return ours ? fieldNames(ours['subscribed_fields']) : null
    },

    appSubscriptions: async () => {
      const { body } = await callAsApp({
        edge: 'subscriptions',
        method: 'GET',
        path: `/${appId}/subscriptions`,
      })
      return list(body['data']).filter(isJsonObject).map(readAppSubscription)
    },

    subscribeApp: async ({ url, verifyToken, fields }) =>
      assertDone(
        'subscriptions',
        await callAsApp({
          edge: 'subscriptions',
          method: 'POST',
          path: `/${appId}/subscriptions`,
          body: JSON.stringify({
            object: 'page',
            callback_url: url,
            verify_token: verifyToken,
            fields: fields.join(','),
            include_values: true,
          }),
          secrets: [verifyToken],
        }),
      ),

    messengerProfile: async (pageToken, fields) => {
      const { body } = await callAs(pageToken, {
        edge: 'messenger_profile',
        method: 'GET',
        path: `/me/messenger_profile?fields=${encodeURIComponent(fields.join(','))}`,
      })
      return Object.assign({}, ...list(body['data']).filter(isJsonObject)) as JsonObject
    },

    setMessengerProfile: (pageToken, properties) =>
      change(pageToken, {
        edge: 'messenger_profile',
        method: 'POST',
        path: '/me/messenger_profile',
        body: JSON.stringify(properties),
      }),

    deleteMessengerProfile: (pageToken, fields) =>
      change(pageToken, {
        edge: 'messenger_profile',
        method: 'DELETE',
        path: '/me/messenger_profile',
        body: JSON.stringify({ fields }),
      }),

    close: () => transport.close(),
  }
}

/** What Graph may quote of a message, and nobody else should read: an address may hold a key, or a visitor's name. */
const saidIn = ({ text, attachment }: SendMessage): string[] =>
  [text, attachment?.payload['url']].filter((one) => typeof one === 'string')

const readAccountPage = (entry: JsonObject): AccountPage | null => {
  const id = readId(entry['id'])
  if (id === null) return null
  const token = entry['access_token']
  return {
    id,
    name: readName(entry['name']),
    pageToken: typeof token === 'string' && token !== '' ? token : null,
    tasks: Array.isArray(entry['tasks']) ? strings(entry['tasks']) : null,
  }
}

const readAppSubscription = (entry: JsonObject): AppSubscription => {
  const { object, callback_url: url, active, fields } = entry
  return {
    object: typeof object === 'string' ? object : '',
    url: typeof url === 'string' ? oneLine(url, 500) : null,
    isActive: active !== false,
    fields: fieldNames(fields),
  }
}

/** Graph sometimes spells `success` as a string. */
const assertDone = (edge: string, { body }: Answer): void => {
  if (body['success'] === false || body['success'] === 'false') {
    throw unexpected(edge, 'answered that it was not done', 'bad_request')
  }
}

/** People choose Page names; terminals and logs must survive them. */
const readName = (name: Json | undefined): string | null =>
  typeof name === 'string' && name.trim() !== '' ? oneLine(name, 200) : null

const nextCursor = (paging: Json | undefined): string | null => {
  if (!isJsonObject(paging)) return null
  const cursors = paging['cursors']
  if (isJsonObject(cursors) && typeof cursors['after'] === 'string' && cursors['after'] !== '') {
    return cursors['after']
  }
  const next = paging['next']
  return typeof next === 'string' && URL.canParse(next) ? new URL(next).searchParams.get('after') : null
}

const hasNext = (paging: Json | undefined): boolean =>
  isJsonObject(paging) && typeof paging['next'] === 'string'

/** Newer versions list `{name, version}`, the reference lists strings. */
const fieldNames = (fields: Json | undefined): string[] =>
  list(fields).flatMap((field) => {
    const name = isJsonObject(field) ? field['name'] : field
    return typeof name === 'string' ? [name] : []
  })

const isConfiguration = (error: {
  code: number | null
  subcode: number | null
  message: string | null
}): boolean =>
  decide({ ...error, message: error.message ?? '', isTransient: false, httpStatus: 200 }) === 'configuration'

const unexpected = (edge: string, what: string, verdict: GraphError['verdict']): GraphError =>
  new GraphError(`Facebook ${what} on "${edge}"`, {
    verdict,
    edge,
    graphCode: null,
    subcode: null,
    fbtraceId: null,
    httpStatus: 200,
    retryAfterMs: null,
  })
