import type { JsonObject } from '../base/json.ts'
import { waitsForPersonSince } from '../conversation/handover-state.ts'
import type { LeftToPerson } from '../store/store.ts'

/** A visitor who asked for a person and has heard from none yet. */
export interface WaitingVisitor {
  pageId: string
  psid: string
  sinceMs: number
  /** End of the standard messaging window; null where it never was open. */
  windowEndsMs: number | null
}

/** Those of the conversations left to a person in which the visitor still waits, those who wait longest first. */
export const whoWaits = (
  left: readonly LeftToPerson[],
  nowMs: number,
  resumeAfterOf: (pageId: string) => Parameters<typeof waitsForPersonSince>[2],
): WaitingVisitor[] =>
  left.flatMap(({ pageId, psid, state, windowEndsMs }) => {
    const sinceMs = waitsForPersonSince(JSON.parse(state) as JsonObject, nowMs, resumeAfterOf(pageId))
    return sinceMs === null ? [] : [{ pageId, psid, sinceMs, windowEndsMs }]
  })
