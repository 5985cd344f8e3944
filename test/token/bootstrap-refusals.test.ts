import t from 'tap'
import type { BootstrapOptions } from '../../src/token/bootstrap.ts'
import {
  APP_ID,
  hanging,
  html,
  NOW_S,
  PAGE_ID,
  pageFacts,
  refusing,
  userFacts,
  type FakeGraph,
} from '../helpers/graph-server.ts'
import { deathRemedy, meaningOf } from '../../src/token/refusals.ts'
import { pageToken } from '../store/tokens/sample.ts'
import { build } from './bootstrap-world.ts'

interface Refusal {
  what: string
  arrange: (fake: FakeGraph) => void
  /** How long the client waits for an answer, where that is what is tried. */
  timeoutMs?: number
  options?: Partial<BootstrapOptions>
  code: string
  message: RegExp
  remedy: RegExp
}

const user = (over: Record<string, unknown>) => (fake: FakeGraph) =>
  void fake.tokens.set('user-token-1', userFacts(over))
const page = (over: Record<string, unknown>) => (fake: FakeGraph) =>
  void fake.tokens.set('page-token-1', pageFacts(PAGE_ID, over))
const answer = (edge: string, answerer: Parameters<FakeGraph['answers']['set']>[1]) => (fake: FakeGraph) =>
  void fake.answers.set(edge, answerer)
const died = (subcode: number, message: string) => ({
  is_valid: false,
  error: { code: 190, subcode, message },
})

const REFUSALS: Refusal[] = [
  {
    what: 'an expired user token',
    arrange: user({
      ...died(463, 'Error validating access token: Session has expired'),
      expires_at: NOW_S - 5,
    }),
    code: 'BOT_USER_TOKEN_INVALID',
    message: /the token has expired/,
    remedy: /new user token with pages_show_list, pages_messaging, pages_manage_metadata/,
  },
  {
    what: 'a user token of a changed password',
    arrange: user(died(460, 'The session has been invalidated')),
    code: 'BOT_USER_TOKEN_INVALID',
    message: /password was changed/,
    remedy: /new user token/,
  },
  {
    what: 'an unknown user token',
    arrange: (fake) => void fake.tokens.delete('user-token-1'),
    code: 'BOT_USER_TOKEN_INVALID',
    message: /does not work/,
    remedy: /new user token/,
  },
  {
    what: 'a user token that expires before the exchange',
    arrange: answer('access_token', refusing(190, 'Error validating access token: Session has expired', 463)),
    code: 'BOT_USER_TOKEN_INVALID',
    message: /the token has expired/,
    remedy: /new user token/,
  },
  {
    what: "another app's user token",
    arrange: user({ app_id: '999' }),
    code: 'BOT_USER_TOKEN_FOREIGN',
    message: /made for app 999, not for this app \(600000000000001\)/,
    remedy: /app 600000000000001 chosen/,
  },
  {
    what: "another app's user token that Graph will not inspect",
    arrange: answer(
      'debug_token',
      refusing(100, 'The App_id in the input_token did not match the Viewing App'),
    ),
    code: 'BOT_USER_TOKEN_FOREIGN',
    message: /does not say/,
    remedy: /FB_APP_ID/,
  },
  {
    what: 'a user token of no app at all',
    arrange: user({ app_id: undefined }),
    code: 'BOT_USER_TOKEN_FOREIGN',
    message: /does not say/,
    remedy: /FB_APP_ID/,
  },
  {
    what: 'a Graph version that does not exist',
    arrange: answer('debug_token', refusing(2500, 'Unknown path components: /v99.0/debug_token')),
    code: 'BOT_GRAPH_REJECTED',
    message: /Unknown path components/,
    remedy: /FB_GRAPH_VERSION/,
  },
  {
    what: 'a retired Graph version',
    arrange: answer('debug_token', refusing(2635, 'You are calling a deprecated version of the API')),
    code: 'BOT_GRAPH_REJECTED',
    message: /deprecated version/,
    remedy: /FB_GRAPH_VERSION/,
  },
  {
    what: 'an address of this machine that the app does not allow',
    arrange: answer('debug_token', refusing(5, 'Unauthorized source IP address')),
    code: 'BOT_GRAPH_REJECTED',
    message: /Unauthorized source IP/,
    remedy: /Server IP allowlist/,
  },
  {
    what: 'a deactivated app',
    arrange: answer('debug_token', refusing(200, 'API access deactivated. Go to the app dashboard.')),
    code: 'BOT_GRAPH_REJECTED',
    message: /API access deactivated/,
    remedy: /App Dashboard.*A new token does not help/,
  },
  {
    what: 'an undocumented refusal',
    arrange: answer('debug_token', refusing(4242, 'The moon is in the wrong place')),
    code: 'BOT_GRAPH_REJECTED',
    message: /4242 .*The moon is in the wrong place/,
    remedy: /what Facebook says/,
  },
  {
    what: 'an exchange without a user',
    arrange: answer('access_token', refusing(190, 'Cannot call API for app 6 on behalf of user 7')),
    code: 'BOT_USER_TOKEN_INVALID',
    message: /does not work: .*“Cannot call API for app 6 on behalf of user 7”/,
    remedy: /new user token/,
  },
  {
    what: 'a business that demands two-factor authentication',
    arrange: answer('accounts', refusing(415, 'Two factor authentication is required')),
    code: 'BOT_GRAPH_REJECTED',
    message: /Two factor authentication is required/,
    remedy: /two-factor/,
  },
  {
    what: 'a Page token pasted by mistake',
    arrange: user({ type: 'page' }),
    code: 'BOT_USER_TOKEN_INVALID',
    message: /a Page token, not a user token/,
    remedy: /choose "User Token"/,
  },
  {
    what: 'an app token pasted by mistake',
    arrange: user({ type: 'APP' }),
    code: 'BOT_USER_TOKEN_INVALID',
    message: /of type APP, not a user token/,
    remedy: /choose "User Token"/,
  },
  {
    what: 'a missing permission',
    arrange: user({ scopes: ['pages_show_list', 'pages_manage_metadata'] }),
    code: 'BOT_USER_TOKEN_SCOPE_MISSING',
    message: /lacks pages_messaging\./,
    remedy: /add that permission and accept it/,
  },
  {
    what: 'several missing permissions',
    arrange: user({ scopes: undefined }),
    code: 'BOT_USER_TOKEN_SCOPE_MISSING',
    message: /lacks pages_show_list, pages_messaging, pages_manage_metadata/,
    remedy: /those permissions/,
  },
  {
    what: 'no Page at all',
    arrange: (fake) => void (fake.pages = []),
    code: 'BOT_PAGE_NOT_FOUND',
    message: /reaches no Page/,
    remedy: /tick the Page.*business_management.*--page ID/,
  },
  {
    what: 'a Page that does not exist',
    arrange: () => {},
    options: { pageIds: ['999'] },
    code: 'BOT_PAGE_NOT_FOUND',
    message: /does not reach Page 999/,
    // sandeepkesarkar/fieldkit#46: the id in the Page's address is another than Graph's.
    remedy: /Check the id .*Page transparency.*profile\.php/,
  },
  {
    what: 'the id of the app in place of a Page',
    arrange: () => {},
    options: { pageIds: [APP_ID] },
    code: 'BOT_PAGE_NOT_FOUND',
    message: /is the id of the app, not of a Page/,
    remedy: /Page transparency/,
  },
  {
    what: 'a Page without the messaging task',
    arrange: (fake) => void (fake.pages[0]!.tasks = ['ANALYZE', 'MODERATE']),
    code: 'BOT_PAGE_TASK_MISSING',
    message: /may not answer messages for Example Page .*ANALYZE, MODERATE/,
    remedy: /messaging task/,
  },
  {
    what: 'a Page that gives no token',
    arrange: (fake) => void (fake.pages[0]!.token = null),
    code: 'BOT_PAGE_TASK_MISSING',
    message: /gives no Page token for Example Page/,
    remedy: /Page access/,
  },
  {
    what: 'a Page token that would expire',
    arrange: page({ expires_at: NOW_S + 3600 }),
    code: 'BOT_PAGE_TOKEN_EXPIRES',
    message: /Example Page \(100000000000001\) would expire on 2026-09-21T15:13:20/,
    remedy: /expiration "never"/,
  },
  {
    what: 'a Page token that is not said to never expire',
    arrange: page({ expires_at: undefined }),
    code: 'BOT_PAGE_TOKEN_UNPROVEN',
    message: /does not say that it never expires/,
    remedy: /new user token/,
  },
  {
    what: 'a Page token that is dead on arrival',
    arrange: page(died(492, 'no role')),
    code: 'BOT_PAGE_TOKEN_UNPROVEN',
    message: /no longer has a suitable role/,
    remedy: /new user token/,
  },
  {
    what: 'a Page token of another Page',
    arrange: page({ profile_id: '999' }),
    code: 'BOT_PAGE_TOKEN_UNPROVEN',
    message: /belongs to Page 999/,
    remedy: /Tick this Page/,
  },
  {
    what: 'a Page token of another app',
    arrange: page({ app_id: '999' }),
    code: 'BOT_PAGE_TOKEN_UNPROVEN',
    message: /belongs to app 999/,
    remedy: /new user token/,
  },
  {
    what: 'a token that is not a Page token',
    arrange: page({ type: 'USER' }),
    code: 'BOT_PAGE_TOKEN_UNPROVEN',
    message: /of type USER, not PAGE/,
    remedy: /new user token/,
  },
  {
    what: 'a Page token without pages_messaging',
    arrange: page({ scopes: ['pages_show_list'] }),
    code: 'BOT_PAGE_TOKEN_UNPROVEN',
    message: /lacks pages_messaging for this Page/,
    remedy: /for every permission/,
  },
  {
    what: 'a Page token whose pages_messaging is for other Pages',
    arrange: page({ granular_scopes: [{ scope: 'pages_messaging', target_ids: ['999'] }] }),
    code: 'BOT_PAGE_TOKEN_UNPROVEN',
    message: /lacks pages_messaging for this Page/,
    remedy: /for every permission/,
  },
  {
    what: 'a wrong app secret at the exchange',
    arrange: answer('access_token', refusing(1, 'Error validating client secret.')),
    code: 'BOT_APP_CREDENTIALS_WRONG',
    message: /app id and app secret/,
    remedy: /FB_APP_ID and FB_APP_SECRET/,
  },
  {
    what: 'a wrong app id',
    arrange: answer(
      'debug_token',
      refusing(190, 'Error validating application. Cannot get application info due to a system error.'),
    ),
    code: 'BOT_APP_CREDENTIALS_WRONG',
    message: /app id and app secret/,
    remedy: /FB_APP_ID and FB_APP_SECRET/,
  },
  {
    what: 'a rate limit',
    arrange: answer('accounts', refusing(4, 'Application request limit reached')),
    code: 'BOT_GRAPH_REJECTED',
    message: /request limit/,
    remedy: /Try again in 15 minutes/,
  },
  {
    what: 'a refused list',
    arrange: answer('accounts', refusing(200, 'Requires pages_show_list')),
    code: 'BOT_GRAPH_REJECTED',
    message: /permission is missing/,
    remedy: /new user token/,
  },
  {
    what: 'HTML instead of an answer',
    arrange: answer('debug_token', html),
    code: 'BOT_GRAPH_UNREACHABLE',
    message: /HTTP 502 and no JSON/,
    remedy: /Try again in a minute/,
  },
  {
    what: 'a Graph that hangs',
    arrange: answer('accounts', hanging),
    timeoutMs: 500,
    code: 'BOT_GRAPH_UNREACHABLE',
    message: /no answer within 0\.5 s/,
    remedy: /Try again in a minute/,
  },
  {
    what: 'nothing but spaces',
    arrange: () => {},
    options: { userToken: '   ' },
    code: 'BOT_USER_TOKEN_INVALID',
    message: /no token/,
    remedy: /Copy the whole user token/,
  },
]

for (const { what, arrange, timeoutMs, options, code, message, remedy } of REFUSALS) {
  t.test(`${what} is refused with what to do, and nothing is saved`, async (t) => {
    const { fake, store, run, steps } = await build(t, timeoutMs === undefined ? {} : { timeoutMs })
    await store.save({ pages: [pageToken({ pageId: PAGE_ID, token: 'working' })] })
    arrange(fake)

    const error = await run(options).catch((e: Error) => e)
    t.match(error, { name: 'BotError', code, message, remedy })
    t.strictSame(
      store.pages().map(({ token }) => token),
      ['working'],
      'the earlier token stays',
    )
    t.equal(fake.subscribed.size, 0)
    t.notMatch(`${JSON.stringify(steps)} ${(error as Error).stack}`, /user-token-1|page-token-1|app-secret-1/)
  })
}

t.test('a dead token names what must be done besides making a new one, where the words tell', async (t) => {
  const dead = (message: string) => ({ error: { code: 190, subcode: null, message } })
  const gone = dead('This Page access token belongs to a Page that is not accessible.')
  t.match(meaningOf({ ...gone, expiresAtMs: null }), /does not show the Page: it is unpublished/)
  t.match(deathRemedy(gone), /^Publish the Page again.*; then run `npm run bootstrap-token`/)
  const unticked = dead(
    "Any of the pages_messaging permission(s) must be granted before impersonating a user's page.",
  )
  t.match(deathRemedy(unticked), /tick this Page/)
  const other = dead('The session is invalid.')
  t.equal(meaningOf({ ...other, expiresAtMs: null }), 'The session is invalid', 'a full stop follows')
  t.equal(deathRemedy(other), null)
})
