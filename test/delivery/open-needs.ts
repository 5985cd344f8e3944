import type { Need, Needs } from '../../src/alerts/needs.ts'

/** The needs that are open now, in a list. */
export const createOpenNeeds = (): { open: Need[]; needs: Pick<Needs, 'raise' | 'settle'> } => {
  const open: Need[] = []
  return {
    open,
    needs: {
      raise: (need) => {
        if (!open.some((one) => one.pageId === need.pageId && one.cause === need.cause)) open.push(need)
      },
      settle: (pageId, cause) => {
        const left = open.filter(
          (one) => one.pageId !== pageId || (cause !== undefined && one.cause !== cause),
        )
        open.splice(0, open.length, ...left)
      },
    },
  }
}
