import type { Log } from '../base/logger.ts'
import type { KeptRecord, Records } from '../store/records.ts'
import type { OpenNeed } from './needs.ts'
import type { Notice } from './notice.ts'
import { createInTurn } from '../base/in-turn.ts'

/** The sent and the unsent notices. They are stored so that neither a restart nor another head sends one twice. */
export interface Told {
  /** The open needs that the operator knows of. */
  needs: OpenNeed[]
  /** Needs among them that were mended since the first notice; empty when all is well. */
  mended: OpenNeed[]
  /** When the next reminder is due, ms since the epoch, and how long after the notice before it; null while nothing is open. */
  reminder: { dueMs: number; afterMs: number } | null
  /** Notices that a channel has not taken yet, in their order. */
  unsent: Unsent[]
}

export interface Unsent {
  id: string
  /** {@link ./channels/channels.ts OpenChannel.name} */
  channel: string
  notice: Notice
}

export interface AlertBook {
  /** The state as it was last read or written. */
  told: () => Told
  /** Reads the state that another head has written. */
  read: () => Promise<void>
  /**
   * Applies `edit` to the newest state and stores the result before a notice goes out. If the database takes no write, the book keeps the
   * change in memory: an alert does not wait for a disk.
   *
   * @param edit - may be called again, when another instance has written in between; returning null changes nothing
   */
  change: (edit: (told: Told) => Told | null) => Promise<void>
}

const KIND = 'alerts'
const ID = 'told'
const NOTHING: Told = { needs: [], mended: [], reminder: null, unsent: [] }

export const createAlertBook = (deps: {
  records: Pick<Records, 'get' | 'put'>
  log: Pick<Log, 'warn'>
}): AlertBook => {
  const { records, log } = deps
  let now = NOTHING
  let version: number | null = null
  const inTurn = createInTurn()

  const take = (record: KeptRecord | null): void => {
    version = record?.version ?? null
    now = record === null ? NOTHING : (JSON.parse(record.data) as Told)
  }

  const change = async (edit: (told: Told) => Told | null): Promise<void> => {
    for (;;) {
      const wanted = edit(now)
      if (wanted === null) return
      const data = JSON.stringify(wanted)
      try {
        const written = await records.put({ kind: KIND, id: ID, data, ifVersion: version })
        if (written !== null) {
          ;[version, now] = [written, wanted]
          return
        }
        take(await records.get(KIND, ID))
      } catch (error) {
        log.warn(
          { err: error },
          'what the operator was told could not be kept: a restart now may tell it again',
        )
        now = wanted
        return
      }
    }
  }

  return {
    told: () => now,
    read: () => inTurn(async () => take(await records.get(KIND, ID))),
    change: (edit) => inTurn(() => change(edit)),
  }
}
