import type { AccountPage } from '../graph/graph.ts'
import { toRefusal } from './refusals.ts'

export type BootstrapStepName =
  'inspect' | 'exchange' | 'list' | 'prove' | 'save' | 'webhook' | 'subscribe' | 'read'

export interface BootstrapStep {
  name: BootstrapStepName
  /** `warned`: the step did less than was asked for, and the bootstrap goes on. `failed`: the bootstrap ends. */
  status: 'started' | 'done' | 'skipped' | 'warned' | 'failed'
  /** The Page it is about; null for a step about all of them. */
  pageId: string | null
  /** One line for a person, without secrets. */
  text: string
}

/** Runs one step and reports it. */
export type RunStep = ReturnType<typeof createReporter>

/** @param report - called with every step */
export const createReporter =
  (report: (step: BootstrapStep) => void) =>
  async <Result>(step: {
    name: BootstrapStepName
    /** Left out for a step about all Pages. */
    pageId?: string
    /** What begins now, as one line. */
    doing: string
    task: () => Promise<Result>
    /** What the step has done, as one line. */
    done: (result: Result) => string | { skipped: string } | { warned: string }
  }): Promise<Result> => {
    const { name, pageId = null, doing, task, done } = step
    report({ name, status: 'started', pageId, text: doing })
    try {
      const result = await task()
      const told = done(result)
      if (typeof told === 'string') report({ name, status: 'done', pageId, text: told })
      else if ('skipped' in told) report({ name, status: 'skipped', pageId, text: told.skipped })
      else report({ name, status: 'warned', pageId, text: told.warned })
      return result
    } catch (error) {
      const refusal = toRefusal(error)
      report({ name, status: 'failed', pageId, text: refusal instanceof Error ? refusal.message : doing })
      throw refusal
    }
  }

/** A Page's name and id, for a step's text. */
export const nameOfPage = ({ id, name }: Pick<AccountPage, 'id' | 'name'>): string => name ?? `Page ${id}`
