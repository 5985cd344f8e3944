import type { Config } from '../base/settings.ts'
import type { CheckResult } from './check-result.ts'

/** One link of the chain from a visitor's message to the bot's answer. */
export interface Check {
  /** Unique and stable, because scripts use it. */
  id: string
  /** The Page that the check is about; null for the bot as a whole. */
  pageId: string | null
  /** The heading in the report. */
  section: string
  title: string
  /** The settings that it reads; if one of them is invalid, the check is skipped. */
  settings: readonly (keyof Config)[]
  /** Ids of checks that must not have failed. Ids that are not part of the run are ignored. */
  after: readonly string[]
  run: (settings: Config) => CheckResult | Promise<CheckResult>
}

export interface CheckPlan<Name extends keyof Config> {
  id: string
  pageId?: string
  section: string
  title: string
  settings?: readonly Name[]
  after?: readonly string[]
  run: (settings: Pick<Config, Name>) => CheckResult | Promise<CheckResult>
}

/** Makes a check whose `run` gets only the settings that the plan names. */
export const check = <Name extends keyof Config = never>(plan: CheckPlan<Name>): Check => ({
  id: plan.id,
  pageId: plan.pageId ?? null,
  section: plan.section,
  title: plan.title,
  settings: plan.settings ?? [],
  after: plan.after ?? [],
  run: plan.run,
})
