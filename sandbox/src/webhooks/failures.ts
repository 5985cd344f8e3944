import type { App, Page } from '../world.ts'

/**
 * Measures how long the callbacks of a Page to an app have been failing, and unsubscribes the app
 * (docs/messenger-platform.md#e3).
 */
export interface Failures {
  /** Notes a failed callback. @returns true if the app was unsubscribed from the Page after an hour of failures */
  another: (app: App, page: Page) => boolean
  over: (app: App, page: Page) => void
  sinceMs: (appId: string) => number | null
  clear: () => void
}

/** After an hour of failure the app is unsubscribed from the Page. */
const GIVE_UP_AFTER_MS = 3600_000

export const createFailures = ({ nowMs }: { nowMs: () => number }): Failures => {
  /** The beginning of failures by app, then by Page. */
  const since = new Map<string, Map<string, number>>()

  return {
    another: (app, page) => {
      const pages = since.get(app.id) ?? new Map<string, number>()
      since.set(app.id, pages)
      const began = pages.get(page.id) ?? nowMs()
      pages.set(page.id, began)
      if (page.subscriptions.has(app.id) && nowMs() - began < GIVE_UP_AFTER_MS) return false
      page.subscriptions.delete(app.id)
      pages.delete(page.id)
      return true
    },
    over: (app, page) => {
      since.get(app.id)?.delete(page.id)
    },
    sinceMs: (appId) => {
      const times = [...(since.get(appId)?.values() ?? [])]
      return times.length > 0 ? Math.min(...times) : null
    },
    clear: () => since.clear(),
  }
}
