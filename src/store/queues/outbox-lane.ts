import type { Clock } from '../../base/clock.ts'
import type { Conversation, PageRoom } from '../store.ts'
import type { Tenure } from './kept-pages.ts'
import type { OutboxRow, OutboxRows } from './rows.ts'
import { STANDARD_WINDOW_MS } from '../../channel/messenger.ts'

/**
 * What one Page's conversations with waiting replies are to the store. Replies wait in the rows; a lane knows of which
 * conversations, up to a bound. Beyond it, and after a start, it is `behind`: the rows have others.
 *
 * ```
 *           note                read                 letGo, more waits
 *  unknown ------> known ----------------> taken ------------------------> known
 *     |                                     ^  |
 *     +-- lookUp --> backlog ---- read -----+  +--- letGo, nothing waits --> unknown
 *     +-- takeFresh ------------------------+
 * ```
 */
export interface Lane {
  pageId: string
  tenure: Tenure
  /** Whether a read may find a conversation now. */
  isReadable: () => boolean
  /** Claims a conversation for replies about to be stored; false when other replies of it wait. */
  takeFresh: (conversation: number) => boolean
  /**
   * Claims waiting conversations, and reads their replies, which may have been sent in between.
   *
   * @returns null when no conversation can be claimed now
   */
  read: (room: PageRoom) => Promise<OutboxRow[] | null>
  /** The conversation has replies in the rows. */
  note: (conversation: Waiting) => void
  letGo: (conversation: Waiting, more: boolean) => void
  /** While the lane is paused its rows are not read. */
  pause: (paused: boolean) => void
  /** Replies came back into the rows; their conversations are not known. */
  returned: (windowEndsMs: (conversation: number) => number | null) => void
}

type Waiting = Pick<Conversation, 'id' | 'windowEndsMs'>

interface Known {
  windowEndsMs: number
  /** Rises with time. */
  noted: number
}

const MOST_KNOWN = 1024
/** How long ago a visitor may have written to count as still there. Ends of windows are stored up to a minute early. */
const FRESH_MS = 3 * 60 * 1000

export const createLane = (deps: {
  pageId: string
  tenure: Tenure
  rows: Pick<OutboxRows, 'load' | 'waiting'>
  clock: Pick<Clock, 'now'>
  /** Called when there may be something to read. */
  wake: () => void
  /** Whether the rows have replies of conversations that are unknown here. */
  behind: boolean
  paused: boolean
}): Lane => {
  const { pageId, tenure, rows: outboxRows, clock, wake } = deps
  /** The latest at the end. */
  const known = new Map<number, Known>()
  /** Conversations found in the rows, the window that closes first at the beginning. They may have been sent since. */
  let backlog: number[] = []
  let { behind, paused } = deps
  /** How often the lane fell behind: a look at the rows that began before the last time may lack what it fell behind for. */
  let falls = 0
  let reading = false
  let notes = 0
  /** Claimed, delayed, or being read. */
  const taken = new Set<number>()

  const isWaiting = (): boolean => behind || backlog.length > 0 || known.size > 0

  const fallBehind = (): void => {
    behind = true
    falls += 1
    if (!paused) wake()
  }

  const remember = (id: number, windowEndsMs: number | null): void => {
    known.delete(id)
    known.set(id, { windowEndsMs: windowEndsMs ?? Number.POSITIVE_INFINITY, noted: ++notes })
    if (known.size > MOST_KNOWN) forgetOldest()
  }

  /** A look at the rows skips claimed conversations: only this process knows that more of them waits. */
  const forgetOldest = (): void => {
    for (const id of known.keys()) {
      if (taken.has(id)) continue
      known.delete(id)
      return fallBehind()
    }
  }

  const note: Lane['note'] = ({ id, windowEndsMs }) => {
    remember(id, windowEndsMs)
    if (!paused) wake()
  }

  /** Reads which other conversations wait in the rows. */
  const lookUp = async (): Promise<void> => {
    const fallsBefore = falls
    backlog = await outboxRows.waiting({
      page: pageId,
      except: [...taken, ...known.keys()],
      limit: MOST_KNOWN,
    })
    if (backlog.length < MOST_KNOWN && falls === fallsBefore) behind = false
  }

  /** Visitors who have just written first, then the window that closes first; older replies as far as there is room. */
  const pick = (room: PageRoom): number[] => {
    const freshMs = clock.now() + STANDARD_WINDOW_MS - FRESH_MS
    const isFresh = ({ windowEndsMs }: Known): boolean => windowEndsMs >= freshMs
    const ready = [...known].filter(([id]) => !taken.has(id))
    const fresh = ready.filter(([, one]) => isFresh(one)).sort(([, a], [, b]) => b.noted - a.noted)
    const others = ready.filter(([, one]) => !isFresh(one))
    others.sort(([, a], [, b]) => a.windowEndsMs - b.windowEndsMs || a.noted - b.noted)
    const wanted = fresh.slice(0, room.all).map(([id]) => id)
    const most = Math.min(room.all, wanted.length + Math.max(0, room.waiting))
    wanted.push(...others.slice(0, most - wanted.length).map(([id]) => id))
    for (let left = room.backlog; left > 0 && wanted.length < most && backlog.length > 0;) {
      const id = backlog.shift()
      if (id === undefined || taken.has(id) || known.has(id)) continue
      wanted.push(id)
      left -= 1
    }
    return wanted
  }

  const load = async (wanted: number[], limit: number): Promise<OutboxRow[]> => {
    const before = new Map(wanted.map((id) => [id, known.get(id)]))
    for (const id of wanted) {
      taken.add(id)
      known.delete(id)
    }
    const { rows, unread } = await outboxRows
      .load({ page: pageId, fence: tenure.fence, conversations: wanted, limit, nowMs: clock.now() })
      .catch((error: unknown) => {
        for (const id of wanted) {
          taken.delete(id)
          if (!known.has(id)) remember(id, before.get(id)?.windowEndsMs ?? null)
        }
        throw error
      })
    const found = new Map(rows.map((row) => [row.conversation, row]))
    for (const id of wanted) if (!found.has(id)) taken.delete(id)
    for (const id of unread) {
      const windowEndsMs = found.get(id)?.windowEndsMs ?? before.get(id)?.windowEndsMs ?? 0
      if (!known.has(id)) remember(id, windowEndsMs)
    }
    return rows
  }

  return {
    pageId,
    tenure,
    isReadable: () => isWaiting() && !paused && !reading,
    takeFresh: (id) => {
      if (paused || behind || backlog.length > 0 || taken.has(id) || known.has(id)) return false
      taken.add(id)
      return true
    },
    read: async (room) => {
      reading = true
      try {
        if (room.backlog > 0 && behind && backlog.length === 0) await lookUp()
        const wanted = pick(room)
        return wanted.length === 0 ? null : await load(wanted, room.all)
      } finally {
        reading = false
      }
    },
    note,
    letGo: (conversation, more) => {
      taken.delete(conversation.id)
      if (more || known.has(conversation.id)) note(conversation)
    },
    pause: (isPaused) => {
      paused = isPaused
      if (!paused && isWaiting()) wake()
    },
    returned: (windowEndsMs) => {
      fallBehind()
      // A claimed conversation has replies left when it is released.
      for (const id of taken) if (!known.has(id)) remember(id, windowEndsMs(id))
    },
  }
}
