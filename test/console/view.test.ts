import t from 'tap'
import type { OpenNeed } from '../../src/alerts/needs.ts'
import { NEEDED_SCOPES } from '../../src/channel/messenger.ts'
import { subscriptionFrom, type Subscription, type ToldFields } from '../../src/findings/facts.ts'
import { findingsOf } from '../../src/findings/findings.ts'
import { WEBHOOK_FIELDS } from '../../src/channel/messenger.ts'
import { fragments } from '../../src/console/overview.ts'
import { toConsoleView, type ConsoleFacts } from '../../src/console/view.ts'
import { verdictTitle } from '../../src/console/verdict.ts'
import type { PageTokenStatus } from '../../src/token/page-tokens.ts'
import type { ProfileStatus } from '../../src/profile/profile-sync.ts'

const NOW = Date.UTC(2026, 10, 21, 12)
const MINUTE = 60_000

const status = (over: Partial<PageTokenStatus> = {}): PageTokenStatus => ({
  pageId: '1001',
  pageName: 'Bakery',
  state: 'valid',
  reason: null,
  remedy: null,
  sinceMs: NOW - 90 * MINUTE,
  provedAtMs: NOW - 90 * MINUTE,
  fingerprint: 'abcd1234',
  scopes: ['pages_show_list', 'pages_messaging', 'pages_manage_metadata'],
  tasks: ['MESSAGING', 'CREATE_CONTENT'],
  expiresAtMs: null,
  dataAccessExpiresAtMs: NOW + 90 * 1440 * MINUTE,
  ...over,
})

const counts = (inbox: number, out: Record<string, number>, sinceMs: number = NOW) => ({
  inbox,
  outbox: new Map(Object.entries(out)),
  dead: 0,
  oldest: {
    inboxMs: inbox === 0 ? null : sinceMs,
    outboxMs: new Map(Object.keys(out).map((page) => [page, sinceMs])),
  },
})

/** What the parts of the bot know; the findings follow from it, as in the running bot. */
interface Known extends Omit<ConsoleFacts, 'findings' | 'webhooksOf' | 'stored'> {
  needs: readonly OpenNeed[]
  stored: { pageId: string; userId: string | null; subscribedFields: string[] | null }[]
  subscriptionOf: (pageId: string) => ToldFields | null
  graphSilentSinceMs: number | null
}

const facts = (over: Partial<Known> = {}): ConsoleFacts => {
  const known: Known = {
    nowMs: NOW,
    needs: [],
    tokens: [status()],
    stored: [{ pageId: '1001', userId: '42', subscribedFields: [...WEBHOOK_FIELDS] }],
    counts: counts(0, {}),
    activityOf: () => ({
      repliesPerMinute: [0, 0, 3],
      latency: { p50Ms: 480, p95Ms: 2300 },
      refusals: [],
      lastHeardMs: null,
    }),
    automaticRepliesOf: () => null,
    profileOf: () => ({ is: 'in_step', checkedMs: NOW, differs: [], error: null, nextMs: null }),
    subscriptionOf: () => null,
    conversations: [],
    waiting: [],
    visitorName: () => null,
    dead: [],
    appWebhook: null,
    graphSilentSinceMs: null,
    ...over,
  }
  const webhooksOf = (pageId: string): Subscription =>
    subscriptionFrom(
      known.subscriptionOf(pageId),
      known.stored.find((page) => page.pageId === pageId)?.subscribedFields ?? null,
    )
  const findings = findingsOf({
    ...known,
    webhooksOf,
    webhookUrl: 'https://bot/webhook',
    neededScopes: NEEDED_SCOPES,
  })
  return { ...known, webhooksOf, findings }
}

const need = {
  pageId: '1001',
  pageName: 'Bakery',
  cause: 'token_invalid',
  what: 'The token no longer works.',
  remedy: 'Run `npm run bootstrap-token -- --page 1001`.',
  byToken: true,
  sinceMs: NOW - 3 * MINUTE,
} as const

/** A part of the page as a reader without eyes for markup gets it. */
const words = (over: Partial<Known>, part: keyof ReturnType<typeof fragments>): string =>
  fragments(toConsoleView(facts(over)))
    [part].text.replace(/<svg[\s\S]*?<\/svg>|<[^>]+>/g, ' ')
    .replace(/\s+/g, ' ')
    .replace(/ ([.,:;])/g, '$1')

t.test('the verdict is the worst that is true', async (t) => {
  const title = (over: Partial<Known>): string => verdictTitle(toConsoleView(facts(over)))
  t.equal(title({}), 'All is well')
  t.equal(
    title({ counts: counts(3, {}, NOW - MINUTE + 1) }),
    'All is well',
    'what is young is being worked on',
  )
  t.equal(title({ counts: counts(3, {}, NOW - MINUTE) }), 'Catching up')
  t.equal(title({ counts: counts(0, { 1001: 2 }, NOW - MINUTE) }), 'Catching up')
  t.equal(
    title({ tokens: [status({ state: 'suspect' })], counts: counts(0, { 1001: 2 }, 0) }),
    'Checking the token of Bakery',
  )
  t.equal(title({ tokens: [status({ state: 'suspect' })], counts: null }), 'The database does not answer')
  t.equal(title({ needs: [need], counts: null }), '2 things keep the bot from answering')
  t.equal(title({ needs: [{ ...need, pageName: null }] }), 'Page 1001 cannot answer')
  t.equal(title({ needs: [need, { ...need, cause: 'permission' }] }), '2 things keep the bot from answering')
  t.equal(
    title({ needs: [{ ...need, pageId: '*', cause: 'token_missing' }] }),
    'The bot needs its first token',
  )
})

t.test('a need says what happened, since when, what waits and what to do', async (t) => {
  const said = words({ needs: [need], counts: counts(0, { 1001: 3, 1002: 9 }) }, 'verdict')
  t.match(said, 'The token no longer works.')
  t.match(said, 'For 3 minutes. 3 replies wait and leave by themselves once this is mended.')
  t.match(said, 'To do: Give it a token below. Or: Run npm run bootstrap-token -- --page 1001.')

  const remedy = 'Give the role again; then run `npm run bootstrap-token` with a new user token.'
  t.match(
    words({ needs: [{ ...need, remedy }] }, 'verdict'),
    'To do: First: Give the role again. Then: Give it a token below. Or: Run npm run bootstrap-token with a new',
  )

  const other = { ...need, cause: 'configuration', remedy: 'Compare FB_APP_ID.', byToken: false } as const
  t.notMatch(words({ needs: [other] }, 'verdict'), /below/, 'a token would not help')
})

t.test('a Page tells about its token in words', async (t) => {
  const said = words({}, 'pages')
  for (const fact of [
    'Bakery 1001',
    'token valid',
    'Valid for 1 hour',
    'Proved 1 hour ago: it never expires',
    'Granted by person 42',
    'Fingerprint abcd1234',
    'Tasks messaging, create content',
    'Data access until 2027-02-19; that is about reading the person’s own data, and sending goes on after it',
    'Webhooks this app hears of everything it needs',
    'Takes half within 480 ms, 95 of 100 within 2.3 s',
    '3 replies in the last hour, at most 3 in a minute',
  ]) {
    t.match(said, fact)
  }
})

t.test('what a Page lacks stands out', async (t) => {
  const said = words(
    {
      tokens: [
        status({
          state: 'invalid',
          reason: 'The password was changed.',
          scopes: ['pages_show_list'],
          dataAccessExpiresAtMs: NOW - 1,
        }),
      ],
      stored: [{ pageId: '1001', userId: null, subscribedFields: ['messages'] }],
      counts: counts(0, { 1001: 1200 }, NOW - 26 * 60 * MINUTE),
      activityOf: () => ({
        repliesPerMinute: [0],
        latency: null,
        refusals: [{ verdict: 'token_invalid', count: 2 }],
        lastHeardMs: NOW - 5 * MINUTE,
      }),
    },
    'pages',
  )
  for (const fact of [
    'token dead',
    'The password was changed.',
    'missing: pages_messaging, pages_manage_metadata',
    'Granted by not known',
    'Data access ended 2026-11-21',
    'not for messaging_postbacks, message_echoes',
    'Waiting 1,200 replies, the oldest for 1 day',
    'Refused token invalid 2×',
    'No reply in the last hour',
    'Last heard 5 minutes ago',
  ]) {
    t.match(said, fact)
  }
})

t.test("the app's own webhook is told of once it is known", async (t) => {
  t.notMatch(words({}, 'pages'), /Webhook of the app/)
  const told = (appWebhook: Known['appWebhook']): string => words({ appWebhook }, 'pages')
  t.match(told({ is: 'absent' }), /not set Facebook sends nothing until/)
  t.match(
    told({ is: 'unknown', why: 'Facebook could not be reached.' }),
    /not known Facebook could not be reached\./,
  )
  const set = { is: 'set', url: 'https://bot/webhook', isActive: true, missing: [] } as const
  t.match(told(set), 'Webhook of the app set Facebook calls https://bot/webhook.')
  t.match(told({ ...set, missing: ['messages'] }), /incomplete .* Not subscribed there: messages\./)
  t.match(told({ ...set, isActive: false }), /incomplete .* switched off/)
})

t.test('conversations show their state and nothing of their content', async (t) => {
  const one = {
    pageId: '1001',
    psid: '700',
    lastHeardMs: NOW,
    lastKind: 'quick_reply',
    lastSentMs: NOW,
    unsent: 0,
    silent: false,
  }
  const said = (over: object): string => words({ conversations: [{ ...one, ...over }] }, 'conversations')
  t.match(said({}), '700 Bakery · quick reply just now answered')
  t.match(said({ unsent: 2 }), '2 replies wait')
  t.match(said({ silent: true }), 'with a person')
  t.match(said({ lastSentMs: null }), 'no reply')
})

t.test('the profile says whether it is in step, and what keeps it from that', async (t) => {
  const status = {
    is: 'in_step',
    checkedMs: NOW - 5 * MINUTE,
    differs: [],
    error: null,
    nextMs: null,
  } as const
  const said = (over: Partial<ProfileStatus>): string =>
    words({ profileOf: () => ({ ...status, ...over }) }, 'pages')
  t.match(said({}), 'Profile as the script wants it; checked 5 minutes ago')
  t.match(said({ is: 'left_alone' }), 'the script says nothing about it')
  t.match(
    said({ is: 'waiting', differs: ['persistent_menu'], nextMs: NOW + 4 * MINUTE }),
    'waits, as Facebook allows few calls; to be set: persistent menu; looked at again in 4 minutes',
  )
  t.match(
    said({ is: 'failed', differs: ['greeting'], error: 'Too long', nextMs: NOW + 1000 }),
    'could not be brought up to date: Too long; to be set: greeting; looked at again within a minute',
  )
  t.match(
    said({ is: 'differs', differs: ['greeting'] }),
    'does not stay as it is set; to be set: greeting; checked',
  )
  t.match(said({ is: 'unknown' }), 'not compared with the script yet')
})

t.test('the subscription is what Facebook last told, and else what the bootstrap saw', async (t) => {
  const said = (fields: readonly string[] | null): string =>
    words({ subscriptionOf: () => ({ checkedMs: NOW - 7 * MINUTE, fields }) }, 'pages')
  t.match(words({}, 'pages'), 'this app hears of everything it needs, when the token was saved Last heard')
  t.match(said([...WEBHOOK_FIELDS]), 'everything it needs; checked 7 minutes ago')
  t.match(said(WEBHOOK_FIELDS.slice(1)), 'not for messages; checked')
  t.match(said(null), 'none: visitors are not heard; checked')
})

t.test('a trouble that keeps no visitor waiting looks like that', async (t) => {
  const profile = { ...need, cause: 'profile', what: 'Too long.' } as const
  const banner = (needs: Known['needs']): string => fragments(toConsoleView(facts({ needs }))).verdict.text
  t.match(banner([profile]), /class="verdict warn"/)
  t.match(banner([profile]), /shows a profile that is out of date/)
  t.match(banner([profile, need]), /class="verdict bad"/)
})

t.test('many dead tokens are told once what to do', async (t) => {
  const said = words({ needs: [need, { ...need, pageId: '1002', pageName: 'Mill' }] }, 'verdict')
  t.equal(said.split('To do:').length, 2)
  t.match(said, 'One may be good for several Pages.')
})

t.test('the headline is the worst of everything that the page shows', async (t) => {
  const title = (over: Partial<Known>): string => verdictTitle(toConsoleView(facts(over)))
  t.equal(title({ appWebhook: { is: 'absent' } }), 'The bot hears nothing from Facebook')
  const set = { is: 'set', url: 'https://bot/webhook', isActive: true, missing: [] } as const
  t.equal(title({ appWebhook: set }), 'All is well')
  t.equal(title({ appWebhook: { ...set, isActive: false } }), 'The bot hears nothing from Facebook')
  t.equal(title({ appWebhook: { ...set, missing: ['standby'] } }), 'The app is not subscribed to everything')
  t.equal(title({ graphSilentSinceMs: NOW - 5000 }), 'Facebook does not answer', 'in the first minute, too')
  t.equal(
    title({ subscriptionOf: () => ({ checkedMs: NOW, fields: null }) }),
    'Bakery may not hear its visitors',
  )
  t.equal(title({ tokens: [status({ scopes: ['pages_messaging'] })] }), 'Bakery lacks a permission')
  for (const [cause, headline] of [
    ['script', 'The bot speaks by an older version of the script'],
    ['refused', 'The bot has replies that Facebook refused'],
    ['webhook', 'The bot hears nothing from Facebook'],
  ] as const) {
    t.equal(title({ needs: [{ ...need, pageId: '*', pageName: null, cause }] }), headline)
  }
})

t.test('who waits for a person is listed by name, with how long they can be answered', async (t) => {
  const one = { pageId: '1001', psid: '7001', sinceMs: NOW - 12 * MINUTE, windowEndsMs: NOW + 120 * MINUTE }
  t.equal(words({}, 'people'), '', 'nothing where none does')
  const said = words({ waiting: [one], visitorName: () => 'Vera Visitor' }, 'people')
  t.match(said, 'Vera Visitor Bakery for 12 minutes can be answered for 2 hours')
  t.match(
    words({ waiting: [{ ...one, windowEndsMs: NOW - 1 }] }, 'people'),
    '7001 Bakery for 12 minutes window closed',
  )
})

t.test('a Page that answers by itself beside the bot is told, with the cure', async (t) => {
  const page = (over: Partial<Known>) => String(fragments(toConsoleView(facts(over)))['pages']?.text)
  t.notMatch(page({}), /Beside the bot/)
  t.match(
    page({ automaticRepliesOf: () => NOW - MINUTE }),
    /Beside the bot[^]*automatic replies[^]*Automations/,
  )
})
