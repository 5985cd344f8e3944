import t from 'tap'
import { readRetryAfterMs, readUsage } from '../../src/graph/usage.ts'

const PAGE = '100000000000001'

const messenger = (entry: Record<string, unknown>) =>
  JSON.stringify({ [PAGE]: [{ type: 'messenger', ...entry }] })

t.test('without usage headers nothing is known', async (t) => {
  t.equal(readUsage({}), null)
  t.equal(readRetryAfterMs({}), null)
})

t.test('the highest percentage of any header counts', async (t) => {
  const headers = {
    'x-app-usage': '{"call_count":28,"total_time":208,"total_cputime":25}',
    'x-page-usage': '{"call_count":1,"total_time":2,"total_cputime":3}',
    'x-business-use-case-usage': messenger({ call_count: 97, total_cputime: 23, total_time: 23 }),
  }
  t.strictSame(readUsage(headers, PAGE), { percent: 208, regainMs: null })
})

t.test('the time to regain access is given in minutes', async (t) => {
  const headers = {
    'x-business-use-case-usage': JSON.stringify({
      [PAGE]: [
        { type: 'messenger', call_count: 3, estimated_time_to_regain_access: 7 },
        { type: 'messenger', call_count: 100, estimated_time_to_regain_access: '2' },
      ],
    }),
  }
  t.strictSame(readUsage(headers, PAGE), { percent: 100, regainMs: 7 * 60_000 })
  t.equal(readRetryAfterMs(headers, PAGE), 7 * 60_000)
})

t.test(
  'what other Pages, ad accounts and other uses have used up says nothing about our messages',
  async (t) => {
    const usedUp = { call_count: 100, total_time: 300, estimated_time_to_regain_access: 300 }
    const headers = {
      'x-business-use-case-usage': JSON.stringify({
        '999': [{ type: 'messenger', ...usedUp }],
        '888': [{ type: 'ads_management', ...usedUp }],
        [PAGE]: [
          { type: 'ads_insights', ...usedUp },
          { type: 'messenger', call_count: 12 },
        ],
      }),
    }
    t.strictSame(readUsage(headers, PAGE), { percent: 12, regainMs: null })
    t.equal(readRetryAfterMs(headers, PAGE), null)
    t.equal(readRetryAfterMs(headers, PAGE, true), null, 'also where a limit refuses the call')
    t.equal(readUsage(headers), null, 'nor about a call for no Page')
  },
)

t.test(
  'of a refusal because of a limit, the wait is that of any use of the Page where none of messages is told',
  (t) => {
    // jgorset/facebook-messenger#275: 613 on a send, with this alone.
    const pages = { type: 'pages', call_count: 107, total_time: 125, estimated_time_to_regain_access: 12 }
    const headers = { 'x-business-use-case-usage': JSON.stringify({ [PAGE]: [pages], '999': [pages] }) }
    t.equal(readRetryAfterMs(headers, PAGE, true), 12 * 60_000)
    t.equal(readRetryAfterMs(headers, PAGE), null)
    t.equal(readRetryAfterMs(headers, '100000000000002', true), null)
    t.end()
  },
)

t.test('odd usage headers are passed over', async (t) => {
  for (const odd of [
    '',
    'not json',
    '[]',
    'null',
    '12',
    '{}',
    '{"1":[null,1,"x"]}',
    '{"call_count":"many"}',
    '{"call_count":-5}',
  ]) {
    t.equal(readUsage({ 'x-app-usage': odd })?.percent ?? 0, 0, odd)
    t.equal(readUsage({ 'x-business-use-case-usage': odd }, '1')?.percent ?? 0, 0, odd)
  }
})

t.test('Retry-After counts in seconds or up to a date on the server clock', async (t) => {
  t.equal(readRetryAfterMs({ 'retry-after': '90' }), 90_000)
  t.equal(
    readRetryAfterMs({
      'retry-after': 'Wed, 21 Oct 2026 07:30:00 GMT',
      date: 'Wed, 21 Oct 2026 07:28:00 GMT',
    }),
    120_000,
  )
})

t.test('a Retry-After that makes no sense is no wish, and a huge one is cut to a day', async (t) => {
  for (const odd of ['soon', '-5', '', '0', 'NaN', 'Wed, 21 Oct 2026 07:30:00 GMT']) {
    t.equal(readRetryAfterMs({ 'retry-after': odd }), null, odd)
  }
  t.equal(readRetryAfterMs({ 'retry-after': '999999999' }), 86_400_000)
})

t.test('the longer of the two waits is kept', async (t) => {
  const usage = messenger({ call_count: 100, estimated_time_to_regain_access: 1 })
  t.equal(readRetryAfterMs({ 'retry-after': '300', 'x-business-use-case-usage': usage }, PAGE), 300_000)
  t.equal(readRetryAfterMs({ 'retry-after': '3', 'x-business-use-case-usage': usage }, PAGE), 60_000)
})
