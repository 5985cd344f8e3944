import t from 'tap'
import type { StoredPageToken } from '../../src/store/tokens/records.ts'
import { pageToken } from '../store/tokens/sample.ts'
import { build, DEAD, facts, failure, SECOND_MS } from './probed-world.ts'
import { refused } from '../helpers/token-status.ts'

t.test('wrong app credentials are trouble of their own, never a dead token', async (t) => {
  const { tokens, clock, world, troubles } = await build(t)
  world.answer = failure('configuration')
  await tokens.start()
  await clock.advance(600 * SECOND_MS)
  t.equal(tokens.status('100').state, 'valid')
  t.match(troubles, [['100', { cause: 'configuration', what: /Facebook said no/, remedy: /FB_APP_SECRET/ }]])

  world.answer = facts()
  await clock.advance(60 * SECOND_MS)
  t.match(troubles.slice(1), [['100', null]])
})

t.test('a token of another app is our configuration, too', async (t) => {
  const { tokens, clock, world, troubles } = await build(t)
  world.answer = facts({ appId: '999' })
  await tokens.start()
  await clock.advance(0)
  t.equal(tokens.status('100').state, 'valid')
  t.match(troubles, [['100', { cause: 'configuration', what: /app 999, but FB_APP_ID is 600/ }]])

  const refused = await build(t)
  refused.world.answer = failure('bad_request')
  await refused.tokens.start()
  await refused.clock.advance(0)
  t.match(refused.troubles, [['100', { cause: 'configuration' }]])
})

t.test('a refusal of the check that is not known is told when it comes again', async (t) => {
  const { tokens, clock, world, troubles } = await build(t)
  world.answer = failure('unknown')
  await tokens.start()
  await clock.advance(0)
  t.strictSame(troubles, [], 'one may be a gateway’s')
  world.answer = facts()
  await clock.advance(5 * SECOND_MS)
  t.strictSame(troubles, [])
  world.answer = failure('unknown')
  await tokens.probe('100')
  t.strictSame(troubles, [], 'those before a success do not count')
  await clock.advance(5 * SECOND_MS)
  t.match(troubles, [['100', { cause: 'configuration', what: /Facebook said no/ }]])
  t.equal(tokens.status('100').state, 'valid')
})

t.test('a lost pages_messaging is told, and told when it is back', async (t) => {
  const { tokens, clock, world, troubles } = await build(t)
  world.answer = facts({ scopes: ['pages_show_list'] })
  await tokens.start()
  await clock.advance(0)
  t.match(troubles, [['100', { cause: 'permission', what: /pages_messaging was taken/, byToken: true }]])
  world.answer = facts()
  await tokens.probe('100')
  t.match(troubles[1], ['100', null])
})

t.test('a login that leaves a Page of the same person unticked is told within seconds', async (t) => {
  const bakery = pageToken({ pageId: '200', token: 'bakery' })
  const foreign = pageToken({ pageId: '300', token: 'foreign', userId: '8' })
  const { tokens, clock, world, troubles, probes } = await build(t, {}, [pageToken(), foreign])
  await tokens.start()
  await clock.advance(SECOND_MS)
  probes.length = 0

  world.answer = facts({ granularScopes: [{ scope: 'pages_messaging', targetIds: ['200'] }] })
  world.store([pageToken(), foreign, bakery])
  await clock.advance(10 * SECOND_MS)
  t.strictSame(probes, ['bakery', 'page-token-1'], 'what another person granted is as it was')
  t.match(troubles, [
    [
      '100',
      { cause: 'permission', what: /granted for other Pages/, remedy: /every other Page/, byToken: true },
    ],
  ])

  probes.length = 0
  for (const token of ['a', 'b', 'c']) {
    world.store([pageToken(), foreign, pageToken({ pageId: '200', token })])
    await clock.advance(SECOND_MS)
  }
  await clock.advance(10 * SECOND_MS)
  t.strictSame(probes, ['a', 'b', 'c', 'page-token-1'], 'many renewals lead to one probe')
})

t.test(
  'a token that was proved to have no end and has one now is healed at once, or told while it works',
  async (t) => {
    const healed: string[] = []
    let isGood = true
    const heal = async ({ token }: StoredPageToken) => {
      healed.push(token)
      return isGood
    }
    const { clock, tokens, world, troubles } = await build(t, { heal })
    const endsMs = Date.UTC(2026, 11, 24)
    world.answer = facts({ expiresAtMs: endsMs })
    await tokens.start()
    await clock.advance(0)
    t.strictSame(healed, ['page-token-1'])
    t.strictSame(troubles, [])

    isGood = false
    await tokens.probe('100')
    t.match(troubles, [
      ['100', { cause: 'token_expires', what: /expires on 2026-12-24/, remedy: /--page 100/, byToken: true }],
    ])
    t.equal(tokens.tokenFor('100'), 'page-token-1', 'it still works')
    t.equal(tokens.status('100').expiresAtMs, endsMs)
    world.store([pageToken({ token: 'page-token-2', provedAtMs: 9 })])
    world.answer = facts()
    await clock.advance(0)
    t.equal(tokens.status('100').expiresAtMs, null)
    t.strictSame(troubles.at(-1), ['100', null])
  },
)

t.test('where a role is missing, the role comes first and the token second', async (t) => {
  const { clock, tokens, world } = await build(t)
  await tokens.start()
  await clock.advance(SECOND_MS)
  world.answer = facts({ isValid: false, error: { code: 190, subcode: 492, message: 'no role' } })
  tokens.suspect('100', 'page-token-1', refused('error 190/492'))
  await clock.advance(SECOND_MS)
  t.match(tokens.status('100'), { state: 'invalid', remedy: /^Give the person the task "Messages"/ })

  const message = "pages_messaging permission(s) must be granted before impersonating a user's page."
  world.answer = facts({ isValid: false, error: { code: 190, subcode: null, message } })
  world.store([pageToken({ token: 'unticked', provedAtMs: clock.now() })])
  await clock.advance(SECOND_MS)
  t.match(tokens.status('100'), { state: 'invalid', reason: /left out the Page/, remedy: /tick this Page/ })

  world.answer = DEAD
  world.store([pageToken({ token: 'page-token-2', provedAtMs: clock.now() })])
  tokens.suspect('100', 'page-token-2', refused('error 190/460'))
  await clock.advance(SECOND_MS)
  t.match(tokens.status('100'), { state: 'invalid', remedy: null })
})
