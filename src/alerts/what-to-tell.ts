import type { Told } from './alert-book.ts'
import { keyOf, type OpenNeed } from './needs.ts'
import type { Notice } from './notice.ts'

const DAY_MS = 86_400_000

/** The notice to send now; null for none. */
export interface Telling {
  kind: Exclude<Notice['kind'], 'trial'>
  needs: OpenNeed[]
}

/**
 * Decides on notices: one with everything open when the operator is needed; reminders while a need is open, at doubling intervals up to a
 * day; one when all is well.
 *
 * @param open - needs open now; `confirmed`: those that a running instance has found. A need from before a restart gets no reminder
 * before it is found again, because it may have been mended since
 */
export const whatToTell = (
  before: Told,
  { open, confirmed }: { open: readonly OpenNeed[]; confirmed: readonly OpenNeed[] },
  { nowMs, remindMs }: { nowMs: number; remindMs: number },
): { told: Told; telling: Telling | null } => {
  const isOpen = new Set(open.map(keyOf))
  const isKnown = new Set(before.needs.map(keyOf))
  // The operator who answered a visitor needs no notice that the visitor was answered.
  const over = before.needs.filter((need) => !isOpen.has(keyOf(need)) && need.cause !== 'person')
  const mended = [...before.mended, ...over]
  if (open.length === 0) {
    const told: Told = { ...before, needs: [], mended: [], reminder: null }
    return { told, telling: mended.length === 0 ? null : { kind: 'well', needs: mended } }
  }
  // Use the current words: earlier ones may name a visitor who was forgotten.
  const told: Told = { ...before, needs: open.filter((need) => isKnown.has(keyOf(need))), mended }
  if (open.some((need) => !isKnown.has(keyOf(need)))) {
    const reminder = { dueMs: nowMs + remindMs, afterMs: remindMs }
    return { told: { ...told, needs: [...open], reminder }, telling: { kind: 'needed', needs: [...open] } }
  }
  const { reminder } = before
  if (reminder === null) return { told, telling: null }
  // If the clock was ahead, perhaps by years, when the notice was dated, count from now.
  if (reminder.dueMs - nowMs > reminder.afterMs) {
    const { afterMs } = reminder
    return { told: { ...told, reminder: { dueMs: nowMs + afterMs, afterMs } }, telling: null }
  }
  if (nowMs < reminder.dueMs || confirmed.length === 0) return { told, telling: null }
  const afterMs = Math.max(remindMs, Math.min(reminder.afterMs * 2, DAY_MS))
  return {
    told: { ...told, reminder: { dueMs: nowMs + afterMs, afterMs } },
    telling: { kind: 'reminder', needs: [...confirmed] },
  }
}
