import * as words from './refusal-words.ts'
import * as remedies from './remedies.ts'
import {
  credentials,
  dead,
  either,
  noPage,
  noPageToken,
  OWN_PAGE,
  refusedTag,
  row,
  setup,
  type VerdictRow,
} from './verdict-rows.ts'

const CHECKPOINT = 'the person who made the token must first pass a security check on facebook.com'
const NO_TOKEN_CAME = 'no access token has reached Facebook that it could use'
const NO_TWO_FACTOR = "the Page's business demands two-factor authentication of the person who made the token"
const NO_PAGE_ROLE =
  'the person who made the token no longer has a suitable role on the Page, or lacks the two-factor authentication that the business of the Page demands'
const PRIVACY_RULES = 'regional privacy rules forbid this in the conversation'
const NO_IDENTITY = 'Facebook wants the identity of the person who manages the Page confirmed first'
const NO_CHALLENGE = 'Facebook did not get the right answer from the callback address'
const MOVED = 'the Page was merged with another one, or moved, and has another id now'
const WRONG_REDIRECT = 'the code of this login is not good for this redirect address'
const USED_CODE = 'the code of this login was used before'
const EXPIRED_CODE = 'the code of this login has expired'
const CALL_CHANGED = 'Facebook refuses a part of the call that every call has, or did not get it'
const NO_ROLE = 'the app is not live, or this person has no role in it'

/**
 * The only table of Graph's error numbers. ADR 0011 says where and why a verdict is finer than the class in the reference.
 *
 * @see docs/messenger-platform.md#c3, #b2, #b10, #k13, #k14, #m; docs/adr/0080-what-a-refusal-proves.md, docs/adr/0011-where-verdicts-differ.md
 */
export const VERDICTS: readonly VerdictRow[] = [
  // The set-up of the app. These rows come first, because other rows give the same codes another meaning, such as a dead token.
  setup([0, 999], 'the app was deleted', { says: words.DELETED_APP, ...remedies.NEW_APP }),
  credentials([0, 999], 'the app id or app secret is wrong', /Error validating (application|client secret)/i),
  credentials(100, 'the app secret does not fit this app', /appsecret_proof/i),
  credentials(100, 'the app id and app secret do not form an app token', /must provide an app access token/i),
  credentials(101, 'the app id or app secret is wrong'),
  setup(104, NO_TOKEN_CAME, { says: words.ACCESS_TOKEN, ...remedies.NO_TOKEN }),
  setup([200, 299], NO_TOKEN_CAME, { says: words.NO_APP_ID, ...remedies.NO_TOKEN }),
  credentials(104, 'the call was not signed with the secret of this app'),
  setup(5, 'Facebook does not take calls of this app from the address of this machine', {
    remedy:
      "Add this machine's outgoing address to App Dashboard > App settings > Advanced > Server IP allowlist, or empty that list. A new token does not help.",
  }),
  setup([0, 299], 'the app is deactivated, archived or blocked', {
    says: words.DEACTIVATED,
    remedy:
      'Reactivate or unarchive the app in the App Dashboard, and do what its Required actions ask for, such as the data use checkup. A new token does not help.',
  }),
  setup(12, 'the version of the Graph API that is called is retired', { remedy: remedies.SUPPORTED_VERSION }),
  setup(2635, 'the version of the Graph API that is called is retired', {
    remedy: remedies.SUPPORTED_VERSION,
  }),
  ...[1, 15].map((code) =>
    setup(code, 'the app is set up as a native or desktop app', {
      says: words.DESKTOP_APP,
      remedy: remedies.NO_DESKTOP_APP,
    }),
  ),
  setup(2500, NO_TOKEN_CAME, { says: words.ACCESS_TOKEN, ...remedies.NO_TOKEN }),
  setup(2500, 'Facebook does not know this path or version', {
    remedy: `${remedies.SUPPORTED_VERSION} See whether FB_GRAPH_URL is https://graph.facebook.com, too.`,
  }),

  // Token and session
  dead(458, 'the app was removed from the account of the person who made the token'),
  row(190, 459, 'token_invalid', CHECKPOINT, remedies.PASS_CHECKPOINT),
  dead(460, 'the password was changed, or Facebook ended the session for security'),
  dead(463, 'the token has expired'),
  row(
    190,
    464,
    'token_invalid',
    'the account of the person who made the token must first be confirmed on facebook.com',
    remedies.PASS_CHECKPOINT,
  ),
  dead(467, 'the token was revoked or has expired'),
  row(190, 490, 'token_invalid', CHECKPOINT, remedies.PASS_CHECKPOINT),
  dead(492, NO_PAGE_ROLE, remedies.PAGE_ROLE),
  dead(493, 'the person who made the token has not used the app for more than 90 days'),
  row(190, 'any', 'token_invalid', NO_PAGE_ROLE, {
    says: words.NO_PAGE_ROLE,
    hint: 'token_dead',
    ...remedies.PAGE_ROLE,
  }),
  noPageToken(190),
  row(190, 'any', 'token_invalid', NO_TWO_FACTOR, {
    says: words.TWO_FACTOR,
    remedy: remedies.TURN_ON_TWO_FACTOR,
    byToken: true,
  }),
  row(190, 'any', 'token_invalid', CHECKPOINT, { says: words.CHECKPOINT, ...remedies.PASS_CHECKPOINT }),
  row(190, 'any', 'token_invalid', 'Facebook does not show the Page: it is unpublished, deleted or blocked', {
    says: words.PAGE_GONE,
    ...remedies.PUBLISH_AGAIN,
  }),
  row(190, 'any', 'token_invalid', 'a later login at Facebook left out the Page or one of its permissions', {
    says: words.NOT_TICKED,
    ...remedies.TICK_ALL,
  }),
  row(190, 'any', 'token_invalid', 'the token is invalid, expired or revoked'),
  row(102, 'any', 'token_invalid', 'the session of the person who made the token has ended'),
  row(452, 'any', 'token_invalid', 'the session key is invalid'),
  // Subcodes of 190 that come as codes, too.
  ...[460, 463, 467].map((code) =>
    row(code, 'any', 'token_invalid', 'the token is invalid, expired or revoked'),
  ),
  row(413, 'any', 'permission', NO_TWO_FACTOR, {
    remedy: remedies.TURN_ON_TWO_FACTOR,
    byToken: true,
  }),
  row(415, 'any', 'permission', NO_TWO_FACTOR, {
    remedy: remedies.TURN_ON_TWO_FACTOR,
    byToken: true,
  }),

  // Window and recipient: before permissions, whose numbers they share.
  row(10, 2018278, 'outside_window', 'the 24-hour window has closed'),
  row(10, 2534022, 'outside_window', 'the 24-hour window has closed'),
  row(10, 2018065, 'outside_window', 'the 24-hour window has closed'),
  row([10, 299], 'any', 'outside_window', 'the 24-hour window has closed', {
    says: words.WINDOW,
    edges: OWN_PAGE,
  }),
  row(10, 2018108, 'unreachable', 'this person cannot receive messages now'),
  row(10, 1893015, 'unreachable', 'this person stopped notifications on this topic'),
  row(10, 2018336, 'unreachable', PRIVACY_RULES),
  row(10, 'any', 'unreachable', PRIVACY_RULES, { says: words.PRIVACY_RULES, edges: OWN_PAGE }),
  row(551, 'any', 'unreachable', 'this person does not receive messages from the Page'),
  either(1545041, 'unreachable', 'this person does not receive messages from the Page'),
  row(100, 2018001, 'unreachable', 'Facebook knows no such person for this Page'),
  row(100, 2534014, 'unreachable', 'Facebook knows no such person for this account'),
  either(2534001, 'unreachable', 'the conversation was deleted or archived, or there is none'),
  row([10, 299], 'any', 'unreachable', 'this person does not receive messages from the Page', {
    says: words.NO_SUCH_PERSON,
    edges: OWN_PAGE,
  }),
  either(2018218, 'unreachable', 'this person has no profile'),
  either(2018300, 'unreachable', 'another app or a person has taken over the conversation', {
    remedy: remedies.BE_DEFAULT_APP,
  }),
  either(2018171, 'unreachable', 'another app has the say in this conversation', {
    remedy: remedies.BE_DEFAULT_APP,
  }),
  either(2018234, 'unreachable', 'another app has the say in this conversation', {
    remedy: remedies.BE_DEFAULT_APP,
  }),
  row(100, 2534037, 'unreachable', 'another app or a person has taken over the conversation', {
    remedy: remedies.BE_DEFAULT_APP,
  }),
  row([10, 299], 'any', 'unreachable', 'another app or a person has taken over the conversation', {
    says: words.TAKEN_OVER,
    edges: OWN_PAGE,
    remedy: remedies.BE_DEFAULT_APP,
  }),
  either(2018321, 'transient', 'Messenger itself is answering in this conversation at the moment'),
  either(9000001, 'bad_request', 'the message was deleted'),

  // Policy
  row(10, 1893063, 'restricted', 'Facebook has temporarily restricted the Page from sending'),
  row(10, 1404170, 'restricted', 'Facebook has restricted the Page from marketing opt-in requests', {
    reach: 'visitor',
    remedy: remedies.NO_OPT_IN_REQUESTS,
  }),
  ...[368, 2022].map((code) =>
    row(code, 'any', 'bad_request', 'the message holds a link or other content that Facebook blocks', {
      says: words.BLOCKED_CONTENT,
      edges: OWN_PAGE,
      mayPass: true,
    }),
  ),
  either(4854002, 'restricted', NO_IDENTITY, { remedy: remedies.CONFIRM_IDENTITY }),
  ...[10, [200, 299] as const, 368].map((code) =>
    row(code, 'any', 'restricted', NO_IDENTITY, { says: words.IDENTITY, remedy: remedies.CONFIRM_IDENTITY }),
  ),
  row(368, 'any', 'restricted', 'Facebook has temporarily blocked this for a policy violation'),
  row(
    2022,
    'any',
    'restricted',
    'Facebook has disabled messaging for a while, after a policy violation or reports of visitors',
  ),
  row(100, 2534029, 'restricted', 'Facebook has blocked the business from messaging'),

  // Permission. Without a subcode the refusal is about the Page if its words say so or there are no words; any other may be about
  // one person.
  row(3, 'any', 'permission', 'the app lacks the capability'),
  row(10_904, 'any', 'permission', 'messages are turned off in the settings of the Page', {
    remedy: remedies.MESSAGES_ON,
  }),
  row(10, 2534077, 'permission', 'the Instagram link or its two-factor setting is in the way'),
  either(2018028, 'permission', NO_ROLE, { reach: 'visitor', remedy: remedies.NOT_LIVE }),
  row([10, 299], 'any', 'permission', NO_ROLE, {
    says: words.NO_ROLE,
    edges: OWN_PAGE,
    reach: 'visitor',
    remedy: remedies.NOT_LIVE,
  }),
  row(
    200,
    2018027,
    'permission',
    'until it is approved, only people with a role on the app can be reached by phone number',
    {
      reach: 'visitor',
      remedy: remedies.NOT_LIVE,
    },
  ),
  row(200, 2018021, 'permission', 'matching people by phone number is not enabled', { reach: 'visitor' }),
  row(200, 2069030, 'permission', 'the new Pages experience does not take this call with the stored token', {
    remedy:
      'Such Pages take calls with a token of the Page itself: run `npm run bootstrap-token`. If the new one is refused alike, see that the person who makes it has full control of the Page (Page settings > Page access).',
    byToken: true,
  }),
  row(200, 2534041, 'permission', 'the owner of the Instagram account has disabled access'),
  row([200, 299], 'any', 'permission', NO_PAGE_ROLE, {
    says: words.NO_PAGE_ROLE,
    edges: ['subscribed_apps'],
    ...remedies.MODERATION_AND_TWO_FACTOR,
  }),
  // This row comes before the one of two-factor authentication: its texts name that, too, as one of two causes.
  row([200, 299], 'any', 'permission', NO_PAGE_ROLE, { says: words.NO_PAGE_ROLE, ...remedies.PAGE_ROLE }),
  row([200, 299], 'any', 'permission', NO_TWO_FACTOR, {
    says: words.TWO_FACTOR,
    remedy: remedies.TURN_ON_TWO_FACTOR,
    byToken: true,
  }),
  noPageToken([200, 299]),
  row([200, 299], 'any', 'permission', 'a permission is missing or was removed', {
    says: words.MISSING_PERMISSION,
  }),
  row([10, 299], 'any', 'permission', 'this person has not agreed to messages of the Page', {
    says: words.NO_CONSENT,
    edges: OWN_PAGE,
    reach: 'visitor',
  }),
  row(210, 'any', 'permission', 'this person is not visible to the Page', { reach: 'visitor' }),
  row(230, 'any', 'permission', 'this person has not agreed to messages of the Page', { reach: 'visitor' }),
  row(10, 'none', 'permission', 'a permission is missing or was removed', { says: words.ABOUT_THE_PAGE }),
  row([200, 299], 'none', 'permission', 'a permission is missing or was removed', {
    says: words.ABOUT_THE_PAGE,
  }),
  row(10, 'any', 'permission', 'it is not permitted for this person, or a permission is missing', {
    reach: 'visitor',
  }),
  row([200, 299], 'any', 'permission', 'it is not permitted for this person, or a permission is missing', {
    reach: 'visitor',
  }),
  row(2, 2018344, 'permission', 'the Page Contact Terms are not accepted'),
  row(100, 'any', 'permission', "the app is not the Page's default app", {
    says: words.NOT_DEFAULT_APP,
    edges: ['messenger_profile'],
    remedy: remedies.MENU_OF_DEFAULT_APP,
  }),
  refusedTag(1893061),
  refusedTag(2018276),
  refusedTag('any', words.TAG),
  either(2018247, 'permission', 'the app may not read this profile'),
  row(21, 'any', 'permission', MOVED, remedies.CONNECT_ANEW),
  row(100, 21, 'permission', MOVED, remedies.CONNECT_ANEW),
  noPage(100, 33),
  noPage(33, 'any'),
  noPage(803, 'any'),
  row(100, 33, 'bad_request', 'the object does not exist, or is not visible with this token'),
  row(33, 'any', 'bad_request', 'the object does not exist, or is not visible with this token'),
  row(803, 'any', 'bad_request', 'the id does not exist'),
  row(
    100,
    'any',
    'permission',
    'the permission pages_manage_metadata, or the task of moderation on the Page, is missing',
    {
      says: words.LACKING,
      edges: ['subscribed_apps'],
      ...remedies.MODERATION,
    },
  ),
  row(100, 'any', 'bad_request', 'the template does not exist or is not approved', { says: words.TEMPLATE }),
  row(100, 'any', 'permission', 'a permission or a feature of the app is missing', { says: words.LACKING }),
  noPage(100, 'any', words.NO_OBJECT),

  // Rate
  row(4, 2018354, 'bad_request', 'this marketing message came sooner than its frequency allows'),
  row(4, 'any', 'rate_limited', 'the app has reached its request limit'),
  row(9, 2018352, 'rate_limited', 'this person got too many marketing opt-in requests', {
    reach: 'visitor',
    remedy: remedies.NO_OPT_IN_REQUESTS,
  }),
  row(17, 'any', 'rate_limited', 'the person has reached a request limit'),
  row(32, 'any', 'rate_limited', 'the Page has reached its request limit'),
  row(341, 'any', 'rate_limited', 'the app has reached its request limit'),
  row(613, 1893016, 'bad_request', 'this opt-in request was already made'),
  row(613, 2018338, 'unreachable', 'Facebook takes no more messages with a tag to this person for now'),
  row(613, 'any', 'rate_limited', 'calls came too fast'),
  row([80001, 80014], 'any', 'rate_limited', 'the Page has reached its request limit'),

  // These codes do not prove, with any status, that a call was not carried out: a message was seen to arrive with each of them.
  either(1929002, 'permission', 'a permission for one of the webhook fields is missing'),
  row(1, 2018382, 'bad_request', 'the instant form is wrong or not eligible'),
  ...[1, -3].map((code) =>
    row(code, 'any', 'ambiguous', 'more data was asked for than Facebook gives at a time', {
      says: /reduce the amount of data/i,
      hint: 'less_data',
    }),
  ),
  row(1, 'any', 'ambiguous', 'Facebook had an unknown error'),
  row(2, 'any', 'ambiguous', 'a Facebook service failed'),
  row(1200, 'any', 'ambiguous', 'sending failed for the moment'),
  row(-1, 'any', 'ambiguous', 'Facebook had an internal error'),

  // Bad input
  row(100, 'any', 'bad_request', 'the token was made for another app', {
    says: /app.?id in the input_token did not match/i,
    hint: 'another_app',
  }),
  row(100, 2018008, 'bad_request', 'Facebook could not fetch the file', { mayPass: true }),
  row(100, 2018014, 'bad_request', 'a message and a sender action were mixed in one call'),
  row(100, 2018015, 'unknown', CALL_CHANGED, { remedy: remedies.CALL_CHANGED }),
  row(100, 2018032, 'bad_request', 'the message holds invalid data'),
  row(100, 2018034, 'bad_request', 'the message is empty'),
  row(100, 2018040, 'bad_request', 'a postback button has no payload'),
  row(100, 2018041, 'bad_request', 'a link button has no address'),
  row(100, 2018053, 'bad_request', 'a button has no title'),
  row(100, 2018047, 'bad_request', 'the file does not have the type that was declared'),
  row(100, 2018062, 'bad_request', "the address of a button is not on the Page's list of allowed domains"),
  row(100, 2018098, 'bad_request', 'a quick reply has no title'),
  row(100, 2018074, 'bad_request', 'the attachment id is unknown or belongs to another Page'),
  row(100, 2018109, 'bad_request', 'the attachment is too large'),
  row(100, 2018164, 'bad_request', 'the app id for thread control is wrong'),
  row(100, 2018294, 'bad_request', 'the video is damaged or took too long to upload', { mayPass: true }),
  row(100, 2018320, 'bad_request', 'the product id is invalid'),
  row(100, 2018328, 'bad_request', 'the product template needs a newer Graph version'),
  row(100, 2534013, 'bad_request', 'Instagram refuses this message'),
  row(100, 2534015, 'bad_request', 'Instagram refuses this message'),
  row(100, 2534025, 'bad_request', 'Instagram refuses this message'),
  // The words come before the numbers, which public programs tell differently.
  row(100, 'any', 'bad_request', WRONG_REDIRECT, { says: words.REDIRECT_URI, remedy: remedies.REDIRECT }),
  row(100, 'any', 'bad_request', USED_CODE, { says: words.USED_CODE, remedy: remedies.LOGIN_AGAIN }),
  row(100, 'any', 'bad_request', EXPIRED_CODE, { says: words.EXPIRED_CODE, remedy: remedies.LOGIN_AGAIN }),
  row(100, 'any', 'bad_request', 'the code of this login is no code', {
    says: words.NO_CODE,
    remedy: remedies.LOGIN_AGAIN,
  }),
  either(36007, 'bad_request', EXPIRED_CODE, { remedy: remedies.LOGIN_AGAIN }),
  either(36008, 'bad_request', WRONG_REDIRECT, { remedy: remedies.REDIRECT }),
  either(36009, 'bad_request', USED_CODE, { remedy: remedies.LOGIN_AGAIN }),
  row(100, 'any', 'bad_request', 'the code of this login was used before, or is no code', {
    says: /(authorization|verification) code/i,
    remedy: remedies.LOGIN_AGAIN,
  }),
  row(100, 'any', 'bad_request', 'Facebook could not fetch or take the file', {
    says: words.FILE_FAILED,
    edges: OWN_PAGE,
    mayPass: true,
  }),
  row(100, 'any', 'unknown', CALL_CHANGED, {
    says: words.OF_THE_CALL,
    edges: OWN_PAGE,
    remedy: remedies.CALL_CHANGED,
  }),
  row(100, 'any', 'bad_request', 'a parameter is invalid', {
    says: words.PART,
    edges: OWN_PAGE,
  }),
  row(100, 'any', 'unknown', 'Facebook refuses it for something else than the message', {
    says: words.NOT_THE_MESSAGE,
    edges: OWN_PAGE,
  }),
  row(100, 'any', 'bad_request', 'a part of the message is not as it must be', {
    says: words.FAULTY,
    edges: OWN_PAGE,
  }),
  row(100, 'any', 'unknown', 'Facebook refuses it without naming a part of the message', {
    edges: OWN_PAGE,
  }),
  row(100, 'any', 'bad_request', 'a parameter is invalid', { says: words.PART }),
  row(100, 'any', 'bad_request', 'Facebook refuses the request'),
  row(105, 'any', 'bad_request', 'a part of the message has too many elements', { edges: OWN_PAGE }),
  row(194, 'any', 'bad_request', 'a part that the message must have is missing', { edges: OWN_PAGE }),
  row(191, 'any', 'bad_request', 'the login code or its redirect address is wrong', {
    remedy: remedies.REDIRECT,
  }),
  row(506, 'any', 'bad_request', 'it was already posted'),
  row(546, 'any', 'bad_request', 'Facebook does not take files of this type', { edges: OWN_PAGE }),
  ...[324, 351, 352, 382, 389, 6000, 6001].map((code) =>
    row(code, 'any', 'bad_request', 'Facebook could not fetch or take the picture or video', {
      says: words.PICTURE_OR_VIDEO,
      edges: OWN_PAGE,
      mayPass: true,
    }),
  ),
  row(2200, 'any', 'bad_request', NO_CHALLENGE),
  row(2201, 'any', 'bad_request', NO_CHALLENGE, { edges: ['subscriptions'] }),
  row(10303, 'any', 'bad_request', 'the account linking token is wrong'),
  row(1609005, 'any', 'bad_request', 'the link could not be read', { mayPass: true }),
  ...[2018173, 2018175, 2018182, 2018183, 2018184, 2018185, 2018186, 2018187, 2018188].map((number) =>
    either(number, 'bad_request', 'the media template is wrong'),
  ),
]
