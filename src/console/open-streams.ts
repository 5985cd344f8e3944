import { openEventStream, type EventStream } from '../web/event-stream.ts'

/** The event streams of all pages of the console. */
export interface OpenStreams {
  /**
   * Opens a stream as {@link openEventStream} does. If a person has too many, the oldest one is closed; its page connects again
   * by itself.
   */
  open: (person: string, ...answer: Parameters<typeof openEventStream>) => EventStream
}

/** Limited, because each open stream may hold a mebibyte of unread data. */
const MOST_OF_A_PERSON = 50

export const createOpenStreams = (): OpenStreams => {
  /** The open streams and their persons, the oldest first. */
  const all = new Map<EventStream, string>()
  return {
    open: (person, ...answer) => {
      const theirs = [...all].filter(([, whose]) => whose === person)
      const [oldest] = theirs
      if (oldest !== undefined && theirs.length >= MOST_OF_A_PERSON) {
        all.delete(oldest[0])
        oldest[0].drop()
      }
      const stream = openEventStream(...answer)
      all.set(stream, person)
      stream.onClose(() => void all.delete(stream))
      return stream
    },
  }
}
