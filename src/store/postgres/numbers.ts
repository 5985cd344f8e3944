import { createBoundedMap } from '../../base/bounded-map.ts'
import type { EventToAccept } from '../queues/operations.ts'
import { namesOf } from './accepting.ts'
import { asStored, type Connection } from './connection.ts'
import type { Known } from './statements.ts'

/** A cached number takes some bytes; reading it for every event would take a third of all time for accepts. */
const MOST_CONVERSATIONS = 100_000

/**
 * The numbers of Pages and conversations. They do not change while the Page or conversation exists. A forgotten visitor gets a new
 * number, and a transaction with the old one fails.
 */
export interface RowNumbers extends Known {
  /** Reads the numbers for these events; Pages and visitors who write for the first time get new ones. */
  learn: (connection: Connection, events: readonly EventToAccept[], pages: readonly string[]) => Promise<void>
  forgetConversations: () => void
  /** Drops the cache. */
  forget: () => void
}

export const createRowNumbers = (): RowNumbers => {
  const pages = new Map<string, number>()
  const conversations = createBoundedMap<string, number>(MOST_CONVERSATIONS)

  const pageOf = (id: string): number | undefined => pages.get(asStored(id))

  const learnPages = async (
    connection: Connection,
    added: readonly string[],
    asked: readonly string[],
  ): Promise<void> => {
    const unknown = (ids: readonly string[]): string[] =>
      [...new Set(ids.map(asStored))].filter((id) => !pages.has(id))
    const [toAdd, toFind] = [unknown(added).toSorted(), unknown([...added, ...asked])]
    if (toFind.length === 0) return
    const [, found = []] = await connection.query([
      {
        text: 'insert into evergreen.page (id) select unnest($1::text[]) on conflict do nothing',
        values: [toAdd],
      },
      { text: 'select id, no from evergreen.page where id = any ($1::text[])', values: [toFind] },
    ])
    for (const { id, no } of found) pages.set(id as string, no as number)
  }

  return {
    page: (id) => pageOf(id) ?? null,
    conversation: (pageId, psid) => conversations.get(keyOf(pageOf(pageId), psid)) ?? null,
    learn: async (connection, events, asked) => {
      await learnPages(
        connection,
        events.map(({ pageId }) => pageId),
        asked,
      )
      const unknown = events.flatMap(({ pageId, psid, ...event }) => {
        const page = pageOf(pageId)
        const isKnown = page === undefined || conversations.has(keyOf(page, psid ?? ''))
        const names = namesOf({ pageId, ...event })
        return isKnown ? [] : [{ page, pageId: asStored(pageId), psid: psid ?? '', ...event, names }]
      })
      if (unknown.length === 0) return
      const values = [unknown.map(({ page }) => page), unknown.map(({ psid }) => psid)]
      const names = unknown.flatMap(({ names: all }, n) => all.map((name) => ({ ord: n + 1, name })))
      const [, found = []] = await connection.query([
        {
          text: ADD_CONVERSATIONS,
          values: [
            ...values,
            unknown.map(({ isReceipt = false }) => isReceipt),
            names.map(({ ord }) => ord),
            names.map(({ name }) => name),
            unknown.map(({ pageId }) => pageId),
          ],
        },
        {
          text: `select distinct c.id, c.page, c.psid from evergreen.conversation c
                   join unnest($1::int[], $2::text[]) as u (page, psid) on c.page = u.page and c.psid = u.psid`,
          values,
        },
      ])
      for (const { id, page, psid } of found)
        conversations.set(keyOf(page as number, psid as string), id as number)
    },
    forgetConversations: conversations.clear,
    forget: () => {
      pages.clear()
      conversations.clear()
    },
  }
}

// Neither a repetition nor a receipt brings back a forgotten visitor. In a fixed order, because two batches could wait for each other
// otherwise. In a database restored under a running bot, the cached number may be that of another Page, or of none.
const ADD_CONVERSATIONS = `
insert into evergreen.conversation (page, psid)
select distinct e.page, e.psid
from unnest($1::int[], $2::text[], $3::boolean[], $6::text[]) with ordinality as e (page, psid, is_receipt, page_id, ord)
join evergreen.page p on p.no = e.page and p.id = e.page_id
where not e.is_receipt and not exists (
  select from unnest($4::int[], $5::bytea[]) as n (ord, key) join evergreen.seen s on s.key = n.key where n.ord = e.ord)
order by e.page, e.psid on conflict do nothing`

const keyOf = (page: number | undefined, psid: string): string => `${page ?? ''}:${asStored(psid)}`
