import { isJsonObject, type Json, type JsonObject } from '../base/json.ts'
import { GraphError } from './error.ts'
import { readList } from './read.ts'

// A longer list is taken for a loop.
const MOST_PAGES = 500
/** Graph may leave entries out of a page, even all of them; after this many empty pages in a row the list ends. */
const MOST_EMPTY = 10

/** Parameters in the address of the next page that the caller sends in a header or sets itself. */
const NOT_A_PLACE = new Set(['access_token', 'appsecret_proof', 'fields', 'limit', 'format', 'pretty'])

/**
 * The query that asks for the next page of a list; null after the last page. Graph names the place by a cursor, an offset or a
 * time, and the address in `next` holds it in each case. Only the query of that address is used: its host is not trusted, and it
 * holds a token.
 */
export const nextPlace = (paging: Json | undefined): string | null => {
  if (!isJsonObject(paging)) return null
  const next = addressIn(paging)
  if (next !== null) {
    const place = [...next.searchParams].filter(([name]) => !NOT_A_PLACE.has(name))
    if (place.length > 0) return new URLSearchParams(place).toString()
  }
  const cursors = paging['cursors']
  const after = isJsonObject(cursors) ? cursors['after'] : undefined
  return typeof after === 'string' && after !== '' ? new URLSearchParams({ after }).toString() : null
}

/** Whether Graph sends the address of a next page; a cursor is no proof, because it comes with the last page, too. */
export const hasNext = (paging: Json | undefined): boolean =>
  isJsonObject(paging) && addressIn(paging) !== null

/** Asks for `most` entries, and for half as many as often as Graph asks to reduce the amount of data. */
export const askingForLess = async <Result>(
  most: number,
  ask: (limit: number) => Promise<Result>,
): Promise<Result> => {
  for (let limit = most; ; limit = Math.floor(limit / 2)) {
    try {
      return await ask(limit)
    } catch (error) {
      const isTooMuch = error instanceof GraphError && error.hint === 'less_data'
      if (!isTooMuch || limit <= 1) throw error
    }
  }
}

/**
 * Every entry of a list, page after page.
 *
 * @param ask - fetches one page of at most `limit` entries; `place` is null for the first page
 */
export async function* everyEntry(
  most: number,
  ask: (limit: number, place: string | null) => Promise<JsonObject>,
): AsyncGenerator<JsonObject> {
  const seen = new Set<string>()
  let limit = most
  let empty = 0
  let place: string | null = null
  for (let page = 0; page < MOST_PAGES; page++) {
    const from: string | null = place
    const body: JsonObject = await askingForLess(limit, (less) => {
      // A limit that was too high once is too high for the next pages, too.
      limit = less
      return ask(less, from)
    })
    const entries = readList(body['data']).filter(isJsonObject)
    yield* entries
    empty = entries.length === 0 ? empty + 1 : 0
    place = nextPlace(body['paging'])
    if (place === null || seen.has(place) || empty >= MOST_EMPTY) return
    if (entries.length === 0 && !hasNext(body['paging'])) return
    seen.add(place)
  }
}

const addressIn = ({ next }: JsonObject): URL | null =>
  typeof next === 'string' && next !== '' ? URL.parse(next, 'https://graph.facebook.com') : null
