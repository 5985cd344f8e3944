import type { Duty } from '../../src/base/duty.ts'

/** The duty of an instance that has the Pages which the test gives it. */
export const createFakeDuty = (
  ...pages: string[]
): Duty & { take: (pageId: string) => void; lose: (pageId: string) => void } => {
  const kept = new Set(pages)
  const listeners = new Set<() => void>()
  const changed = (): void => listeners.forEach((listener) => listener())
  return {
    keeps: (pageId) => kept.has(pageId),
    isHead: () => true,
    onChange: (listener) => {
      listeners.add(listener)
      return () => void listeners.delete(listener)
    },
    take: (pageId) => {
      kept.add(pageId)
      changed()
    },
    lose: (pageId) => {
      kept.delete(pageId)
      changed()
    },
  }
}
