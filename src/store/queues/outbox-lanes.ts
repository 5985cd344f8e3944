import type { Clock } from '../../base/clock.ts'
import type { ClaimId, Conversation, OutboxClaim, OutboxRoom, StoredReply } from '../store.ts'
import type { KeptPages, Tenure } from './kept-pages.ts'
import type { LiveConversation, LiveConversations } from './live-conversations.ts'
import { createLane, type Lane } from './outbox-lane.ts'
import { conversationOf, type OutboxRow, type OutboxRows } from './rows.ts'

/**
 * The claims on the outbox, with one lane for each kept Page, so that no Page waits for another. Knows which conversation is handed out,
 * the outcome of its replies, and its delay. Fresh replies of an idle conversation never wait in a lane: they are handed out as they are
 * stored.
 */
export interface OutboxLanes {
  /** Claims the conversation for replies about to be stored; false when other replies of it wait. */
  reserve: (conversation: Readonly<Conversation>) => boolean
  /** Completes a {@link reserve} with the stored replies. */
  handOut: (entry: LiveConversation, replies: StoredReply[]) => OutboxClaim
  /** Replies were stored and left waiting. */
  added: (conversation: Readonly<Conversation>) => void
  claim: (limit: number, room: OutboxRoom, toReply: (row: OutboxRow) => StoredReply) => Promise<OutboxClaim[]>
  /** The tenure of the claim; null for a void or released claim. */
  tenureOf: (claim: OutboxClaim) => Tenure | null
  /** The reply has an outcome; `stays` when it is still to be sent. */
  finished: (claim: OutboxClaim, reply: StoredReply, stays: boolean) => void
  /** Resolves when the untried replies are durably handed back. */
  release: (claim: OutboxClaim, notBeforeMs?: number) => Promise<void>
  /** Replies came back into the rows; their conversations are not known. */
  returned: (pageIds: Iterable<string>) => void
  /** Ends a delay, because its reason has passed. */
  hurry: (conversation: number) => void
  pause: (pageId: string, paused: boolean) => void
  /** The Page was taken: nothing is known of its rows yet. */
  taken: (pageId: string) => void
  /** Hands out nothing more of the Page. */
  leave: (pageId: string) => void
  /** Voids the claim of the conversation, whose Page has no lane any more. */
  lose: (entry: LiveConversation) => void
  stop: () => void
}

interface OpenClaim {
  entry: LiveConversation
  /** Replies without an outcome, by sequence number. */
  untouched: Map<number, StoredReply>
  /** Whether replies of this claim stay in the rows. */
  leaves: boolean
}

export const createOutboxLanes = (deps: {
  rows: OutboxRows
  pages: Pick<KeptPages, 'tenureOf'>
  live: LiveConversations
  clock: Clock
  wake: () => void
}): OutboxLanes => {
  const { rows, pages, live, clock, wake } = deps
  /** In the order of service, the Page served last at the end. */
  const lanes = new Map<string, Lane>()
  const open = new Map<ClaimId, OpenClaim>()
  /** Paused Pages, kept or not. */
  const pausedPages = new Set<string>()
  /** Conversations given back with a delay; calling `end` ends the delay. */
  const delays = new Map<number, { end: () => void; cancel: () => void }>()

  /** Undefined for a Page that is not kept. */
  const laneOf = (pageId: string, behind = false): Lane | undefined => {
    const known = lanes.get(pageId)
    const tenure = pages.tenureOf(pageId)
    if (known !== undefined || tenure === null) return known
    const lane = createLane({ pageId, tenure, rows, clock, wake, behind, paused: pausedPages.has(pageId) })
    lanes.set(pageId, lane)
    return lane
  }
  for (const pageId of rows.pagesWaiting) laneOf(pageId, true)

  const claimOf = (entry: LiveConversation, replies: StoredReply[]): OutboxClaim => {
    const id = entry.outboxClaim ?? live.nextClaim()
    open.set(id, { entry, untouched: new Map(replies.map((reply) => [reply.seq, reply])), leaves: false })
    const { maySend, takenMs } = entry.tenure
    return { id, conversation: { ...entry.conversation }, replies, maySend, takenMs }
  }

  const claimsOf = (
    lane: Lane,
    found: OutboxRow[],
    toReply: (row: OutboxRow) => StoredReply,
  ): OutboxClaim[] => {
    const { pageId, tenure } = lane
    // The Page was given away during the read. Its next keeper finds the replies in doubt.
    if (lanes.get(pageId) !== lane) return []
    const byConversation = new Map<number, { entry: LiveConversation; replies: StoredReply[] }>()
    for (const row of found) {
      const begun = byConversation.get(row.conversation)
      if (begun !== undefined) {
        begun.replies.push(toReply(row))
        continue
      }
      const entry = live.enter(conversationOf(pageId, row), tenure)
      entry.outboxClaim = live.nextClaim()
      byConversation.set(row.conversation, { entry, replies: [toReply(row)] })
    }
    return [...byConversation.values()].map(({ entry, replies }) => claimOf(entry, replies))
  }

  /** Reads the lanes that may have replies, each up to its fair share of `limit`. */
  const readLanes = (
    limit: number,
    room: OutboxRoom,
    /** Lanes without a conversation to hand out now; the function adds to it. */
    inVain: Set<Lane>,
  ): Promise<{ lane: Lane; found: OutboxRow[] }>[] => {
    const readable = [...lanes.values()].filter((lane) => lane.isReadable() && !inVain.has(lane))
    const share = Math.max(1, Math.floor(limit / Math.max(1, readable.length)))
    let left = limit
    return readable.flatMap((lane) => {
      const { pageId } = lane
      const ofPage = room.except.get(pageId) ?? room.each
      const all = Math.min(share, left, ofPage.all)
      if (all <= 0) return []
      left -= all
      lanes.delete(pageId)
      lanes.set(pageId, lane)
      return [
        lane.read({ ...ofPage, all }).then((found) => {
          if (found === null) inVain.add(lane)
          return { lane, found: found ?? [] }
        }),
      ]
    })
  }

  const letGo = (entry: LiveConversation, more: boolean): void => {
    entry.notBeforeMs = 0
    live.leave(entry)
    lanes.get(entry.conversation.pageId)?.letGo(entry.conversation, more)
  }

  const delay = (entry: LiveConversation, notBeforeMs: number, waitMs: number): void => {
    entry.notBeforeMs = notBeforeMs
    const end = (): void => {
      delays.delete(entry.conversation.id)
      cancel()
      letGo(entry, true)
    }
    const cancel = clock.after(waitMs, end)
    delays.set(entry.conversation.id, { end, cancel })
  }

  return {
    reserve: (conversation) => {
      const lane = laneOf(conversation.pageId)
      if (lane?.takeFresh(conversation.id) !== true) return false
      const entry = live.enter(conversation, lane.tenure)
      entry.outboxClaim = live.nextClaim()
      return true
    },

    handOut: claimOf,

    added: (conversation) => laneOf(conversation.pageId)?.note(conversation),

    claim: async (limit, room, toReply) => {
      // One read can come back empty while there is still work. Repeat until a conversation is claimed, or no lane has one to hand out.
      const inVain = new Set<Lane>()
      for (;;) {
        const reads = readLanes(limit, room, inVain)
        if (reads.length === 0) return []
        const claims = (await Promise.all(reads)).flatMap(({ lane, found }) => claimsOf(lane, found, toReply))
        if (claims.length > 0) return claims
      }
    },

    tenureOf: (claim) => open.get(claim.id)?.entry.tenure ?? null,

    finished: (claim, reply, stays) => {
      const state = open.get(claim.id)
      if (state === undefined) return
      state.untouched.delete(reply.seq)
      if (stays) state.leaves = true
    },

    release: async (claim, notBeforeMs = 0) => {
      const state = open.get(claim.id)
      if (state === undefined) return
      const { entry } = state
      const { id: conversation, pageId: page } = claim.conversation
      const { fence } = entry.tenure
      open.delete(claim.id)
      entry.outboxClaim = null
      const untouched = [...state.untouched.values()]
      const seqs = untouched.filter((reply) => reply.doubtSinceMs === null).map(({ seq }) => seq)
      const handedBack = seqs.length > 0 ? rows.handBack({ page, fence, conversation, seqs }) : null
      const more = state.leaves || untouched.length > 0
      const waitMs = notBeforeMs - clock.now()
      if (waitMs > 0 && more && !entry.forgotten) delay(entry, notBeforeMs, waitMs)
      else letGo(entry, more)
      await handedBack
    },

    pause: (pageId, paused) => {
      if (paused) pausedPages.add(pageId)
      else pausedPages.delete(pageId)
      lanes.get(pageId)?.pause(paused)
    },

    taken: (pageId) => {
      laneOf(pageId, true)
      wake()
    },

    leave: (pageId) => {
      lanes.delete(pageId)
      for (const [id, { cancel }] of delays) {
        const entry = live.get(id)
        if (entry?.conversation.pageId !== pageId) continue
        cancel()
        delays.delete(id)
        entry.notBeforeMs = 0
        live.leave(entry)
      }
    },

    lose: (entry) => {
      if (entry.outboxClaim !== null) open.delete(entry.outboxClaim)
    },

    returned: (pageIds) => {
      for (const pageId of new Set(pageIds))
        laneOf(pageId)?.returned((id) => live.get(id)?.conversation.windowEndsMs ?? null)
    },

    hurry: (conversation) => delays.get(conversation)?.end(),

    stop: () => {
      for (const { end } of delays.values()) end()
    },
  }
}
