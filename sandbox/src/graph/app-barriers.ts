import type { SandboxParts } from '../parts.ts'
import type { Call } from './call.ts'
import { GraphFailure } from './failure.ts'

/** Refusals that concern the app as a whole, for every edge (docs/messenger-platform.md#m). */
export const checkApp = (parts: SandboxParts, call: Call): void => {
  const { ipBlocked, appDeactivated } = parts.trouble
  if (!(ipBlocked || appDeactivated) || !concernsOwnApp(parts, call)) return
  if (ipBlocked) throw new GraphFailure({ message: '(#5) Unauthorized source IP address', code: 5 })
  throw new GraphFailure({
    message: '(#200) API access deactivated. To reactivate, go to the app dashboard.',
    code: 200,
  })
}

/** Whether a call is by the sandbox's own app; calls of the second app are not affected. */
const concernsOwnApp = ({ settings, tokens }: SandboxParts, { token, params }: Call): boolean => {
  const given = token ?? ''
  const appId = tokens.find(given)?.session.appId ?? /^(\d+)\|/.exec(given)?.[1] ?? params['client_id']
  return appId === undefined || appId === settings.appId
}
