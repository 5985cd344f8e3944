import type { Clock } from '../../base/clock.ts'
import type { ClaimId, Conversation, OutboxClaim, PageRoom, Room, StoredReply } from '../store.ts'
import type { LiveConversation, LiveConversations } from './live-conversations.ts'
import type { OutboxRow, OutboxRows } from './rows.ts'

/**
 * One lane a Page, so that none waits for another. Replies wait in the rows, and a lane knows of which conversations, up
 * to a bound. Beyond it, and after a start, it is `behind`: the rows has others, which are looked up by the window that
 * closes first. Fresh replies of an idle conversation never go this way: they are handed out as they are stored.
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
  hurry: (conversation: number) => void
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
  /** Conversations with replies in the rows, the ones noted last at the end. */
  known: Map<number, Known>
  /** Conversations found in the rows, by the window that closes first. What was found may have been sent since. */
  backlog: number[]
  /** The file may have others. */
  behind: boolean
  /** Counts what fell behind: a look at the rows that began before it cannot have seen it. */
  falls: number
  reading: boolean
  /** Conversations of this Page not to be read: handed out, delayed, or being read. */
  taken: Set<number>
}

/** How many conversations of a lane may be handed out. */
interface LaneRoom {
  all: number
  /** Of them, those from the backlog. */
  backlog: number
}

interface Known {
  windowEndsMs: number
  /** Rises with time. */
  noted: number
}

const MOST_KNOWN = 1024
const WINDOW_MS = 24 * 60 * 60 * 1000
/** A visitor who wrote so long ago is still there. Ends of windows are kept up to a minute early. */
const FRESH_MS = 3 * 60 * 1000

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

  let notes = 0

  const laneOf = (pageId: string): Lane => {
    const found = lanes.get(pageId)
    if (found !== undefined) return found
    const lane: Lane = {
      pageId,
      held: false,
      known: new Map(),
      backlog: [],
      behind: false,
      falls: 0,
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
    if (!lane.held) wake()
  }

  const remember = (lane: Lane, id: number, windowEndsMs: number | null): void => {
    lane.known.delete(id)
    lane.known.set(id, { windowEndsMs: windowEndsMs ?? Number.POSITIVE_INFINITY, noted: ++notes })
    if (lane.known.size > MOST_KNOWN) forgetOldest(lane)
  }

  /** The conversation has replies in the rows. */
  const note = (lane: Lane, { id, windowEndsMs }: Pick<Conversation, 'id' | 'windowEndsMs'>): void => {
    remember(lane, id, windowEndsMs)
    if (!lane.held) wake()
  }

  /** A look at the rows passes by what is taken: only here is it known that more of it waits. */
  const forgetOldest = (lane: Lane): void => {
    for (const id of lane.known.keys()) {
      if (lane.taken.has(id)) continue
      lane.known.delete(id)
      return fallBehind(lane)
    }
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
    room: LaneRoom,
    toReply: (row: OutboxRow) => StoredReply,
    /** Gets the lane when it has nothing now that could be handed out. */
    inVain: Set<Lane>,
  ): Promise<OutboxClaim[]> => {
    lane.reading = true
    try {
      if (room.backlog > 0 && lane.behind && lane.backlog.length === 0) await lookUp(lane)
      const wanted = pick(lane, room)
      if (wanted.length > 0) return claimsOf(lane, await load(lane, wanted, room.all), toReply)
      inVain.add(lane)
      return []
    } finally {
      lane.reading = false
    }
  }

  /** Looks up which conversations wait in the rows besides those that are known. */
  const lookUp = async (lane: Lane): Promise<void> => {
    const { falls } = lane
    const found = await outboxRows.waiting({
      page: lane.pageId,
      except: [...lane.taken, ...lane.known.keys()],
      limit: MOST_KNOWN,
    })
    lane.backlog = found
    if (found.length < MOST_KNOWN && lane.falls === falls) lane.behind = false
  }

  /** Visitors who have just written, then the window that closes first; what waits in the rows as far as there is room. */
  const pick = (lane: Lane, room: LaneRoom): number[] => {
    const freshMs = clock.now() + WINDOW_MS - FRESH_MS
    const known = [...lane.known].filter(([id]) => !lane.taken.has(id))
    known.sort(([, a], [, b]) => {
      const [isFresh, isOtherFresh] = [a.windowEndsMs >= freshMs, b.windowEndsMs >= freshMs]
      if (isFresh !== isOtherFresh) return isFresh ? -1 : 1
      return isFresh ? b.noted - a.noted : a.windowEndsMs - b.windowEndsMs || a.noted - b.noted
    })
    const wanted = known.slice(0, room.all).map(([id]) => id)
    for (let left = room.backlog; left > 0 && wanted.length < room.all && lane.backlog.length > 0;) {
      const id = lane.backlog.shift()
      if (id === undefined || lane.taken.has(id) || lane.known.has(id)) continue
      wanted.push(id)
      left -= 1
    }
    return wanted
  }

  const load = async (lane: Lane, wanted: number[], limit: number): Promise<OutboxRow[]> => {
    for (const id of wanted) lane.taken.add(id)
    const before = new Map(wanted.map((id) => [id, lane.known.get(id)]))
    for (const id of wanted) lane.known.delete(id)
    const { rows, unread } = await outboxRows.load({
      page: lane.pageId,
      conversations: wanted,
      limit,
      nowMs: clock.now(),
    })
    const found = new Map(rows.map((row) => [row.conversation, row]))
    for (const id of wanted) if (!found.has(id)) lane.taken.delete(id)
    for (const id of unread) {
      const windowEndsMs = found.get(id)?.windowEndsMs ?? before.get(id)?.windowEndsMs ?? 0
      if (!lane.known.has(id)) remember(lane, id, windowEndsMs)
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
      const begun = byConversation.get(row.conversation)
      if (begun !== undefined) {
        begun.replies.push(toReply(row))
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
      (lane) => isWaiting(lane) && !lane.held && !lane.reading && !inVain.has(lane),
    )
    const share = Math.max(1, Math.floor(limit / Math.max(1, readable.length)))
    let left = limit
    return readable.flatMap((lane) => {
      const count = Math.min(share, left, ofPage(room, lane.pageId))
      if (count <= 0) return []
      left -= count
      // Whoever was served goes to the end of the line.
      lanes.delete(lane.pageId)
      lanes.set(lane.pageId, lane)
      const backlog = room.backlog === undefined ? count : ofPage(room.backlog, lane.pageId)
      return [read(lane, { all: count, backlog }, toReply, inVain)]
    })
  }

  const letGo = (lane: Lane, entry: LiveConversation, more: boolean): void => {
    entry.notBeforeMs = 0
    lane.taken.delete(entry.conversation.id)
    live.leave(entry)
    if (more || lane.known.has(entry.conversation.id)) note(lane, entry.conversation)
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
      if (lane.held || lane.behind || lane.backlog.length > 0) return false
      if (lane.taken.has(id) || lane.known.has(id)) return false
      hold(lane, entry)
      return true
    },

    handOut: (conversation, replies) => claimOf(live.enter(conversation), replies),

    added: (conversation) => {
      note(laneOf(conversation.pageId), conversation)
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
      if (!held && isWaiting(lane)) wake()
    },

    returned: (pageIds) => {
      for (const pageId of new Set(pageIds)) {
        const lane = laneOf(pageId)
        fallBehind(lane)
        // Whoever holds one of its conversations leaves something behind when it lets go.
        for (const id of lane.taken) {
          if (!lane.known.has(id)) remember(lane, id, live.get(id)?.conversation.windowEndsMs ?? null)
        }
      }
    },

    hurry: (conversation) => delays.get(conversation)?.(),

    stop: () => {
      for (const end of delays.values()) end()
    },
  }
}

const isWaiting = ({ behind, backlog, known }: Lane): boolean =>
  behind || backlog.length > 0 || known.size > 0

const ofPage = ({ each, except }: Room, pageId: string): number => except.get(pageId) ?? each
