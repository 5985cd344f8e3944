import t from 'tap'
import { keptPageTokens } from '../../src/token/kept-page-tokens.ts'
import type { PageTokens, PageTokenStatus } from '../../src/token/page-tokens.ts'
import { createFakeDuty } from '../helpers/duty.ts'

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
  const duty = createFakeDuty('1')
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

  duty.take('2')
  t.same(heard, ['1', '2'])
  t.equal(mine.tokenFor('2'), 'token-2')
  duty.lose('1')
  t.same(heard, ['1', '2'])
  stop()
  duty.take('1')
  t.same(heard, ['1', '2'])
  t.end()
})
