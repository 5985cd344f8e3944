import type { Log } from '../base/logger.ts'
import { createPump } from '../base/pump.ts'
import type { Instances } from '../base/duty.ts'
import type { Records } from '../store/records.ts'
import type { Roster } from '../store/roster.ts'
import type { Repair, RepairView } from './repair.ts'

/** Shares the steps and the outcome of repairs between instances, never the token. */
export interface SharedRepairs {
  /** Shares a repair that runs on this instance, and passes it a choice that was made on another instance. */
  show: (session: string, repair: Repair) => Showing
  /** A repair that runs or ran on another instance; null if this session began none of that id. */
  find: (session: string, id: string) => Promise<Repair | null>
}

export interface Showing {
  /** Resolves when the present state is stored for other instances, or could not be stored. */
  isShown: () => Promise<void>
  stop: () => void
}

export interface SharedRepairsDeps {
  records: Pick<Records, 'get' | 'put' | 'take'>
  instances: Instances
  roster: Pick<Roster, 'self' | 'isLiving'>
  log: Pick<Log, 'warn'>
}

interface Shown {
  session: string
  /** The id of the instance that runs the repair. */
  by: string
  view: RepairView
}

const KIND = 'repair'
const CHOICES = 'repair-choice'
const TOPIC = 'repairs'
const SHOWN_FOR_MS = 60 * 60_000
const CHOSEN_FOR_MS = 10 * 60_000

export const createSharedRepairs = (deps: SharedRepairsDeps): SharedRepairs => {
  const { records, instances, roster, log } = deps
  const warn = (error: unknown): void => log.warn({ err: error }, 'a repair could not be shown everywhere')

  const show: SharedRepairs['show'] = (session, repair) => {
    const pump = createPump({
      run: async () => {
        const shown: Shown = { session, by: roster.self, view: repair.view() }
        await records.put({ kind: KIND, id: repair.id, data: JSON.stringify(shown), forMs: SHOWN_FOR_MS })
        instances.tell(TOPIC)
      },
      onError: warn,
    })
    const heedChoice = async (): Promise<void> => {
      if (repair.view().is !== 'choosing') return
      const chosen = await records.get(CHOICES, repair.id)
      if (chosen === null) return
      await repair.choose(JSON.parse(chosen.data) as string[])
      // The choice is removed only after the new state is stored, so that no instance asks for the choice again.
      await pump.idle()
      await records.take(CHOICES, repair.id)
    }
    const stops = [repair.onChange(pump.wake), instances.onTold(TOPIC, () => void heedChoice().catch(warn))]
    pump.wake()
    return {
      isShown: pump.idle,
      stop: () => {
        for (const stop of stops) stop()
      },
    }
  }

  const read = async (session: string, id: string): Promise<RepairView | null> => {
    const record = await records.get(KIND, id)
    if (record === null) return null
    const { session: owner, by, view } = JSON.parse(record.data) as Shown
    if (owner !== session) return null
    const isOver = view.is === 'done' || view.is === 'failed'
    // If this instance ran the repair, it would know it; so the record is of an earlier run.
    if (!isOver && (by === roster.self || !roster.isLiving(by))) return { ...view, ...CUT_OFF }
    const isChosen = view.is === 'choosing' && (await records.get(CHOICES, id)) !== null
    return isChosen ? { ...view, ...CHOSEN } : view
  }

  return {
    show,
    find: async (session, id) => {
      let view = await read(session, id)
      if (view === null) return null
      const onChange: Repair['onChange'] = (listener) => {
        const look = async (): Promise<void> => {
          const before = JSON.stringify(view)
          view = (await read(session, id)) ?? view
          if (JSON.stringify(view) !== before) listener()
        }
        return instances.onTold(TOPIC, () => void look().catch(warn))
      }
      const now = (): RepairView => view as RepairView
      return {
        id,
        view: now,
        choose: async (pageIds) => {
          await records.put({ kind: CHOICES, id, data: JSON.stringify(pageIds), forMs: CHOSEN_FOR_MS })
          if (now().is === 'choosing') view = { ...now(), ...CHOSEN }
          instances.tell(TOPIC)
        },
        onChange,
        settled: () =>
          new Promise((resolve) => {
            const look = (): void => {
              if (now().is === 'running') return
              stop()
              resolve()
            }
            const stop = onChange(look)
            look()
          }),
      }
    },
  }
}

/** The state after the choice, until the instance that runs the repair stores a new one. */
const CHOSEN = { is: 'running', choices: [] } as const satisfies Partial<RepairView>

const CUT_OFF = {
  is: 'failed',
  choices: [],
  failure: {
    code: 'BOT_INTERNAL',
    what: 'The instance that carried it out has stopped meanwhile.',
    remedy: 'Start it again from the overview.',
  },
} as const satisfies Partial<RepairView>
