import type { Need } from '../../src/alerts/needs.ts'
import type { Notice } from '../../src/alerts/notice.ts'

/** A need of a Page whose token died. */
export const need = (change: Partial<Need> = {}): Need => ({
  pageId: '1001',
  pageName: 'Bakery',
  cause: 'token_invalid',
  what: 'Its token died.',
  remedy: 'Mend it.',
  ...change,
})

/** The first notice of that need. */
export const notice = (pageName = 'Bakery', change: Partial<Notice> = {}): Notice => ({
  kind: 'needed',
  needs: [{ ...need({ pageName }), sinceMs: 0, waiting: 3, visitors: null, firstWindowEndsMs: null }],
  atMs: 0,
  ...change,
})
