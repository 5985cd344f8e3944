import type { Config } from '../base/settings.ts'
import type { CheckResult } from './check-result.ts'

/** One link of the chain from a visitor's message to the bot's answer. */
export interface Check {
  /** Unique; what scripts go by. */
  id: string
  /** The Page it is about; null for the bot as a whole. */
  pageId: string | null
  /** Under which heading it stands. */
  section: string
  title: string
  /** Settings it reads: while one of them cannot be read, the check is skipped. */
  settings: readonly (keyof Config)[]
  /** Ids of checks that must not have failed. Those that are not part of the run are disregarded. */
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

/** A check that sees no setting but those it names. */
export const check = <Name extends keyof Config = never>(plan: CheckPlan<Name>): Check => ({
  id: plan.id,
  pageId: plan.pageId ?? null,
  section: plan.section,
  title: plan.title,
  settings: plan.settings ?? [],
  after: plan.after ?? [],
  run: plan.run,
})
