import { createListeners } from './listeners.ts'

/**
 * Which work this instance does. Several instances may share one database: each Page has one keeper among them, and one instance
 * is the head. Without DATABASE_URL there is one instance, which keeps every Page and is the head.
 *
 * No Page is kept before the bot listens. Both answers may be some seconds old. An action that must not happen twice is therefore
 * decided by the database or by {@link ../store/store.ts OutboxClaim.maySend}.
 */
export interface Duty {
  /** Whether this instance does the work of that Page: handling, sending, probes of its token, its profile, its subscription. */
  keeps: (pageId: string) => boolean
  /** Whether this instance does the work of the whole bot: alerts, reminders, the app's webhook, retention, answers of forms. */
  isHead: () => boolean
  /** Calls the listener after either answer has changed. Returns the function that removes it. */
  onChange: (listener: () => void) => () => void
}

/** Notifications between the instances that share the database, that rows have changed. */
export interface Instances {
  /**
   * Notifies every instance, including this one. Call it after the rows are written. Never throws: a lost notification is made up
   * for by the next regular call of {@link onTold}'s listeners.
   *
   * @param topic - letters, digits, `-`; says which rows to read again, and holds no data
   */
  tell: (topic: string) => void
  /**
   * Calls the listener when an instance told the topic. With several instances it is also called every three seconds, as a
   * notification may get lost, so it must check by itself whether there is something new. Returns the function that removes it.
   */
  onTold: (topic: string, listener: () => void) => () => void
}

/** The duty of a single instance with a database of its own. */
export const soleDuty: Duty = { keeps: () => true, isHead: () => true, onChange: () => () => undefined }

/** {@link Instances} of a single instance, which notifies only itself. */
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
 * Calls `taken` for each Page that this instance now keeps, and `lost` for each Page that it no longer keeps.
 *
 * @param pageIds - returns all Pages that exist now
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
