import type { Clock } from '../../base/clock.ts'
import type { ClaimId, Conversation, OutboxClaim, PageRoom, StoredReply } from '../store.ts'
import type { LiveConversation, LiveConversations } from './live-conversations.ts'
import type { Loaded, OutboxQuery, OutboxRow, OutboxRows } from './rows.ts'

/**
 * One lane a Page, so that none waits for another. Replies wait in the rows, and a lane knows of which conversations, up
 * to a bound. Beyond it, and after a start or a hold, it is `behind`: it then reads the rows in rounds over all
 * conversations. Fresh replies of an idle conversation never go this way: they are handed out as they are stored.
 */
export interface OutboxLanes {
  /** Claims the conversation for replies about to be stored; false when others wait before them. */
  reserve: (conversation: Readonly<Conversation>) => boolean
  /** Ends a {@link reserve} with what was stored. */
  handOut: (conversation: Readonly<Conversation>, replies: StoredReply[]) => OutboxClaim
  /** Replies were stored and left waiting. */
  added: (conversation: Readonly<Conversation>) => void
  claim: (limit: number, room: PageRoom, toReply: (row: OutboxRow) => StoredReply) => Promise<OutboxClaim[]>
  /** Something was said about the reply; `stays` when it is still to be sent. */
  finished: (claim: OutboxClaim, reply: StoredReply, stays: boolean) => void
  /** Resolves when what was not tried is durably handed back. */
  release: (claim: OutboxClaim, notBeforeMs?: number) => Promise<void>
  /** Replies came back into the rows; of which conversations is not known. */
  returned: (pageIds: Iterable<string>) => void
  /** Ends a delay: what the conversation waited for has happened. */
  hurry: (conversation: Readonly<Conversation>) => void
  hold: (pageId: string, held: boolean) => void
  stop: () => void
}

interface OpenClaim {
  /** Replies nothing was said about yet. */
  untouched: Set<StoredReply>
  /** Whether replies stay in the rows that this claim had. */
  leaves: boolean
}

interface Lane {
  pageId: string
  held: boolean
  /** Conversations with replies in the rows. */
  waiting: Set<number>
  /** There may be others. */
  behind: boolean
  /** Counts what fell behind: a read that began before it cannot have seen it. */
  falls: number
  cursor: number
  reading: boolean
  /** Conversations of this Page not to be read: held, delayed, or being read. */
  taken: Set<number>
}

const MOST_KNOWN = 1024

export const createOutboxLanes = (deps: {
  rows: OutboxRows
  live: LiveConversations
  clock: Clock
  wake: () => void
}): OutboxLanes => {
  const { rows: outboxRows, live, clock, wake } = deps
  const lanes = new Map<string, Lane>()
  const open = new Map<ClaimId, OpenClaim>()
  /** Conversations given back with a delay; calling it ends the delay. */
  const delays = new Map<number, () => void>()

  const laneOf = (pageId: string): Lane => {
    const known = lanes.get(pageId)
    if (known !== undefined) return known
    const lane: Lane = {
      pageId,
      held: false,
      waiting: new Set(),
      behind: false,
      falls: 0,
      cursor: 0,
      reading: false,
      taken: new Set(),
    }
    lanes.set(pageId, lane)
    return lane
  }
  for (const pageId of outboxRows.pagesWaiting) laneOf(pageId).behind = true

  const fallBehind = (lane: Lane): void => {
    lane.behind = true
    lane.falls += 1
    // A round passes by what is taken: only here is it known that more of it waits.
    for (const id of lane.waiting) if (!lane.taken.has(id)) lane.waiting.delete(id)
    if (!lane.held) wake()
  }

  /** The conversation has replies in the rows that nobody holds. */
  const note = (lane: Lane, conversation: number): void => {
    const isTaken = lane.taken.has(conversation)
    if (!isTaken && (lane.held || lane.waiting.size >= MOST_KNOWN)) return fallBehind(lane)
    lane.waiting.add(conversation)
    wake()
  }

  const claimOf = (entry: LiveConversation, replies: StoredReply[]): OutboxClaim => {
    const id = entry.outboxClaim ?? live.nextClaim()
    const claim: OutboxClaim = { id, conversation: { ...entry.conversation }, replies }
    open.set(id, { untouched: new Set(replies), leaves: false })
    return claim
  }

  const hold = (lane: Lane, entry: LiveConversation): void => {
    entry.outboxClaim = live.nextClaim()
    lane.taken.add(entry.conversation.id)
  }

  const read = async (
    lane: Lane,
    limit: number,
    toReply: (row: OutboxRow) => StoredReply,
    /** Gets the lane when it has nothing now that could be handed out. */
    inVain: Set<Lane>,
  ): Promise<OutboxClaim[]> => {
    lane.reading = true
    try {
      const rows = await (lane.behind ? readRound(lane, limit, inVain) : readWaiting(lane, limit, inVain))
      return claimsOf(lane, rows, toReply)
    } finally {
      lane.reading = false
    }
  }

  const load = (lane: Lane, which: OutboxQuery['which'], limit: number): Promise<Loaded<OutboxRow>> =>
    outboxRows.load({ page: lane.pageId, which, limit, nowMs: clock.now() })

  /** The next stretch of the rows. */
  const readRound = async (lane: Lane, limit: number, inVain: Set<Lane>): Promise<OutboxRow[]> => {
    const { cursor: after, falls } = lane
    const { rows, end } = await load(lane, { after, except: [...lane.taken] }, limit)
    const last = rows.at(-1)
    if (end) {
      lane.cursor = 0
      if (after === 0 && lane.falls === falls) lane.behind = false
      else if (after === 0 && rows.length === 0) inVain.add(lane)
    } else if (last !== undefined) {
      lane.cursor = last.conversation
      // It may have more of them; whoever holds it leaves them behind.
      lane.waiting.add(last.conversation)
    }
    return rows
  }

  /** The conversations that are known to have some. */
  const readWaiting = async (lane: Lane, limit: number, inVain: Set<Lane>): Promise<OutboxRow[]> => {
    const wanted = [...lane.waiting].filter((id) => !lane.taken.has(id)).slice(0, limit)
    if (wanted.length === 0) {
      inVain.add(lane)
      return []
    }
    for (const id of wanted) {
      lane.waiting.delete(id)
      lane.taken.add(id)
    }
    const { rows, end } = await load(lane, { only: wanted }, limit)
    const last = rows.at(-1)
    const found = new Set(rows.map(({ conversation }) => conversation))
    for (const id of wanted) {
      if (!found.has(id)) lane.taken.delete(id)
      if (!end && last !== undefined && id >= last.conversation) lane.waiting.add(id)
    }
    return rows
  }

  const claimsOf = (
    lane: Lane,
    rows: OutboxRow[],
    toReply: (row: OutboxRow) => StoredReply,
  ): OutboxClaim[] => {
    const byConversation = new Map<number, { entry: LiveConversation; replies: StoredReply[] }>()
    for (const row of rows) {
      const known = byConversation.get(row.conversation)
      if (known !== undefined) {
        known.replies.push(toReply(row))
        continue
      }
      const entry = live.enter({
        id: row.conversation,
        pageId: lane.pageId,
        psid: row.psid === '' ? null : row.psid,
        state: row.state,
        windowEndsMs: row.windowEndsMs,
      })
      hold(lane, entry)
      byConversation.set(row.conversation, { entry, replies: [toReply(row)] })
    }
    return [...byConversation.values()].map(({ entry, replies }) => claimOf(entry, replies))
  }

  const readOpenLanes = (
    limit: number,
    room: PageRoom,
    toReply: (row: OutboxRow) => StoredReply,
    inVain: Set<Lane>,
  ): Promise<OutboxClaim[]>[] => {
    const readable = [...lanes.values()].filter(
      (lane) => (lane.behind || lane.waiting.size > 0) && !lane.held && !lane.reading && !inVain.has(lane),
    )
    const share = Math.max(1, Math.floor(limit / Math.max(1, readable.length)))
    let left = limit
    return readable.flatMap((lane) => {
      const count = Math.min(share, left, room.except.get(lane.pageId) ?? room.each)
      if (count <= 0) return []
      left -= count
      // Whoever was served goes to the end of the line.
      lanes.delete(lane.pageId)
      lanes.set(lane.pageId, lane)
      return [read(lane, count, toReply, inVain)]
    })
  }

  const letGo = (lane: Lane, entry: LiveConversation, more: boolean): void => {
    entry.notBeforeMs = 0
    lane.taken.delete(entry.conversation.id)
    live.leave(entry)
    if (more || lane.waiting.has(entry.conversation.id)) note(lane, entry.conversation.id)
  }

  const delay = (lane: Lane, entry: LiveConversation, notBeforeMs: number, waitMs: number): void => {
    entry.notBeforeMs = notBeforeMs
    const end = (): void => {
      delays.delete(entry.conversation.id)
      cancel()
      letGo(lane, entry, true)
    }
    const cancel = clock.after(waitMs, end)
    delays.set(entry.conversation.id, end)
  }

  return {
    reserve: (conversation) => {
      const lane = laneOf(conversation.pageId)
      const entry = live.enter(conversation)
      const { id } = conversation
      if (lane.held || lane.behind || lane.taken.has(id) || lane.waiting.has(id)) return false
      hold(lane, entry)
      return true
    },

    handOut: (conversation, replies) => claimOf(live.enter(conversation), replies),

    added: (conversation) => {
      note(laneOf(conversation.pageId), conversation.id)
    },

    claim: async (limit, room, toReply) => {
      // A read may only reach the end of a round, and the limit may not reach every lane: nobody would come again for the
      // others, so it goes on until something is found or each lane was read from its beginning to its end.
      const inVain = new Set<Lane>()
      for (;;) {
        const reads = readOpenLanes(limit, room, toReply, inVain)
        if (reads.length === 0) return []
        const claims = (await Promise.all(reads)).flat()
        if (claims.length > 0) return claims
      }
    },

    finished: (claim, reply, stays) => {
      const state = open.get(claim.id)
      if (state === undefined) return
      state.untouched.delete(reply)
      if (stays) state.leaves = true
    },

    release: async (claim, notBeforeMs = 0) => {
      const state = open.get(claim.id)
      const { id: conversation, pageId: page } = claim.conversation
      const entry = live.get(conversation)
      if (state === undefined || entry === undefined) return
      open.delete(claim.id)
      entry.outboxClaim = null
      const lane = laneOf(page)
      const seqs = [...state.untouched].filter((reply) => reply.doubtSinceMs === null).map(({ seq }) => seq)
      const handedBack = seqs.length > 0 ? outboxRows.handBack({ page, conversation, seqs }) : null
      const more = state.leaves || state.untouched.size > 0
      const waitMs = notBeforeMs - clock.now()
      if (waitMs > 0 && more && !entry.forgotten) delay(lane, entry, notBeforeMs, waitMs)
      else letGo(lane, entry, more)
      await handedBack
    },

    hold: (pageId, held) => {
      const lane = laneOf(pageId)
      lane.held = held
      // What waits may become any number; it need not be known one by one.
      if (held && lane.waiting.size > 0) fallBehind(lane)
      if (!held && (lane.behind || lane.waiting.size > 0)) wake()
    },

    returned: (pageIds) => {
      for (const pageId of new Set(pageIds)) {
        const lane = laneOf(pageId)
        fallBehind(lane)
        // Whoever holds one of its conversations leaves something behind when it lets go.
        for (const id of lane.taken) lane.waiting.add(id)
      }
    },

    hurry: ({ id }) => delays.get(id)?.(),

    stop: () => {
      for (const end of delays.values()) end()
    },
  }
}
