import { openEventStream, type EventStream } from '../web/event-stream.ts'

/** The event streams of all pages of the console. */
export interface OpenStreams {
  /** Opens one as {@link openEventStream} does. One too many of the same person ends the oldest, whose page comes back by itself. */
  open: (person: string, ...answer: Parameters<typeof openEventStream>) => EventStream
}

/** At a time: each may leave a mebibyte unread. */
const MOST_OF_A_PERSON = 50

export const createOpenStreams = (): OpenStreams => {
  /** With whose they are, the oldest first. */
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
