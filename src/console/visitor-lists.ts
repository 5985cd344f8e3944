import type { VisitorOfPerson } from '../findings/people.ts'
import type { ActiveConversation } from '../metrics/activity.ts'
import type { VisitorProfiles } from '../profile/visitor-profile.ts'
import type { Store } from '../store/store.ts'
import type { PageTokens } from '../token/page-tokens.ts'
import { pageNameOf } from './view.ts'
import type { Latest, Shown, Visitor } from './visitors-page.ts'

/** The visitors that the console lists. */
export interface VisitorLists {
  /** The visitors asked for, among those whose conversations are handed over to a person and the most recent others. */
  latest: (asked: Asked) => Promise<Latest>
  /** Visitors whose stored name contains these words. */
  byName: (words: string) => Promise<Visitor[]>
}

/** The visitors to show: those that match the search words, or without words those of the list. */
export interface Asked {
  shown: Shown
  query: string
}

/** Limited, because each unknown name is a call to Facebook. */
export const MOST_SHOWN = 150

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
    latest: async ({ shown, query }) => {
      const left = await people()
      const keys = new Set(left.map(keyOf))
      const others = conversations().filter((one) => !keys.has(keyOf(one)))
      const statuses = tokens.statuses()
      const all = [...left, ...others.map((one) => ofBot(one, one.lastHeardMs))]
      const named = (one: (typeof all)[number]): Visitor => ({
        ...one,
        pageLabel: pageNameOf(statuses, one.pageId),
        visitorName: profiles.knownName(one),
      })
      const wanted = query.toLowerCase()
      const has = (text: string | null): boolean => text?.toLowerCase().includes(wanted) === true
      const found = all.filter((one, index) =>
        wanted === ''
          ? isIn(one, shown)
          : has(one.psid) || has(one.words) || (index < MOST_SHOWN && has(profiles.knownName(one))),
      )
      const countOf = (list: Shown): number => all.filter((one) => isIn(one, list)).length
      return {
        visitors: found.slice(0, MOST_SHOWN).map(named),
        more: Math.max(0, found.length - MOST_SHOWN),
        counts: { waiting: countOf('waiting'), attended: countOf('attended'), all: all.length },
      }
    },
    byName: async (words) => {
      const statuses = tokens.statuses()
      const found = await store.findByName({ words, limit: MOST_SHOWN })
      return found.map((one) => ({
        ...ofBot(one, null),
        pageLabel: pageNameOf(statuses, one.pageId),
        visitorName: one.name,
      }))
    },
  }
}

const isIn = ({ is }: Pick<Visitor, 'is'>, list: Shown): boolean => {
  if (list === 'all') return true
  return list === 'attended' ? is === 'attended' : is === 'waiting' || is === 'missed'
}

const keyOf = ({ pageId, psid }: { pageId: string; psid: string }): string => `${pageId} ${psid}`
