import t from 'tap'
import type { Duty } from '../../src/base/duty.ts'
import { keptPageTokens } from '../../src/token/kept-page-tokens.ts'
import type { PageTokens, PageTokenStatus } from '../../src/token/page-tokens.ts'

t.test('of a Page that another instance keeps there is no token; when it is taken, it is told of', (t) => {
  const statuses = ['1', '2'].map((pageId) => ({ pageId, state: 'valid' }) as PageTokenStatus)
  let say = (_status: PageTokenStatus): void => undefined
  const tokens = {
    tokenFor: (pageId: string) => `token-${pageId}`,
    status: (pageId: string) => statuses.find((one) => one.pageId === pageId),
    statuses: () => statuses,
    onChange: (listener: typeof say) => {
      say = listener
      return () => undefined
    },
  } as unknown as PageTokens
  const kept = new Set(['1'])
  let changed = (): void => undefined
  const duty: Duty = {
    keeps: (pageId) => kept.has(pageId),
    isHead: () => false,
    onChange: (listener) => {
      changed = listener
      return () => (changed = () => undefined)
    },
  }
  const mine = keptPageTokens(tokens, duty)
  const heard: string[] = []
  const stop = mine.onChange(({ pageId }) => heard.push(pageId))
  t.same([mine.tokenFor('1'), mine.tokenFor('2')], ['token-1', null])
  t.same(
    mine.statuses().map(({ pageId }) => pageId),
    ['1'],
  )
  for (const status of statuses) say(status)
  t.same(heard, ['1'])

  kept.add('2')
  changed()
  t.same(heard, ['1', '2'])
  t.equal(mine.tokenFor('2'), 'token-2')
  kept.delete('1')
  changed()
  t.same(heard, ['1', '2'])
  stop()
  kept.add('1')
  changed()
  t.same(heard, ['1', '2'])
  t.end()
})
