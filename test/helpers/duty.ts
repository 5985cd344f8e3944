import { WHOLE_BOT } from '../../src/alerts/needs.ts'
import type { Duty } from '../../src/base/duty.ts'
import { createListeners } from '../../src/base/listeners.ts'

/** The duty of an instance that has the Pages which the test gives it. */
export const createFakeDuty = (
  ...pages: string[]
): Duty & { take: (pageId: string) => void; lose: (pageId: string) => void } => {
  const kept = new Set(pages)
  const changes = createListeners()
  return {
    keeps: (pageId) => kept.has(pageId),
    isHead: () => true,
    onChange: changes.add,
    take: (pageId) => {
      kept.add(pageId)
      changes.tell()
    },
    lose: (pageId) => {
      kept.delete(pageId)
      changes.tell()
    },
  }
}

/** The duties of several instances. A Page, or the whole bot, that the test has given to none is kept by each. */
export const createDuties = () => {
  const keepers = new Map<string, string>()
  const changes = createListeners()
  const isKept = (what: string, self: string): boolean => (keepers.get(what) ?? self) === self
  return {
    of: (self: string): Duty => ({
      keeps: (pageId) => isKept(pageId, self),
      isHead: () => isKept(WHOLE_BOT, self),
      onChange: changes.add,
    }),
    /** @param what - a Page's id, or {@link WHOLE_BOT} for the head */
    give: (what: string, self: string): void => {
      keepers.set(what, self)
      changes.tell()
    },
  }
}
