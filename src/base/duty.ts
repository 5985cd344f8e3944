import { createListeners } from './listeners.ts'

/**
 * What of the work is this instance's. Several instances may share one database: each Page has one keeper among them, and one of
 * them is the head. Without DATABASE_URL there is one instance, which keeps every Page and is the head.
 *
 * Nothing is kept before the bot listens. Both answers are about what this instance knows now, and may be some seconds old: what
 * must not happen twice is decided by the database, or by {@link ../store/store.ts OutboxClaim.maySend}.
 */
export interface Duty {
  /** Whether this instance does the work of that Page: handling, sending, probes of its token, its profile, its subscription. */
  keeps: (pageId: string) => boolean
  /** Whether this instance does the work of the whole bot: alerts, reminders, the app's webhook, retention, answers of forms. */
  isHead: () => boolean
  /** Called after either answer has changed. Returns the function that ends it. */
  onChange: (listener: () => void) => () => void
}

/** The instances that share the database, as far as they have to tell each other that rows have changed. */
export interface Instances {
  /**
   * Has every instance look, this one included. Tell after the rows are written. Never throws: what gets lost is found at the
   * next beat.
   *
   * @param topic - letters, digits, `-`; names what to read again, and holds no data
   */
  tell: (topic: string) => void
  /**
   * Calls the listener when an instance told the topic, and every three seconds besides where there may be other instances, as a
   * notification may get lost. So it must find by itself whether anything is new. Returns the function that ends it.
   */
  onTold: (topic: string, listener: () => void) => () => void
}

/** Of the one instance on a database of its own. */
export const soleDuty: Duty = { keeps: () => true, isHead: () => true, onChange: () => () => undefined }

/** The same for {@link Instances}: it tells itself. */
export const soleInstance = (): Instances => createTopics()

export const createTopics = (): Instances & { tellAll: () => void } => {
  const listeners = createListeners<[topic: string | null]>()
  return {
    tell: (topic) => listeners.tell(topic),
    tellAll: () => listeners.tell(null),
    onTold: (topic, listener) =>
      listeners.add((told) => {
        if (told === topic || told === null) listener()
      }),
  }
}

/**
 * Tells of Pages that this instance keeps from now on, and of those that it keeps no more.
 *
 * @param pageIds - the Pages that there are, as of now
 * @returns the function that ends it
 */
export const followPages = (
  duty: Duty,
  pageIds: () => readonly string[],
  { taken, lost }: { taken?: (pageId: string) => void; lost?: (pageId: string) => void },
): (() => void) => {
  const keptNow = (): Set<string> => new Set(pageIds().filter(duty.keeps))
  let before = keptNow()
  return duty.onChange(() => {
    const was = before
    before = keptNow()
    for (const pageId of before) if (!was.has(pageId)) taken?.(pageId)
    for (const pageId of was) if (!before.has(pageId)) lost?.(pageId)
  })
}
