import { createBoundedMap } from '../base/bounded-map.ts'
import { createListeners } from '../base/listeners.ts'
import type { Log } from '../base/logger.ts'
import { randomBytes } from 'node:crypto'
import type { Clock } from '../base/clock.ts'
import { BotError } from '../base/errors.ts'
import type { BootstrappedPage } from '../token/finish.ts'
import type { ReachedPage } from '../token/pages.ts'
import type { BootstrapStep } from '../token/steps.ts'
import type { Repair, RepairView } from './repair.ts'
import type { SharedRepairs } from './shared-repairs.ts'

/** Runs repairs with new user tokens in the background. */
export interface Repairs {
  begin: (order: RepairOrder) => Repair
  /** The repair of that id, if this session began it; it may run on another instance. */
  get: (session: string, id: string) => Promise<Repair | null>
  /** Ends the repairs that wait for a choice. */
  stop: () => void
}

export interface RepairOrder {
  session: string
  /** See {@link newRepairId}. */
  id: string
  /** The Pages to mend. If empty, it is the token's only Page, or the operator chooses. */
  pageIds: readonly string[]
  /** The Pages that are ticked in advance when the operator has to choose. */
  likely: readonly string[]
  /** Whether no Page has a token yet. */
  isFirst: boolean
  /** The number of waiting replies now, by Page. */
  waiting: ReadonlyMap<string, number>
  /** The user token. If it has to be fetched, the fetch is the first step, with the texts `doing` and `done`. */
  userToken: string | { doing: string; done: string; fetch: () => Promise<string> }
}

type ChoosablePage = Pick<ReachedPage, 'id' | 'name' | 'unusable'>

/** Runs a bootstrap; plugins/bootstrap.ts provides it. */
export type RunBootstrap = (request: {
  userToken: string
  pageIds?: readonly string[]
  choose: (pages: ChoosablePage[]) => Promise<string[]>
  report: (step: BootstrapStep) => void
}) => Promise<BootstrappedPage[]>

const CHOICE_MS = 10 * 60_000
const KEPT = 20

export const newRepairId = (): string => randomBytes(12).toString('base64url')

export const createRepairs = (deps: {
  bootstrap: RunBootstrap
  shared: SharedRepairs
  clock: Pick<Clock, 'after'>
  log: Pick<Log, 'error'>
}): Repairs => {
  const repairs = createBoundedMap<string, { session: string; repair: Repair; stop: () => void }>(
    KEPT,
    ({ stop }) => stop(),
  )

  return {
    begin: (order) => {
      const { session, id } = order
      const { repair: own, stop } = createRepair(deps, order)
      const showing = deps.shared.show(session, own)
      // `settled` waits until the repair is stored, because the browser's next request may reach another instance.
      const repair: Repair = { ...own, settled: () => own.settled().then(showing.isShown) }
      repairs.set(id, {
        session,
        repair,
        stop: () => {
          stop()
          showing.stop()
        },
      })
      return repair
    },
    get: async (session, id) => {
      const known = repairs.get(id)
      if (known === undefined) return deps.shared.find(session, id)
      return known.session === session ? known.repair : null
    },
    stop: () => {
      for (const { stop } of repairs.values()) stop()
    },
  }
}

const createRepair = (
  { bootstrap, clock, log }: Pick<Parameters<typeof createRepairs>[0], 'bootstrap' | 'clock' | 'log'>,
  { id, pageIds, likely, isFirst, waiting, userToken }: RepairOrder,
): { repair: Repair; stop: () => void } => {
  const view: RepairView = {
    is: 'running',
    steps: [],
    choices: [],
    pages: [],
    waited: 0,
    isFirst,
    failure: null,
  }
  const changes = createListeners()
  let answer: ((pageIds: string[]) => void) | null = null
  let cancelWait = (): void => undefined

  const report = ({ status, text }: Pick<BootstrapStep, 'status' | 'text'>): void => {
    // Only the last step can be running, so the end of a step replaces it. The reason of a failure is shown only once, as the
    // outcome.
    const begun = view.steps.at(-1)?.status === 'started' ? view.steps.pop() : undefined
    view.steps.push({ status, text: status === 'failed' && begun ? begun.text : text })
    changes.tell()
  }

  const choose = (pages: ChoosablePage[]): Promise<string[]> =>
    new Promise((resolve) => {
      const isLikely = ({ id, unusable }: ChoosablePage): boolean => unusable === null && likely.includes(id)
      const anyLikely = pages.some(isLikely)
      view.is = 'choosing'
      view.choices = pages.map((page) => ({
        id: page.id,
        name: page.name ?? 'unnamed',
        likely: anyLikely ? isLikely(page) : page.unusable === null,
        unusable: page.unusable,
      }))
      answer = (chosen) => {
        answer = null
        cancelWait()
        view.is = 'running'
        view.choices = []
        changes.tell()
        resolve(chosen)
      }
      // Limits the wait, so that the token does not stay in memory after the operator has left.
      cancelWait = clock.after(CHOICE_MS, () => answer?.([]))
      changes.tell()
    })

  const fetchToken = async (): Promise<string> => {
    if (typeof userToken === 'string') return userToken
    report({ status: 'started', text: userToken.doing })
    const token = await userToken.fetch().catch((error: unknown) => {
      report({ status: 'failed', text: userToken.doing })
      throw error
    })
    report({ status: 'done', text: userToken.done })
    return token
  }

  const run = async (): Promise<void> => {
    try {
      const token = await fetchToken()
      view.pages = await bootstrap({
        userToken: token,
        choose,
        report,
        ...(pageIds.length > 0 && { pageIds }),
      })
      view.waited = view.pages.reduce((sum, page) => sum + (waiting.get(page.id) ?? 0), 0)
      view.is = 'done'
    } catch (error) {
      view.is = 'failed'
      view.failure = failureOf(error)
      if (!(error instanceof BotError)) log.error({ err: error }, 'a repair in the console failed')
    }
    changes.tell()
  }

  const repair: Repair = {
    id,
    view: () => ({ ...view, steps: [...view.steps] }),
    choose: async (chosen) =>
      answer?.(view.choices.flatMap((page) => (chosen.includes(page.id) ? [page.id] : []))),
    onChange: changes.add,
    settled: () =>
      new Promise((resolve) => {
        const look = (): void => {
          if (view.is === 'running') return
          stop()
          resolve()
        }
        const stop = changes.add(look)
        look()
      }),
  }
  void run()
  return { repair, stop: () => answer?.([]) }
}

const failureOf = (error: unknown): NonNullable<RepairView['failure']> =>
  error instanceof BotError
    ? { code: error.code, what: error.message, remedy: error.remedy ?? null }
    : {
        code: 'BOT_INTERNAL',
        what: 'That failed for an unexpected reason; the log has it.',
        remedy: null,
      }
