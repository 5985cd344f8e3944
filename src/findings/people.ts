import type { JsonObject } from '../base/json.ts'
import { leftToPerson, type ResumeAfter } from '../conversation/handover-state.ts'
import type { LeftToPerson } from '../store/store.ts'
import { HUMAN_AGENT_WINDOW_MS } from '../channel/messenger.ts'

/** A visitor whose conversation the bot has handed over to a person, even if no person ever wrote. */
export interface VisitorOfPerson {
  pageId: string
  psid: string
  /**
   * `waiting`: the visitor asked for a person, and none has written. `missed`: the same, and the bot has the conversation again.
   * `attended`: a person writes in the conversation.
   */
  is: 'waiting' | 'missed' | 'attended'
  sinceMs: number
  /** The visitor's last text, shortened; null if none is stored. */
  words: string | null
  /** End of the standard messaging window, ms since the epoch; null if it was never open. */
  windowEndsMs: number | null
}

/** A visitor who asked for a person and to whom none has written yet. */
export type WaitingVisitor = Pick<VisitorOfPerson, 'pageId' | 'psid' | 'sinceMs' | 'windowEndsMs'>

/** The visitors whose conversations were handed over; those who wait longest come first. */
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
