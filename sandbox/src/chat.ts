import type { ConversationView } from './api.ts'
import type { Bus } from './bus.ts'
import { createPageSide, type PageSide } from './chat/page-side.ts'
import { createRouting, type Routing } from './chat/routing.ts'
import { createTelling } from './chat/telling.ts'
import { createVisitorSide } from './chat/visitor-side.ts'
import type { Act } from './chat/visitor/acts.ts'
import type { SandboxClock } from './clock.ts'
import type { Rng } from './rng.ts'
import type { Courier } from './webhooks/courier.ts'
import type { Conversation, World } from './world.ts'

/** Actions of visitors and Pages, from the chat page, the control API or Graph. */
export interface Chat {
  act: Act
  page: PageSide
  routing: Routing
  view: (conversation: Conversation) => ConversationView
  /** Tells the bus that a conversation changed. */
  changed: (conversation: Conversation) => void
}

export const createChat = (deps: {
  world: World
  clock: SandboxClock
  rng: Rng
  bus: Bus
  courier: Courier
  /** The origin of the sandbox. */
  origin: () => string
}): Chat => {
  const { rng, clock } = deps
  const newMid = () => `m_${rng.letters(44)}`
  const routing = createRouting({ nowMs: clock.nowMs })
  const telling = createTelling({ ...deps, routing })
  const page = createPageSide({ ...deps, routing, telling, newMid })
  const act = createVisitorSide({ ...deps, routing, telling, pageSide: page, newMid })
  return { act, page, routing, view: telling.view, changed: telling.conversation }
}
