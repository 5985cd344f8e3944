import type { Need } from '../../src/alerts/needs.ts'
import { createGateNotes } from '../../src/delivery/sending/gate-notes.ts'
import { createGates } from '../../src/delivery/sending/gates.ts'
import { GraphError, type GraphErrorFacts } from '../../src/graph/error.ts'
import type { PageTokenStatus, PageTokens } from '../../src/token/page-tokens.ts'
import { createFakeClock } from '../helpers/clock.ts'

export const PAGE = '100'
export const MOST = { all: 192, waiting: 70, backlog: 70 }

/** A failed call: by default one that Facebook may have carried out all the same. */
export const failure = (message: string, over: Partial<GraphErrorFacts> = {}) =>
  new GraphError(message, {
    verdict: 'ambiguous',
    edge: 'messages',
    graphCode: 1,
    subcode: null,
    fbtraceId: null,
    httpStatus: 400,
    retryAfterMs: null,
    ...over,
  })
export const UNKNOWN = failure('error 1: Facebook had an unknown error')

/** Gates of one Page on a fake clock; `kept` are the notes for the Page's next keeper. */
export const build = (kept = new Map<string, string>()) => {
  const clock = createFakeClock()
  const paused = new Set<string>()
  const needs: Need[] = []
  const hurried: number[] = []
  const status = { pageId: PAGE, pageName: 'Page', state: 'valid' } as PageTokenStatus
  const held = { token: 'token' as string | null, changed: (_status: PageTokenStatus): void => undefined }
  const tokens: Pick<PageTokens, 'tokenFor' | 'status' | 'statuses' | 'onChange'> = {
    tokenFor: () => held.token,
    status: () => status,
    statuses: () => [status],
    onChange: (listener) => {
      held.changed = listener
      return () => undefined
    },
  }
  const gates = createGates({
    store: {
      pausePage: (pageId, isPaused) => void (isPaused ? paused.add(pageId) : paused.delete(pageId)),
      hurryOutbox: (conversations) => void hurried.push(...conversations),
    },
    tokens,
    needs: { raise: (need) => void needs.push(need), settle: () => void needs.splice(0) },
    notes: createGateNotes({
      store: {
        remember: async (name, text) => void kept.set(name, text),
        recall: async (name) => kept.get(name) ?? null,
      },
      clock,
    }),
    clock,
    random: () => 0.5,
    perPage: MOST.all,
    backlog: MOST.backlog,
  })
  const fail = (from: number, many: number): void => {
    for (let n = 0; n < many; n += 1) gates.failed(PAGE, from + n, UNKNOWN)
  }
  const setToken = (token: string | null): void => {
    held.token = token
    held.changed(status)
  }
  return { gates, clock, needs, hurried, fail, kept, paused, setToken, room: () => gates.room(PAGE) }
}
