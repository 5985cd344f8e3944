import t from 'tap'
import { GraphError, type Verdict } from '../../src/graph/error.ts'
import type { JsonObject } from '../../src/base/json.ts'
import { createProfileSync } from '../../src/profile/profile-sync.ts'
import type { Trouble } from '../../src/alerts/page-trouble.ts'
import type { PageTokenState, PageTokenStatus } from '../../src/token/page-tokens.ts'
import { createFakeClock, settle } from '../helpers/clock.ts'
import { tokenStatus } from '../helpers/token-status.ts'

const PAGE = '100000000000001'
const GREETING: JsonObject = { greeting: [{ locale: 'default', text: 'Hi' }] }
const MINUTE = 60_000

/** A sync of one Page; Facebook keeps a profile and may be told to refuse. */
const setUp = (over: { profile?: JsonObject; state?: PageTokenState } = {}) => {
  const clock = createFakeClock()
  const facebook: JsonObject = over.profile ?? {}
  const calls: { call: string; token: string; body?: unknown }[] = []
  const warnings: object[] = []
  const suspected: string[] = []
  const told = { trouble: null as Trouble | null }
  let keeps = true
  let refusal: Verdict | null = null
  let remedy: string | undefined
  let refused: string | undefined
  let token: string | null = 'page-token-1'
  let wanted: JsonObject | null = GREETING
  let hear = (_status: PageTokenStatus): void => undefined

  const status = (state: PageTokenState): PageTokenStatus => tokenStatus(PAGE, state)
  const answer = async <T>(call: string, used: string, body: unknown, result: () => T): Promise<T> => {
    calls.push({ call, token: used, ...(body !== undefined && { body }) })
    await settle(1)
    if (refusal === null || (refused ?? call) !== call) return result()
    throw new GraphError('refused', {
      verdict: refusal,
      remedy,
      edge: 'messenger_profile',
      graphCode: 1,
      subcode: null,
      fbtraceId: null,
      httpStatus: 400,
      retryAfterMs: null,
    })
  }
  let state = over.state ?? 'valid'
  const sync = createProfileSync({
    graph: {
      messengerProfile: (used) => answer('get', used, undefined, () => structuredClone(facebook)),
      setMessengerProfile: (used, properties) =>
        answer('set', used, properties, () => {
          if (keeps) Object.assign(facebook, structuredClone(properties))
        }),
      deleteMessengerProfile: (used, fields) =>
        answer('delete', used, fields, () => {
          for (const field of fields) delete facebook[field]
        }),
    },
    tokens: {
      tokenFor: () => (state === 'valid' ? token : null),
      statuses: () => [status(state)],
      suspect: (_pageId, used) => void suspected.push(used),
      onChange: (listener) => {
        hear = listener
        return () => {
          hear = () => undefined
        }
      },
    },
    wanted: () => wanted,
    clock,
    onTrouble: (_pageId, trouble) => void (told.trouble = trouble),
    log: { info: () => undefined, warn: (facts) => void warnings.push(facts) },
  })
  return {
    sync,
    clock,
    facebook,
    calls,
    warnings,
    suspected,
    told,
    keepNothing: () => void (keeps = false),
    names: () => calls.map(({ call }) => call),
    /** @param call - `get`, `set` or `delete`; any where nothing is said */
    refuse: (verdict: Verdict | null, call?: string, cure?: string) => {
      refusal = verdict
      refused = call
      remedy = cure
    },
    want: (next: JsonObject | null) => void (wanted = next),
    newToken: (next: string) => {
      token = next
      state = 'valid'
      hear(status('valid'))
    },
    changeState: (next: PageTokenState) => {
      state = next
      hear(status(next))
    },
  }
}

t.test('at start a profile that differs is set, one that is right is only read', async (t) => {
  const differing = setUp()
  differing.sync.start()
  await settle()
  t.same(differing.calls, [
    { call: 'get', token: 'page-token-1' },
    { call: 'set', token: 'page-token-1', body: GREETING },
  ])
  t.same(differing.facebook, GREETING)

  const right = setUp({ profile: GREETING })
  right.sync.start()
  await settle()
  t.same(right.names(), ['get'])
})

t.test('what is gone from the script is deleted before the rest is set', async (t) => {
  const page = setUp({ profile: { persistent_menu: [{ locale: 'default' }] } })
  page.sync.start()
  await settle(10)

  t.same(page.names(), ['get', 'delete', 'set'])
  t.same(page.calls[1]?.body, ['persistent_menu'])
})

t.test('without a token, or without a word about the profile, Facebook is not called', async (t) => {
  const dead = setUp({ state: 'invalid' })
  dead.sync.start()
  await settle()
  t.same(dead.calls, [])

  const silent = setUp()
  silent.want(null)
  silent.sync.start()
  await settle()
  t.same(silent.calls, [])
})

t.test(
  'a new token and a new script are reasons to look again, a probe that found nothing is none',
  async (t) => {
    const page = setUp({ profile: GREETING })
    page.sync.start()
    await settle()
    page.changeState('valid')
    page.sync.refresh()
    await settle()
    t.same(page.names(), ['get'])

    page.newToken('page-token-2')
    await settle()
    t.same(page.calls.at(-1), { call: 'get', token: 'page-token-2' })

    page.want({ greeting: [{ locale: 'default', text: 'Hello' }] })
    page.sync.refresh()
    await settle(10)
    t.same(page.names(), ['get', 'get', 'get', 'set'])
  },
)

t.test(
  'however often the script changes, Facebook gets few calls, and the last version in the end',
  async (t) => {
    const page = setUp()
    page.sync.start()
    for (let version = 0; version < 100; version += 1) {
      page.want({ greeting: [{ locale: 'default', text: `Version ${version}` }] })
      page.sync.refresh()
      await page.clock.advance(1000)
    }
    t.ok(page.calls.length <= 6, `${page.calls.length} calls in 100 s`)

    await page.clock.advance(10 * MINUTE)
    t.match(page.facebook, { greeting: [{ text: 'Version 99' }] })
    t.ok(page.calls.length <= 12)
  },
)

t.test('two reasons at once make one call after the other', async (t) => {
  const page = setUp()
  page.sync.start()
  page.sync.refresh()
  page.sync.refresh()
  await settle(10)
  t.same(page.names(), ['get', 'set'])
})

t.test('a failure is reported once and tried again later', async (t) => {
  const page = setUp()
  page.refuse('transient')
  page.sync.start()
  await settle()
  await page.clock.advance(60 * MINUTE)
  t.equal(page.warnings.length, 1)
  t.ok(page.calls.length >= 3 && page.calls.length <= 6, `${page.calls.length} calls in an hour`)

  page.refuse(null)
  await page.clock.advance(15 * MINUTE)
  t.same(page.facebook, GREETING)

  page.refuse('bad_request')
  page.want({ greeting: [] })
  page.sync.refresh()
  await settle()
  t.equal(page.warnings.length, 2, 'another failure is another report')
})

t.test('a dead token is suspected, and its successor sets the profile', async (t) => {
  const page = setUp()
  page.refuse('token_invalid')
  page.sync.start()
  await settle()
  t.same(page.suspected, ['page-token-1'])
  t.same(page.warnings, [])
  t.equal(page.clock.pending(), 0)

  page.refuse(null)
  page.newToken('page-token-2')
  await settle(10)
  t.same(page.facebook, GREETING)
})

t.test('a change made at Facebook is found within hours, and put back', async (t) => {
  const page = setUp({ profile: GREETING })
  page.sync.start()
  await settle()
  t.match(page.sync.status(PAGE), { is: 'in_step', checkedMs: page.clock.now(), differs: [], error: null })

  page.facebook['greeting'] = [{ locale: 'default', text: 'Buy now' }]
  await page.clock.advance(6 * 60 * MINUTE)
  t.same(page.facebook, GREETING)
  await page.clock.advance(24 * 60 * MINUTE)
  t.match(page.sync.status(PAGE), { is: 'in_step', differs: [] })
  t.equal(page.told.trouble, null)
})

t.test('a profile that Facebook refuses is a need until the script is corrected', async (t) => {
  const page = setUp()
  page.sync.start()
  page.refuse('bad_request', 'set')
  await settle()
  t.match(page.told.trouble, { what: /does not take.*refused/, remedy: /Correct `profile`/ })
  t.match(page.sync.status(PAGE), { is: 'failed', error: 'refused', nextMs: page.clock.now() + 15 * MINUTE })

  page.refuse(null)
  page.want({ greeting: [{ locale: 'default', text: 'Hello' }] })
  page.sync.refresh()
  await settle(10)
  t.equal(page.told.trouble, null)
  t.match(page.sync.status(PAGE), { is: 'in_step', error: null })
})

t.test('the cure that is known for a refusal of the profile is told', async (t) => {
  const page = setUp()
  page.refuse('permission', 'set', 'Make this app the default app of the Page.')
  page.sync.start()
  await settle()
  t.match(page.told.trouble, { remedy: 'Make this app the default app of the Page.', byToken: false })
})

t.test('a profile that Facebook does not tell is not the fault of the script', async (t) => {
  // fbsamples/messenger-bot-samples#33
  for (const verdict of ['bad_request', 'unknown'] as const) {
    const page = setUp()
    page.refuse(verdict, 'get')
    page.sync.start()
    await settle()
    t.match(page.told.trouble, { what: /does not tell/, remedy: /npm run bootstrap-token/, byToken: true })
    await page.sync.stop()
  }
})

t.test('an outage is told in the status and raises no need', async (t) => {
  const page = setUp()
  page.refuse('transient')
  page.sync.start()
  await page.clock.advance(60 * MINUTE)
  t.match(page.sync.status(PAGE), { is: 'failed', error: 'refused' })
  t.equal(page.told.trouble, null)
})

t.test('a profile that is set and does not stay is a need, not a quarrel', async (t) => {
  const page = setUp()
  page.keepNothing()
  page.sync.start()
  await page.clock.advance(20 * MINUTE)
  t.match(page.told.trouble, { what: /greeting is set, and differs again/ })
  t.match(page.sync.status(PAGE), { is: 'differs', differs: ['greeting'] })
  const before = page.calls.length
  await page.clock.advance(24 * 60 * MINUTE)
  t.ok(page.calls.length - before <= 10, 'it is tried a few times a day')
})

t.test('while the calls are used up the status says until when, though the clock is set back', async (t) => {
  const page = setUp()
  page.sync.start()
  for (const text of ['a', 'b', 'c', 'd']) {
    page.want({ greeting: [{ locale: 'default', text }] })
    if (text === 'd') page.clock.set(-24 * 60 * MINUTE)
    page.sync.refresh()
    await settle(10)
  }
  const { is, nextMs } = page.sync.status(PAGE)
  t.equal(is, 'waiting')
  t.ok(nextMs !== null && nextMs - page.clock.now() <= 10 * MINUTE + 1)
  page.want(null)
  t.match(page.sync.status(PAGE), { is: 'left_alone' })
  t.match(page.sync.status('another'), { is: 'left_alone', checkedMs: null })
})

t.test('after its end nothing is called and nothing waits', async (t) => {
  const page = setUp()
  page.refuse('transient')
  page.sync.start()
  await settle()
  await page.sync.stop()
  const before = page.calls.length
  page.newToken('page-token-2')
  page.sync.refresh()
  await page.clock.advance(60 * MINUTE)
  t.equal(page.calls.length, before)
  t.equal(page.clock.pending(), 0)
})
