import type { SandboxClock } from '../../clock.ts'
import type { Rng } from '../../rng.ts'
import * as items from '../../webhooks/items.ts'
import type { World } from '../../world.ts'
import { openAccountLink } from '../account-link.ts'
import type { Acts } from './acts.ts'
import type { Steps } from './steps.ts'

/** The actions of opting in to marketing messages, and of linking an account. */
export const consentActs = (deps: {
  world: World
  clock: SandboxClock
  rng: Rng
  steps: Steps
  origin: () => string
}): Acts<'optin' | 'account_linking' | 'account_link'> => {
  const {
    world,
    clock,
    rng,
    steps: { tell },
    origin,
  } = deps

  return {
    optin: (page, psid, { payload, title, status }) => {
      const known = [...world.optIns].find(([, one]) => one.pageId === page.id && one.psid === psid)
      const token = known?.[0] ?? rng.digits(18)
      const stopped = status === 'stop'
      if (status !== undefined && !known) return { problem: 'The visitor has not opted in yet.' }
      world.optIns.set(token, { pageId: page.id, psid, stopped })
      const toItem = (ends: items.Ends) =>
        items.event(ends, 'messaging_optins', {
          optin: {
            type: 'notification_messages',
            payload,
            notification_messages_token: token,
            notification_messages_timezone: 'UTC',
            token_expiry_timestamp: ends.atMs + OPT_IN_LIFE_MS,
            user_token_status: known ? 'REFRESHED' : 'NOT_REFRESHED',
            title,
            ...(status !== undefined && {
              notification_messages_status: stopped ? 'STOP NOTIFICATIONS' : 'RESUME NOTIFICATIONS',
            }),
          },
        })
      return tell(page, psid, toItem, { opens: true })
    },

    account_linking: (page, psid, { authorizationCode: code }) => {
      const content = {
        account_linking:
          code === null ? { status: 'unlinked' } : { status: 'linked', authorization_code: code },
      }
      return tell(page, psid, (ends) => items.event(ends, 'messaging_account_linking', content))
    },

    account_link: (page, psid, { url }) =>
      openAccountLink(world, { rng, origin: origin(), nowMs: clock.nowMs() }, page, psid, url),
  }
}

/** An opt-in is good for about a year. */
const OPT_IN_LIFE_MS = 365 * 24 * 3600_000
