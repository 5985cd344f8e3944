import type { JsonObject } from '../../base/json.ts'
import type { Caller } from '../call.ts'
import { GraphError } from '../error.ts'
import type { AccountPage, Graph } from '../graph.ts'
import { everyEntry } from '../paging.ts'
import { listed, readId, readName, strings, unexpected } from '../read.ts'

const NOT_TOLD: ReadonlySet<GraphError['verdict']> = new Set(['bad_request', 'unknown'])

type Edges = Pick<Graph, 'accounts' | 'businessPages' | 'page' | 'me'>

const FIELDS = 'id,name,access_token,tasks'
const AT_ONCE = 100

/** The Pages of a person (docs/messenger-platform.md#b4). */
export const pageEdges = (caller: Caller): Edges => {
  const page = async (pageId: string, userToken: string, fields: string): Promise<AccountPage> => {
    const path = `/${encodeURIComponent(pageId)}?fields=${fields}`
    const { body } = await caller.as(userToken, { edge: 'page', method: 'GET', path })
    const read = readAccountPage(body)
    if (!read) throw unexpected('page', 'sent a Page without an id', 'transient')
    return read
  }

  /** The entries of a list that a user token reaches. */
  const entriesOf = (edge: string, userToken: string, list: string, fields: string) =>
    everyEntry(AT_ONCE, async (limit, place) => {
      const path = `${list}?fields=${fields}&limit=${limit}${place === null ? '' : `&${place}`}`
      return listed(edge, (await caller.as(userToken, { edge, method: 'GET', path })).body)
    })

  const pagesOf = async function* (edge: string, userToken: string, list: string) {
    for await (const entry of entriesOf(edge, userToken, list, FIELDS)) {
      const found = readAccountPage(entry)
      if (found) yield found
    }
  }

  return {
    accounts: (userToken) => pagesOf('accounts', userToken, '/me/accounts'),

    businessPages: async function* (userToken) {
      for await (const business of entriesOf('businesses', userToken, '/me/businesses', 'id')) {
        const id = readId(business['id'])
        if (id === null) continue
        for (const list of ['owned_pages', 'client_pages']) {
          yield* pagesOf(list, userToken, `/${encodeURIComponent(id)}/${list}`)
        }
      }
    },

    page: (pageId, userToken) =>
      page(pageId, userToken, FIELDS).catch((error: unknown) => {
        // `tasks` is documented for the list only; if Graph refuses the field here, it may still give the token.
        if (!(error instanceof GraphError) || !NOT_TOLD.has(error.verdict)) throw error
        return page(pageId, userToken, 'id,name,access_token')
      }),

    me: async (token) => {
      const { body } = await caller.as(token, { edge: 'me', method: 'GET', path: '/me?fields=id,name' })
      const id = readId(body['id'])
      if (id === null) throw unexpected('me', 'sent no id', 'transient')
      return { id, name: readName(body['name']) }
    },
  }
}

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
