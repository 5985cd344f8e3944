import { createBoundedMap } from '../../base/bounded-map.ts'
import type { NewEvent } from '../store.ts'
import type { Connection } from './connection.ts'
import type { Known } from './statements.ts'

/** A number is some bytes, and looking one up for every event would cost a third of all accepts. */
const MOST_CONVERSATIONS = 100_000

/**
 * The numbers of Pages and conversations, which never change while there is such a one. A visitor who was forgotten gets a new
 * number; the transaction that uses the old one is refused.
 */
export interface Numbers extends Known {
  /** Makes those of these events known; Pages and visitors who write for the first time get theirs. */
  learn: (connection: Connection, events: readonly NewEvent[], pages: readonly string[]) => Promise<void>
  forgetConversations: () => void
}

export const createNumbers = (): Numbers => {
  const pages = new Map<string, number>()
  const conversations = createBoundedMap<string, number>(MOST_CONVERSATIONS)

  const learnPages = async (
    connection: Connection,
    added: readonly string[],
    asked: readonly string[],
  ): Promise<void> => {
    const unknown = (ids: readonly string[]): string[] => [...new Set(ids)].filter((id) => !pages.has(id))
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
    page: (id) => pages.get(id) ?? null,
    conversation: (pageId, psid) => {
      const number = conversations.get(keyOf(pages.get(pageId), psid))
      if (number === undefined) throw new Error('the number of a conversation was not looked up')
      return number
    },
    learn: async (connection, events, asked) => {
      await learnPages(
        connection,
        events.map(({ pageId }) => pageId),
        asked,
      )
      const unknown = new Map<string, { page: number; psid: string }>()
      for (const { pageId, psid } of events) {
        const page = pages.get(pageId)
        const key = keyOf(page, psid ?? '')
        if (page !== undefined && !conversations.has(key)) unknown.set(key, { page, psid: psid ?? '' })
      }
      if (unknown.size === 0) return
      const all = [...unknown.values()].toSorted((a, b) => a.page - b.page || (a.psid < b.psid ? -1 : 1))
      const values = [all.map(({ page }) => page), all.map(({ psid }) => psid)]
      const [, found = []] = await connection.query([
        {
          text: `insert into evergreen.conversation (page, psid)
                 select * from unnest($1::int[], $2::text[]) on conflict do nothing`,
          values,
        },
        {
          text: `select c.id, c.page, c.psid from evergreen.conversation c
                   join unnest($1::int[], $2::text[]) as u (page, psid) on c.page = u.page and c.psid = u.psid`,
          values,
        },
      ])
      for (const { id, page, psid } of found)
        conversations.set(keyOf(page as number, psid as string), id as number)
    },
    forgetConversations: conversations.clear,
  }
}

const keyOf = (page: number | undefined, psid: string): string => `${page ?? ''}:${psid}`
