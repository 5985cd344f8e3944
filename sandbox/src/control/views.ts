import type { PageView, SandboxState } from '../api.ts'
import { echoLoop } from '../chat/echo-loop.ts'
import {
  composerDisabled,
  getStartedPayload,
  greeting,
  iceBreakers,
  menuItems,
} from '../chat/profile-view.ts'
import type { SandboxParts } from '../parts.ts'
import type { Page } from '../world.ts'

/** The whole state as the chat page shows it. */
export const viewState = (parts: SandboxParts): SandboxState => {
  const { world, settings, courier, trouble, clock, usage } = parts
  const app = world.apps.get(settings.appId)
  return {
    nowMs: clock.nowMs(),
    graphOrigin: settings.origin(),
    app: { id: settings.appId, name: app?.name ?? '', mode: app?.mode ?? 'live' },
    webhook: {
      url: app?.subscription?.callbackUrl ?? null,
      verified: app?.subscription?.verified ?? false,
      pending: courier.pending(),
      lastStatus: courier.lastStatus(),
      failingSinceMs: courier.failingSinceMs(settings.appId),
      problem: firstProblem(parts),
    },
    pages: [...world.pages.values()].map((page) => viewPage(parts, page)),
    visitors: [...world.visitors.values()].map((visitor) => ({ ...visitor })),
    trouble: {
      graphDown: trouble.graphDown !== null,
      webhookLost: trouble.webhookLost,
      webhookUnordered: trouble.webhookUnordered,
      delayMs: trouble.delayMs,
      ipBlocked: trouble.ipBlocked,
      appDeactivated: trouble.appDeactivated,
      throttledUntilMs: Object.fromEntries(usage.throttled()),
    },
    repairCommand: settings.repairCommand,
  }
}

/** What is wrong with the bot of the first app that has a problem; a problem names the address of its bot. */
const firstProblem = ({ world, courier, clock }: SandboxParts): string | null => {
  for (const { id } of world.apps.values()) {
    const problem = courier.problem(id) ?? echoLoop(world, id, clock.nowMs())
    if (problem !== null) return problem
  }
  return null
}

const viewPage = (parts: SandboxParts, page: Page): PageView => {
  const handedOut = page.handedOut.filter(({ session }) => session.appId === parts.settings.appId)
  const deaths = handedOut.map((token) => parts.tokens.death(token))
  const alive = deaths.includes(null)
  const menu = page.profile['persistent_menu']
  return {
    id: page.id,
    name: page.name,
    subscribed: page.subscriptions.has(parts.settings.appId),
    token: {
      handedOut: handedOut.length > 0,
      alive,
      reason: alive ? null : (deaths.at(-1)?.reason ?? null),
    },
    greeting: greeting(page),
    getStarted: getStartedPayload(page),
    iceBreakers: iceBreakers(page),
    menu: menuItems(menu),
    composerDisabled: composerDisabled(menu),
    defaultAppId: page.defaultAppId,
    restricted: page.restricted,
    messageTemplates: [...parts.world.messageTemplates.values()]
      .filter(({ pageId }) => pageId === page.id)
      .map(({ id, name, language, status }) => ({ id, name, language, status })),
  }
}
