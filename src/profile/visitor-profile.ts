import { createBoundedMap } from '../base/bounded-map.ts'
import { createListeners } from '../base/listeners.ts'
import type { Clock } from '../base/clock.ts'
import { within } from '../base/within.ts'
import { GraphError } from '../graph/error.ts'
import type { Graph } from '../graph/graph.ts'
import type { PageTokens } from '../token/page-tokens.ts'

/** Facts about visitors from Facebook, fetched when they are needed and kept in memory for a day. */
export interface VisitorProfiles {
  /** The value of a field; null if Facebook does not tell it, or not within {@link PATIENCE_MS}. */
  tell: (visitor: { pageId: string; psid: string | null }, field: ProfileField) => Promise<string | null>
  /** The name if it is known already. An unknown name is fetched, so that a later call returns it. */
  knownName: (visitor: { pageId: string; psid: string }) => string | null
  /** Calls the listener with each name that Facebook tells. */
  onName: (listener: (visitor: { pageId: string; psid: string; name: string }) => void) => void
  /** Forgets all visitors. */
  clear: () => void
}

const VISITOR_FIELDS = ['first_name', 'last_name', 'name', 'locale'] as const
export type ProfileField = (typeof VISITOR_FIELDS)[number]

/** The locale needs a permission of its own; without it some versions of Graph refuse the names, too. */
const NAMES: readonly ProfileField[] = ['first_name', 'last_name', 'name']

/** A reply waits at most this long; a later result is used for the next reply. */
const PATIENCE_MS = 1000
const KEPT_MS = 24 * 3_600_000
/** The wait after a failure that may be temporary. */
const RETRY_MS = 60_000
const MOST_KEPT = 10_000

interface Kept {
  untilMs: number
  told: Promise<Record<string, string>>
  /** The fetched fields; null until they have arrived. */
  now: Record<string, string> | null
}

export const createVisitorProfiles = (deps: {
  graph: Pick<Graph, 'userProfile'>
  tokens: Pick<PageTokens, 'tokenFor'>
  clock: Clock
}): VisitorProfiles => {
  const { graph, tokens, clock } = deps
  const kept = createBoundedMap<string, Kept>(MOST_KEPT)
  /** Ids of Pages for which Graph refuses the field `locale`. */
  const withoutLocale = new Set<string>()
  const names = createListeners<Parameters<Parameters<VisitorProfiles['onName']>[0]>>()

  const ask = async (pageId: string, psid: string, pageToken: string): Promise<Record<string, string>> => {
    const fields = withoutLocale.has(pageId) ? NAMES : VISITOR_FIELDS
    try {
      return await graph.userProfile({ pageToken, psid, fields })
    } catch (error) {
      if (!(error instanceof GraphError) || fields === NAMES || error.retryable) throw error
      const told = await graph.userProfile({ pageToken, psid, fields: NAMES })
      withoutLocale.add(pageId)
      return told
    }
  }

  const keep = (key: string, pageId: string, psid: string, pageToken: string): Kept => {
    const entry: Kept = {
      now: null,
      untilMs: clock.elapsed() + KEPT_MS,
      told: ask(pageId, psid, pageToken).catch((error: unknown) => {
        // A missing permission is kept like a result; any other failure may pass soon.
        if (error instanceof GraphError && error.verdict !== 'permission')
          entry.untilMs = clock.elapsed() + RETRY_MS
        return {}
      }),
    }
    void entry.told.then((facts) => {
      entry.now = facts
      const name = nameIn(facts)
      if (name !== null) names.tell({ pageId, psid, name })
    })
    kept.set(key, entry)
    return entry
  }

  return {
    tell: async ({ pageId, psid }, field) => {
      const pageToken = tokens.tokenFor(pageId)
      if (psid === null || pageToken === null) return null
      const key = `${pageId}/${psid}`
      const known = kept.get(key)
      const entry =
        known !== undefined && known.untilMs > clock.elapsed() ? known : keep(key, pageId, psid, pageToken)
      const told: Record<string, string> = await within(clock, PATIENCE_MS, entry.told, {})
      return told[field] ?? null
    },
    knownName: ({ pageId, psid }) => {
      const pageToken = tokens.tokenFor(pageId)
      const key = `${pageId}/${psid}`
      const known = kept.get(key)
      if (known === undefined && pageToken !== null) keep(key, pageId, psid, pageToken)
      return nameIn(known?.now ?? {})
    },
    onName: (listener) => void names.add(listener),
    clear: () => kept.clear(),
  }
}

const nameIn = ({ name, first_name: first, last_name: last }: Record<string, string>): string | null =>
  name ?? ([first, last].filter(Boolean).join(' ') || null)
