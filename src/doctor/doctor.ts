import { alertChecks } from './checks/alerts.ts'
import { callbackChecks } from './checks/callback.ts'
import type { Check } from './check.ts'
import { facebookChecks } from './checks/facebook.ts'
import { machineChecks } from './checks/machine.ts'
import { noticedChecks } from './checks/noticed.ts'
import { pageChecks } from './checks/page.ts'
import { tokenChecks } from './checks/tokens.ts'
import type { DoctorContext } from './context.ts'
import type { ReadSettings } from './settings.ts'

/** All checks, in the order in which an operator mends faults. */
export const allChecks = (context: DoctorContext, settings: ReadSettings): Check[] => [
  ...machineChecks(context, settings),
  ...tokenChecks(context),
  ...facebookChecks(context),
  ...callbackChecks(context),
  ...noticedChecks(context),
  ...pageChecks(context),
  ...alertChecks(context),
]
