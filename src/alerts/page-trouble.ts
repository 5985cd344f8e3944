import type { NeedCause } from './causes.ts'
import type { Need, Needs } from './needs.ts'

/** A trouble and its cure. {@link raisesNeeds} adds Page and cause. */
export type Trouble = Pick<Need, 'what' | 'remedy' | 'byToken'>

/** Called after each check of a Page: with its trouble, or with null when all is well. */
export type TellTrouble = (pageId: string, trouble: Trouble | null) => void

/** Raises a need for a kind of trouble, and settles it when the trouble is over. */
export const raisesNeeds = (deps: {
  needs: Pick<Needs, 'raise' | 'settle' | 'open'>
  cause: NeedCause
  nameOf: (pageId: string) => string | null
}): TellTrouble => {
  const { needs, cause, nameOf } = deps
  return (pageId, trouble) => {
    const open = needs.open().find((need) => need.pageId === pageId && need.cause === cause)
    // A need with other words is settled and raised anew.
    if (open !== undefined && open.what !== trouble?.what) needs.settle(pageId, cause)
    if (trouble !== null) needs.raise({ pageId, pageName: nameOf(pageId), cause, ...trouble })
  }
}
