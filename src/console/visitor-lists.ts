import type { VisitorOfPerson } from '../findings/people.ts'
import type { ActiveConversation } from '../metrics/activity.ts'
import type { VisitorProfiles } from '../profile/visitor-profile.ts'
import type { Store } from '../store/store.ts'
import type { PageTokens } from '../token/page-tokens.ts'
import { pageNameOf } from './view.ts'
import type { Visitor } from './visitors-page.ts'

/** The visitors that the console lists. */
export interface VisitorLists {
  /** Visitors whose conversations are handed over to a person, and the most recent others. */
  latest: () => Promise<Visitor[]>
  /** Visitors whose stored name contains these words. */
  byName: (words: string) => Promise<Visitor[]>
}

/** Limited, because each unknown name is a call to Facebook. */
const MOST = 150

export const createVisitorLists = (deps: {
  people: () => Promise<VisitorOfPerson[]>
  conversations: () => readonly ActiveConversation[]
  store: Pick<Store, 'findByName'>
  tokens: Pick<PageTokens, 'statuses'>
  profiles: Pick<VisitorProfiles, 'knownName'>
}): VisitorLists => {
  const { people, conversations, store, tokens, profiles } = deps

  const ofBot = (who: { pageId: string; psid: string }, sinceMs: number | null) =>
    ({ pageId: who.pageId, psid: who.psid, is: 'bot', sinceMs, words: null, windowEndsMs: null }) as const

  return {
    latest: async () => {
      const left = await people()
      const keys = new Set(left.map(keyOf))
      const others = conversations().filter((one) => !keys.has(keyOf(one)))
      const statuses = tokens.statuses()
      return [...left, ...others.map((one) => ofBot(one, one.lastHeardMs))].slice(0, MOST).map((one) => ({
        ...one,
        pageLabel: pageNameOf(statuses, one.pageId),
        visitorName: profiles.knownName(one),
      }))
    },
    byName: async (words) => {
      const statuses = tokens.statuses()
      const found = await store.findByName({ words, limit: MOST })
      return found.map((one) => ({
        ...ofBot(one, null),
        pageLabel: pageNameOf(statuses, one.pageId),
        visitorName: one.name,
      }))
    },
  }
}

const keyOf = ({ pageId, psid }: { pageId: string; psid: string }): string => `${pageId} ${psid}`
