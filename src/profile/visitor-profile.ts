import { createBoundedMap } from '../base/bounded-map.ts'
import { createListeners } from '../base/listeners.ts'
import type { Clock } from '../base/clock.ts'
import { within } from '../base/within.ts'
import { GraphError } from '../graph/error.ts'
import type { Graph } from '../graph/graph.ts'
import type { PageTokens } from '../token/page-tokens.ts'

/** What Facebook tells of visitors, asked for when it is needed and kept in memory for a while. */
export interface VisitorProfiles {
  /** Null where Facebook does not tell, or not in time: an answer never waits for it longer than a moment. */
  tell: (visitor: { pageId: string; psid: string | null }, field: ProfileField) => Promise<string | null>
  /** The name as far as it is known by now; asks for one that is not, to know it the next time. */
  knownName: (visitor: { pageId: string; psid: string }) => string | null
  /** Hears each name that Facebook tells. */
  onName: (listener: (visitor: { pageId: string; psid: string; name: string }) => void) => void
  /** Forgets what is known of all visitors. */
  clear: () => void
}

export const VISITOR_FIELDS = ['first_name', 'last_name', 'name', 'locale'] as const
export type ProfileField = (typeof VISITOR_FIELDS)[number]

/** The locale needs a permission of its own; without it some versions of Graph refuse the names, too. */
const NAMES: readonly ProfileField[] = ['first_name', 'last_name', 'name']

/** No answer waits longer; what comes later serves the next one. */
const PATIENCE_MS = 1000
const KEPT_MS = 24 * 3_600_000
/** After a failure that may pass. */
const RETRY_MS = 60_000
const MOST_KEPT = 10_000

interface Kept {
  untilMs: number
  told: Promise<Record<string, string>>
  /** What it resolved with; null before. */
  now: Record<string, string> | null
}

export const createVisitorProfiles = (deps: {
  graph: Pick<Graph, 'userProfile'>
  tokens: Pick<PageTokens, 'tokenFor'>
  clock: Clock
}): VisitorProfiles => {
  const { graph, tokens, clock } = deps
  const kept = createBoundedMap<string, Kept>(MOST_KEPT)
  /** Pages whose visitors' locale Graph refuses. */
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
        // No permission is an answer; anything else may be different soon.
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
