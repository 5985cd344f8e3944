import { isJsonObject, type JsonObject } from '../../base/json.ts'
import { assertDone, type Caller } from '../call.ts'
import type { Graph } from '../graph.ts'
import { readList, readName } from '../read.ts'

type Edges = Pick<
  Graph,
  'userProfile' | 'messengerProfile' | 'setMessengerProfile' | 'deleteMessengerProfile'
>

/** A visitor's profile (docs/messenger-platform.md#h), and the Page's Messenger profile (docs/messenger-platform.md#g). */
export const profileEdges = (caller: Caller): Edges => {
  const change = async (pageToken: string, method: 'POST' | 'DELETE', body: JsonObject): Promise<void> => {
    const edge = 'messenger_profile'
    const path = '/me/messenger_profile'
    assertDone(edge, await caller.as(pageToken, { edge, method, path, body: JSON.stringify(body) }))
  }

  return {
    userProfile: async ({ pageToken, psid, fields }) => {
      const path = `/${encodeURIComponent(psid)}?fields=${encodeURIComponent(fields.join(','))}`
      const { body } = await caller.as(pageToken, { edge: 'user_profile', method: 'GET', path })
      const told = fields.flatMap((field) => {
        const value = readName(body[field])
        return value === null ? [] : [[field, value] as const]
      })
      return Object.fromEntries(told)
    },

    messengerProfile: async (pageToken, fields) => {
      const { body } = await caller.as(pageToken, {
        edge: 'messenger_profile',
        method: 'GET',
        path: `/me/messenger_profile?fields=${encodeURIComponent(fields.join(','))}`,
      })
      return Object.assign({}, ...readList(body['data']).filter(isJsonObject)) as JsonObject
    },

    setMessengerProfile: (pageToken, properties) => change(pageToken, 'POST', properties),

    deleteMessengerProfile: (pageToken, fields) => change(pageToken, 'DELETE', { fields: [...fields] }),
  }
}
