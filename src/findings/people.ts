import type { JsonObject } from '../base/json.ts'
import { leftToPerson, type ResumeAfter } from '../conversation/handover-state.ts'
import type { LeftToPerson } from '../store/store.ts'
import { HUMAN_AGENT_WINDOW_MS } from '../channel/messenger.ts'

/** A visitor whose conversation the bot leaves to a person, or has left to one who never wrote. */
export interface VisitorOfPerson {
  pageId: string
  psid: string
  /**
   * `waiting`: asked for a person and has heard from none. `missed`: the same, and the bot has the conversation again. `attended`: a
   * person writes there.
   */
  is: 'waiting' | 'missed' | 'attended'
  sinceMs: number
  /** What the visitor wrote last, shortened; null where nothing is kept. */
  words: string | null
  /** End of the standard messaging window; null where it never was open. */
  windowEndsMs: number | null
}

/** A visitor who asked for a person and has heard from none yet. */
export type WaitingVisitor = Pick<VisitorOfPerson, 'pageId' | 'psid' | 'sinceMs' | 'windowEndsMs'>

/** The visitors who wait longest come first. */
export const visitorsOfPeople = (
  left: readonly LeftToPerson[],
  nowMs: number,
  resumeAfterOf: (pageId: string) => ResumeAfter,
): VisitorOfPerson[] =>
  left.flatMap(({ pageId, psid, state, windowEndsMs }) => {
    const person = leftToPerson(JSON.parse(state) as JsonObject, nowMs, resumeAfterOf(pageId))
    if (person === null) return []
    const { sinceMs, words, isOver, isUnanswered } = person
    if (isOver && (!isUnanswered || nowMs - sinceMs > HUMAN_AGENT_WINDOW_MS)) return []
    const is = !isUnanswered ? 'attended' : isOver ? 'missed' : 'waiting'
    return [{ pageId, psid, is, sinceMs, words, windowEndsMs }]
  })

/** The visitors who wait for a person. */
export const whoWaits = (...about: Parameters<typeof visitorsOfPeople>): WaitingVisitor[] =>
  visitorsOfPeople(...about)
    .filter(({ is }) => is === 'waiting')
    .map(({ pageId, psid, sinceMs, windowEndsMs }) => ({ pageId, psid, sinceMs, windowEndsMs }))
