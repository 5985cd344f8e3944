import { isJsonObject, type Json, type JsonObject } from '../../base/json.ts'

/** The content of the token file. */
export interface TokenData {
  version: 1
  pages: StoredPageToken[]
  users: StoredUserToken[]
}

/** A Page token that was proved never to expire; no other kind is stored. */
export interface StoredPageToken {
  pageId: string
  name: string | null
  token: string
  appId: string
  /** App-scoped id of the person, or the system user, behind the token. */
  userId: string | null
  scopes: string[]
  /** Null where Graph did not return them. */
  tasks: string[] | null
  provedAtMs: number
  dataAccessExpiresAtMs: number | null
  /** Null while a subscription of this app to the Page is not known. */
  subscribedFields: string[] | null
  /** Whether the app should be subscribed to the Page; absent in a file of an older release. */
  subscribe?: boolean
}

/** The long-lived user token the Page tokens were made from. */
export interface StoredUserToken {
  userId: string
  token: string
  appId: string
  scopes: string[]
  /** Ms since the epoch; null for never. */
  expiresAtMs: number | null
  savedAtMs: number
}

/** The reason for refusing a file of a later release. */
export const NEWER = 'a newer Evergreen wrote it'

export const noTokens = (): TokenData => ({ version: 1, pages: [], users: [] })

/**
 * Checks the content of the file. Unknown fields are kept, because a newer release may have written them.
 *
 * @throws Error with the reason, without any value
 */
export const toTokenData = (value: Json): TokenData => {
  if (!isJsonObject(value)) throw new Error('it is not a JSON object')
  if (Number(value['version']) > 1) throw new Error(NEWER)
  if (value['version'] !== 1) throw new Error('it is no token file')
  return {
    ...value,
    version: 1,
    pages: records(value, 'pages').map(toPageToken),
    users: records(value, 'users').map(toUserToken),
  }
}

const records = (data: JsonObject, name: string): JsonObject[] => {
  const list = data[name]
  if (!Array.isArray(list) || !list.every(isJsonObject)) throw new Error(`"${name}" is not a list of records`)
  return list
}

const toPageToken = (record: JsonObject): StoredPageToken => ({
  ...record,
  pageId: text(record, 'pageId'),
  name: optional(record['name']),
  token: text(record, 'token'),
  appId: text(record, 'appId'),
  userId: optional(record['userId']),
  scopes: texts(record['scopes']) ?? [],
  tasks: texts(record['tasks']),
  provedAtMs: moment(record['provedAtMs']) ?? 0,
  dataAccessExpiresAtMs: moment(record['dataAccessExpiresAtMs']),
  subscribedFields: texts(record['subscribedFields']),
})

const toUserToken = (record: JsonObject): StoredUserToken => ({
  ...record,
  userId: text(record, 'userId'),
  token: text(record, 'token'),
  appId: text(record, 'appId'),
  scopes: texts(record['scopes']) ?? [],
  expiresAtMs: moment(record['expiresAtMs']),
  savedAtMs: moment(record['savedAtMs']) ?? 0,
})

const text = (record: JsonObject, name: string): string => {
  const value = record[name]
  if (typeof value !== 'string' || value === '') throw new Error(`a record has no "${name}"`)
  return value
}

const optional = (value: Json | undefined): string | null => (typeof value === 'string' ? value : null)

const texts = (value: Json | undefined): string[] | null =>
  Array.isArray(value) ? value.filter((item) => typeof item === 'string') : null

const moment = (value: Json | undefined): number | null =>
  typeof value === 'number' && Number.isFinite(value) ? value : null
