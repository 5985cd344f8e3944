import t from 'tap'
import { decide, findRow } from '../../src/graph/decide.ts'

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

t.test('an apostrophe of a typesetter is read like one of a keyboard', (t) => {
  for (const said of [
    "(#200) This person isn't available right now.",
    '(#200) This person isn’t available right now.',
  ])
    t.equal(decide(answer('messages', 200, null, said)), 'unreachable', said)
  t.end()
})

t.test('a file of a type that Facebook does not take is the fault of that message', (t) => {
  // jgorset/facebook-messenger#221: the address of the audio file led to an HTML page.
  const said =
    "(#546) The type of file you're trying to attach isn't allowed. Please try again with a different format"
  for (const edge of ['messages', 'message_attachments'])
    t.equal(decide(answer(edge, 546, null, said)), 'bad_request', edge)
  t.equal(decide(answer('pages', 546, null, said)), 'unknown')
  t.end()
})

t.test("a picture or video that Facebook's media service refuses is the fault of that message", (t) => {
  // conbus/fbmq#65 had 389 on the send edge; Meta's reference of videos and the reports of publishing tools list the others.
  const refusals = [
    [389, null, '(#389) Unable to fetch video file from URL.'],
    [389, 1_363_057, 'Unable to fetch video file from URL.'],
    [352, null, "(#352) The video file you selected is in a format that we don't support."],
    [351, null, 'There was a problem with your video file. Please try again with another file,'],
    [382, null, 'The video file you tried to upload is too small. Please try again with a larger file.'],
    [6000, null, 'There was a problem uploading your video file. Please try again with another file.'],
    [6001, null, 'There was a problem uploading your video. Please try again.'],
    [324, null, '(#324) Missing or invalid image file'],
  ] as const
  for (const [code, subcode, said] of refusals) {
    for (const edge of ['messages', 'message_attachments']) {
      t.equal(decide(answer(edge, code, subcode, said)), 'bad_request', `${edge}: ${said}`)
      t.match(findRow(answer(edge, code, subcode, said)), { mayPass: true })
    }
    t.equal(decide(answer('pages', code, subcode, said)), 'unknown')
    t.equal(decide(answer('messages', code, subcode, 'Something went wrong.')), 'unknown', 'words decide')
  }
  t.end()
})

t.test('a Page that was moved to another id is told as that', (t) => {
  const said =
    'Page ID 114267748588304 was migrated to page ID 111013272313096.  Please update your API calls to the new ID'
  for (const [code, subcode] of [
    [21, null],
    [100, 21],
  ] as const)
    t.match(findRow(answer('messages', code, subcode, said)), {
      verdict: 'permission',
      byToken: true,
      remedy: /under its new id/,
    })
  t.end()
})

t.test('three subcodes of a dead token are known as codes, too', (t) => {
  for (const code of [460, 463, 467])
    t.equal(decide(answer('messages', code, null, 'Error validating access token.')), 'token_invalid')
  t.end()
})

t.test('a tag without approval and the thread of another app are known in any words', (t) => {
  const noTag = 'Hiện không thể gắn thẻ nhân viên cho trang / ứng dụng này.'
  t.match(findRow(answer('messages', 100, 2_018_276, noTag)), { reach: 'visitor', remedy: /Human Agent/ })
  t.match(
    findRow(answer('messages', 10, null, 'Cannot send message: this app is not the owner of the thread')),
    { verdict: 'unreachable', remedy: /Meta's own AI/ },
  )
  t.end()
})

t.test('a conversation that was deleted concerns its visitor alone', (t) => {
  // Public programs of Messenger inboxes and campaigns (2021 to 2026).
  const said =
    '(#100) The thread owner has archived or deleted this conversation, or the thread does not exist.'
  for (const subcode of [2_534_001, null])
    t.equal(decide(answer('messages', 100, subcode, said)), 'unreachable', `${subcode}`)
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
    [
      'chatwoot/chatwoot#14729',
      'messages',
      190,
      null,
      "Any of the pages_read_engagement, pages_manage_metadata, pages_read_user_content, pages_manage_ads, pages_show_list or pages_messaging permission(s) must be granted before impersonating a user's page.",
      {
        verdict: 'token_invalid',
        hint: undefined,
        byToken: true,
        meaning: /left out the Page/,
        remedy: /every other Page/,
      },
    ],
    ...(
      [
        ['messages', /Messages.*two-factor/],
        ['subscribed_apps', /moderation task.*two-factor.*; then run .*pages_manage_metadata/],
      ] as const
    ).map(
      ([edge, remedy]) =>
        [
          'public notes on failed subscriptions and on Page insights',
          edge,
          200,
          null,
          '(#200) User does not have sufficient administrative permission for this action on this page. If the page business requires Two Factor Authentication, the user also needs to enable Two Factor Authentication.',
          { verdict: 'permission', byToken: true, meaning: /suitable role/, remedy },
        ] as const,
    ),
    [
      'the Page of several public lists of errors of inboxes and publishers',
      'messages',
      190,
      null,
      'This Page access token belongs to a Page that is not accessible.',
      { verdict: 'token_invalid', hint: undefined, byToken: true, remedy: /^Publish the Page again/ },
    ],
    ...([459, null] as const).map(
      (subcode) =>
        [
          'facebook-ios-sdk, public notes on ads and publishing tools',
          'messages',
          190,
          subcode,
          'Error validating access token: You cannot access the app till you log in to www.facebook.com and follow the instructions given.',
          {
            verdict: 'token_invalid',
            hint: undefined,
            meaning: /security check/,
            remedy: /^Log in to facebook\.com/,
          },
        ] as const,
    ),
    ...(
      [
        'The user is enrolled in a blocking, logged-in checkpoint',
        'Sessions for the user are not allowed because the user is not a confirmed user.',
      ] as const
    ).map(
      (said) =>
        [
          'public lists of what ends a token, in several publishing tools',
          'messages',
          190,
          null,
          `Error validating access token: ${said}`,
          { verdict: 'token_invalid', hint: undefined, remedy: /^Log in to facebook\.com/ },
        ] as const,
    ),
    [
      'a list of errors of a chatbot platform',
      'messages',
      2022,
      null,
      '(#2022) 有人举报了你的公共主页发送的内容，我们禁止你的公共主页通过 Messenger 平台发消息。此过程可能会持续 24 小时。',
      { verdict: 'restricted', meaning: /reports/ },
    ],
    ...([4_854_002, null] as const).map(
      (subcode) =>
        [
          'public notes of publishing tools (2026)',
          'messages',
          368,
          subcode,
          'Confirm your identity before you can publish as this Page. Open the Facebook app on your phone and follow the instructions.',
          { verdict: 'restricted', meaning: /identity/, remedy: /phone.*token does not help/ },
        ] as const,
    ),
    [
      'a list of errors of a chatbot platform',
      'messages',
      10,
      null,
      '(#10) This action was not submitted due to new privacy rules in Europe and Japan. See developer documentation for more info.',
      { verdict: 'unreachable', meaning: /privacy rules/ },
    ],
    [
      'public notes on setting up webhooks behind a proxy, and with n8n',
      'subscriptions',
      2201,
      null,
      '(#2201) response does not match challenge, expected value="6736819", received="\u003C!DOCTYPE html..."',
      { verdict: 'bad_request', meaning: /callback address/ },
    ],
    ...(['subscribed_apps', 'subscriptions'] as const).map(
      (edge) =>
        [
          'fbsamples/workplace-platform-samples#7',
          edge,
          1,
          1_929_002,
          'An unknown error occurred. You could not subscribe to some of the fields requested due to a permissions error.',
          { verdict: 'permission', meaning: /webhook fields/ },
        ] as const,
    ),
    [
      'arsduo/koala#334',
      'messages',
      200,
      null,
      '(#200) Must have a valid access_token to access this endpoint',
      { verdict: 'configuration', errorCode: 'BOT_GRAPH_REJECTED', remedy: /Authorization header/ },
    ],
    [
      'public notes on calls whose Authorization header lacks "Bearer", or whose token is empty',
      'messages',
      200,
      null,
      '(#200) Provide valid app ID',
      { verdict: 'configuration', errorCode: 'BOT_GRAPH_REJECTED', remedy: /Authorization header/ },
    ],
    ...(['primary', 'primary/default'] as const).map(
      (which) =>
        [
          'jgorset/facebook-messenger#276, ChatbotXIO/ChatbotX#792',
          'messenger_profile',
          100,
          null,
          `(#100) Cannot set persistent menu because your app is not set as the ${which} app for the page.`,
          { verdict: 'permission', meaning: /default app/, remedy: /Conversation routing.*take `menu` out/ },
        ] as const,
    ),
    ...([101, 190] as const).map(
      (code) =>
        [
          'metacpan/metacpan-web#2076, facebookarchive/php-graph-sdk#770, pixelant/pxa_social_feed#168',
          'debug_token',
          code,
          null,
          'Error validating application. Application has been deleted.',
          { verdict: 'configuration', errorCode: 'BOT_GRAPH_REJECTED', remedy: /make a new one/ },
        ] as const,
    ),
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
