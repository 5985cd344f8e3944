import { asPage, asUser, type Edge } from './edge.ts'

/** Lists that Pages and people have at Facebook and that hold nothing here. */

const PAGE_LISTS = [
  'albums',
  'blocked',
  'call_to_actions',
  'events',
  'instagram_accounts',
  'leadgen_forms',
  'live_videos',
  'locations',
  'photos',
  'product_catalogs',
  'ratings',
  'settings',
  'tagged',
  'videos',
]
const USER_LISTS = ['albums', 'events', 'feed', 'friends', 'likes', 'photos', 'posts', 'videos']

const ofPage: Edge = (context) => {
  asPage(context)
  return { data: [] }
}

const ofUser: Edge = (context) => {
  asUser(context)
  return { data: [] }
}

/** Nothing can be added to them here. */
export const isEmptyList = (nodeType: string, edge: string): boolean =>
  Object.hasOwn(EMPTY_LISTS, `${nodeType} GET ${edge}`)

export const EMPTY_LISTS: Record<string, Edge> = {
  ...Object.fromEntries(PAGE_LISTS.map((name) => [`Page GET ${name}`, ofPage])),
  ...Object.fromEntries(USER_LISTS.map((name) => [`User GET ${name}`, ofUser])),
  // Visitors of a Page have no account at the app, and people of the app have written to no Page.
  'Profile GET ids_for_apps': ofPage,
  'Profile GET ids_for_pages': ofPage,
  'User GET ids_for_apps': ofUser,
  'User GET ids_for_pages': ofUser,
}
