import type { PageView, SandboxState } from '../api.ts'
import { getStartedPayload } from '../chat.ts'
import { isObject } from '../graph/params.ts'
import type { SandboxParts } from '../parts.ts'
import type { Page } from '../world.ts'

/** The whole state as the chat page shows it. */
export const viewState = (parts: SandboxParts): SandboxState => {
  const { world, settings, courier, trouble, clock } = parts
  const app = world.apps.get(settings.appId)
  return {
    nowMs: clock.nowMs(),
    graphOrigin: settings.origin(),
    app: { id: settings.appId, name: app?.name ?? '' },
    webhook: {
      url: app?.subscription?.callbackUrl ?? null,
      verified: app?.subscription?.verified ?? false,
      pending: courier.pending(),
      lastStatus: courier.lastStatus(),
    },
    pages: [...world.pages.values()].map((page) => viewPage(parts, page)),
    visitors: [...world.visitors.values()].map((visitor) => ({ ...visitor })),
    trouble: {
      graphDown: trouble.graphDown !== null,
      webhookLost: trouble.webhookLost,
      delayMs: trouble.delayMs,
    },
    repairCommand: settings.repairCommand,
  }
}

const viewPage = (parts: SandboxParts, page: Page): PageView => {
  const handedOut = page.handedOut.filter(({ session }) => session.appId === parts.settings.appId)
  const deaths = handedOut.map((token) => parts.tokens.death(token))
  const alive = deaths.includes(null)
  return {
    id: page.id,
    name: page.name,
    subscribed: page.subscriptions.has(parts.settings.appId),
    token: {
      handedOut: handedOut.length > 0,
      alive,
      reason: alive ? null : (deaths.at(-1)?.reason ?? null),
    },
    greeting: textOf(byLocale(page.profile['greeting'])?.['text']),
    getStarted: getStartedPayload(page),
    iceBreakers: iceBreakers(page),
    menu: menu(page),
  }
}

const iceBreakers = (page: Page): PageView['iceBreakers'] => {
  const value = page.profile['ice_breakers']
  const group = byLocale(value)
  const questions = group && 'call_to_actions' in group ? group['call_to_actions'] : value
  return objects(questions).flatMap(({ question, payload }) =>
    typeof question === 'string' && typeof payload === 'string' ? [{ question, payload }] : [],
  )
}

const menu = (page: Page): PageView['menu'] =>
  objects(byLocale(page.profile['persistent_menu'])?.['call_to_actions']).flatMap(
    ({ title, payload, url }) =>
      typeof title === 'string'
        ? [
            {
              title,
              ...(typeof payload === 'string' && { payload }),
              ...(typeof url === 'string' && { url }),
            },
          ]
        : [],
  )

/** Visitors here speak the default language. */
const byLocale = (value: unknown): Record<string, unknown> | undefined =>
  objects(value).find(({ locale }) => locale === 'default') ?? objects(value)[0]

const objects = (value: unknown): Record<string, unknown>[] =>
  Array.isArray(value) ? value.filter(isObject) : []

const textOf = (value: unknown): string | null => (typeof value === 'string' ? value : null)
