import t from 'tap'
import { decide, findRow } from '../../src/graph/verdicts.ts'

/** What Facebook answered to a call, as a public report tells. */
const answer = (edge: string, code: number, subcode: number | null, message: string) => ({
  edge,
  code,
  subcode,
  message,
  isTransient: false,
  httpStatus: 400,
  once: edge === 'messages',
})

t.test('content that Facebook blocks is the fault of the message, and closes no Page', (t) => {
  for (const [source, code, subcode, said] of [
    [
      'claudiajs/claudia-bot-builder#21',
      2022,
      null,
      "(#2022) Your message couldn't be sent because it includes content that other people on Facebook have reported as abusive.",
    ],
    [
      'fbsamples/original-coast-clothing#67',
      368,
      1_346_003,
      "Your message couldn't be sent because it includes content that other people on Facebook have reported as abusive.",
    ],
    [
      'dequis/purple-facebook#326',
      368,
      null,
      "You can't publish this content because it contains a blocked link",
    ],
  ] as const) {
    t.match(
      findRow(answer('messages', code, subcode, said)),
      { verdict: 'bad_request', mayPass: true },
      source,
    )
  }
  for (const [code, said] of [
    [368, '(#368) The action attempted has been deemed abusive or is otherwise disallowed'],
    [368, 'It looks like you were misusing this feature by going too fast. You’ve been temporarily blocked'],
    [368, "You can't share links right now: this feature is blocked"],
    [
      368,
      'Your Page has been restricted because it contains content that goes against our Community Standards.',
    ],
    [
      368,
      "You're temporarily blocked from sending messages. Your content goes against our Community Standards.",
    ],
    [368, 'You have been blocked: your content goes against our Community Standards'],
    [368, 'You can’t send messages: your content was reported'],
    [368, 'Sending is blocked for your Page. This content goes against our Community Standards'],
    [2022, 'Messages from your Page are turned off because this content was reported'],
    [368, 'Your account includes content that goes against our Community Standards.'],
    [368, "This Page can't send messages for 3 days: this content was reported"],
    [
      2022,
      'Messaging has been disabled for this Page because the shop contains content that we do not allow.',
    ],
    [2022, 'The ability to send commerce messages has been temporarily disabled for this application.'],
  ] as const)
    t.equal(decide(answer('messages', code, null, said)), 'restricted', said)
  t.end()
})

t.test('a refusal of a token or an app leads to the step that mends it, as public reports needed it', (t) => {
  for (const [source, edge, code, subcode, said, expected] of [
    [
      'snarfed/bridgy#596',
      'messages',
      190,
      null,
      'The user must be an administrator of the page in order to impersonate it.',
      { verdict: 'token_invalid', hint: 'token_dead', byToken: true, remedy: /Page access/ },
    ],
    [
      'MrSwitch/hello.js#548',
      'messages',
      190,
      493,
      "The access token is invalid since the user hasn't engaged the app in longer than 90 days.",
      { verdict: 'token_invalid', hint: 'token_dead', meaning: /90 days/ },
    ],
    [
      'halsandr/Facebook_Connector#1',
      'messages',
      190,
      null,
      '(#190) This method must be called with a Page Access Token',
      { verdict: 'permission', byToken: true, meaning: /none of a Page/ },
    ],
    [
      'https://octalasai.com/integration-hub/troubleshoot-messenger/',
      'messages',
      190,
      2_069_032,
      'A Page access token is required for this call for the new Pages experience.',
      { verdict: 'permission', byToken: true, meaning: /none of a Page/ },
    ],
    [
      'pellaeon/fb-post-bulk-privacy-edit#20',
      'messages',
      200,
      2_069_030,
      'Permissions error',
      { verdict: 'permission', byToken: true, meaning: /new Pages experience/ },
    ],
    [
      'facebook/facebook-java-business-sdk#21',
      'messages',
      200,
      null,
      'Requires either an app access token, or a page access token for this Page',
      { verdict: 'permission', byToken: true, meaning: /none of a Page/ },
    ],
    [
      'laravel/socialite#334',
      'oauth/access_token',
      1,
      null,
      'The request is invalid because the app is configured as a desktop app',
      { verdict: 'configuration', errorCode: 'BOT_GRAPH_REJECTED', remedy: /Native or desktop app/ },
    ],
    [
      'restfb/restfb#1002',
      'debug_token',
      15,
      null,
      '(#15) Requires session when calling from a desktop app',
      { verdict: 'configuration', errorCode: 'BOT_GRAPH_REJECTED', remedy: /Native or desktop app/ },
    ],
    [
      'pc035860/angular-easyfb#42',
      'debug_token',
      104,
      null,
      'An access token is required to request this resource.',
      { verdict: 'configuration', errorCode: 'BOT_GRAPH_REJECTED', remedy: /Authorization header/ },
    ],
    [
      'https://developers.facebook.com/docs/graph-api/reference/page/messages',
      'messages',
      10_904,
      null,
      '(#10904) The page has messages disabled in the settings',
      { verdict: 'permission', remedy: /Turn messages on/ },
    ],
  ] as const)
    t.match(findRow(answer(edge, code, subcode, said)), expected, source)
  t.equal(
    decide(answer('messages', 190, null, 'Error validating access token: Session has expired')),
    'token_invalid',
  )
  const ended = 'The page access token has expired: a new one is required.'
  t.equal(decide(answer('messages', 190, null, ended)), 'token_invalid')
  t.match(findRow(answer('messages', 104, null, 'Incorrect signature')), { remedy: /FB_APP_SECRET/ })
  t.end()
})
