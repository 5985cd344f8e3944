import type { SandboxClock } from '../clock.ts'
import type { Rng } from '../rng.ts'
import * as items from '../webhooks/items.ts'
import { findConversation, openConversation, type Page, type World } from '../world.ts'
import type { PageSide } from './page-side.ts'
import type { Routing } from './routing.ts'
import type { Telling } from './telling.ts'
import { NO_MESSAGE, type Act, type Acted, type Actions, type ActionType, type Acts } from './visitor/acts.ts'
import { arrivalActs } from './visitor/arrivals.ts'
import { consentActs } from './visitor/consents.ts'
import { messageActs } from './visitor/messages.ts'
import { createSteps } from './visitor/steps.ts'
import { wallActs } from './visitor/wall.ts'

/** The actions of the visitors. */
export const createVisitorSide = (deps: {
  world: World
  clock: SandboxClock
  rng: Rng
  routing: Routing
  telling: Telling
  pageSide: PageSide
  newMid: () => string
  origin: () => string
}): Act => {
  const { world, rng, telling, pageSide } = deps
  const steps = createSteps(deps)

  const acts: Acts<ActionType> = {
    ...messageActs({ ...deps, steps }),
    ...arrivalActs({ ...deps, steps }),
    ...consentActs({ ...deps, steps }),
    ...wallActs(deps),

    block: (page, psid, { blocked }) => {
      const conversation = openConversation(world, rng, page.id, psid)
      conversation.blocked = blocked
      telling.conversation(conversation)
      return NO_MESSAGE
    },
    presence: (_page, psid, { presence }) => {
      pageSide.attend(psid, presence)
      return NO_MESSAGE
    },
    event: (page, psid, { field, content }) =>
      steps.tell(page, psid, (ends) => items.event(ends, field, content), {
        opens: WINDOW_OPENERS.has(field),
      }),
  }

  const carryOut = <Type extends ActionType>(
    page: Page,
    psid: string,
    type: Type,
    action: Actions[Type],
  ): Acted => acts[type](page, psid, action)

  return (page, psid, action) =>
    !DESPITE_BLOCK.has(action.type) && findConversation(world, page.id, psid)?.blocked === true
      ? { problem: 'The visitor has blocked this Page.' }
      : carryOut(page, psid, action.type, action)
}

/** The actions that a visitor who has blocked the Page may still do. */
const DESPITE_BLOCK: ReadonlySet<ActionType> = new Set(['block', 'presence'])

/** The actions that open the 24-hour window (docs/messenger-platform.md#j). */
const WINDOW_OPENERS = new Set([
  'messages',
  'messaging_postbacks',
  'messaging_referrals',
  'messaging_optins',
  'message_reactions',
])
