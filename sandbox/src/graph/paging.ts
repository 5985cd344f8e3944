import { badParameter } from './failure.ts'
import { isOn, optionalText, type Params } from './params.ts'

const DEFAULT_LIMIT = 25
const LARGEST_LIMIT = 100

export interface PagedList {
  data: unknown[]
  summary?: { total_count: number }
  paging?: { cursors: { before: string; after: string }; next?: string; previous?: string }
}

/** The parts of the next page's address. */
export interface PageAddress {
  /** Origin, version and path. */
  url: string
  params: Params
  token: string
}

/** One page of a list, with cursors; `ids` names each item so that a cursor stays right when the list grows in front of it. */
export const paginate = <Item>(
  items: readonly Item[],
  idOf: (item: Item) => string,
  address: PageAddress,
  pageSize = LARGEST_LIMIT,
): { items: Item[]; wrap: (data: unknown[]) => PagedList } => {
  const limit = Math.min(readLimit(address.params) ?? DEFAULT_LIMIT, pageSize)
  const after = readCursor(address.params, 'after')
  const before = readCursor(address.params, 'before')
  const position = (id: string) => items.findIndex((item) => idOf(item) === id)

  let start = 0
  if (after !== undefined) start = position(after) < 0 ? items.length : position(after) + 1
  else if (before !== undefined) start = Math.max(0, position(before) - limit)
  const end = before === undefined ? start + limit : Math.max(start, position(before))
  const slice = items.slice(start, Math.min(end, start + limit))

  return {
    items: slice,
    wrap: (data) => {
      const [first, last] = [slice[0], slice.at(-1)]
      const isSummed = isOn(address.params, 'summary') || address.params['summary'] === 'total_count'
      const summary = isSummed && { summary: { total_count: items.length } }
      // Recorded for `limit(0)`, with which clients ask for a count alone, too.
      if (first === undefined || last === undefined) return { data, ...summary }
      const cursors = { before: cursor(idOf(first)), after: cursor(idOf(last)) }
      const link = (name: 'after' | 'before', value: string) => pageUrl(address, limit, name, value)
      return {
        data,
        paging: {
          cursors,
          ...(start + slice.length < items.length && { next: link('after', cursors.after) }),
          ...(start > 0 && { previous: link('before', cursors.before) }),
        },
        ...summary,
      }
    },
  }
}

/** Parameters of the list that its further pages have, too. */
const KEPT = [
  'fields',
  'appsecret_proof',
  'user_id',
  'platform',
  'folder',
  'summary',
  'name',
  'content',
  'name_or_content',
  'language',
  'category',
  'status',
]

/** Facebook's links carry the token, which is why they must never be logged. */
const pageUrl = ({ url, params, token }: PageAddress, limit: number, name: string, value: string): string => {
  const query = new URLSearchParams({ access_token: token })
  for (const key of KEPT) {
    const kept = params[key]
    if (typeof kept === 'string') query.set(key, kept)
    else if (Array.isArray(kept)) query.set(key, kept.join(','))
  }
  query.set('limit', String(limit))
  query.set(name, value)
  return `${url}?${query.toString()}`
}

const readLimit = (params: Params): number | undefined => {
  const text = optionalText(params, 'limit')
  if (text === undefined) return undefined
  if (!/^\d{1,9}$/.test(text)) throw badParameter('Param limit must be a non-negative integer')
  return Number(text)
}

const readCursor = (params: Params, name: string): string | undefined => {
  const text = optionalText(params, name)
  if (text === undefined) return undefined
  const decoded = Buffer.from(text, 'base64url').toString()
  if (!decoded.startsWith(CURSOR_MARK)) throw badParameter('Invalid cursors values')
  return decoded.slice(CURSOR_MARK.length)
}

const CURSOR_MARK = 'cursor:'

const cursor = (id: string) => Buffer.from(`${CURSOR_MARK}${id}`).toString('base64url')
