import t from 'tap'
import { decide, findRow } from '../../src/graph/decide.ts'

const answer = (code: number, subcode: number | null, message: string, over = {}) => ({
  code,
  subcode,
  message,
  isTransient: false,
  httpStatus: 400,
  ...over,
})

t.test('what the number alone does not tell, the words do', async (t) => {
  const said = (code: number, message: string, edge = 'messages', subcode: number | null = null) => {
    const { verdict, reach, remedy } = findRow({ ...answer(code, subcode, message), edge }) ?? {}
    return { verdict, reach, remedy: remedy ?? '' }
  }
  const NOT_LIVE = 'Cannot message users who are not admins, developers or testers of the app until ...'
  const NO_ROLE =
    'App does not have Advanced Access to pages_messaging permission, and recipient user does not have role on app'
  for (const code of [10, 100, 200, 230]) {
    for (const words of [NOT_LIVE, NO_ROLE]) {
      t.match(said(code, `(#${code}) ${words}`), {
        verdict: 'permission',
        reach: 'visitor',
        remedy: /App Review.*Roles/,
      })
    }
  }
  t.match(said(200, `(#200) ${NO_ROLE}`, 'messages', 2534048), { reach: 'visitor', remedy: /Roles/ })
  t.match(said(230, '(#230) Requires pages_messaging permission to manage the object'), {
    verdict: 'permission',
    reach: undefined,
  })
  t.match(
    said(
      200,
      '(#200) User does not have sufficient administrative permission for this action on this page. If the page business requires Two Factor Authentication, the user also needs to enable Two Factor Authentication.',
    ),
    { verdict: 'permission', reach: undefined, remedy: /task.*two-factor/ },
  )
  t.match(said(230, '(#230) Permissions disallow message to user'), {
    verdict: 'permission',
    reach: 'visitor',
  })
  t.match(
    said(
      100,
      "(#100) This endpoint requires the 'pages_read_engagement' permission or the 'Page Public Content Access' feature",
    ),
    { verdict: 'permission' },
  )
  t.match(said(100, '(#100) Param recipient[id] must be a valid ID'), { verdict: 'bad_request' })
  t.match(said(200, '(#200) API access blocked.'), { verdict: 'configuration', remedy: /App Dashboard/ })
  t.match(said(2500, 'An active access token must be used to query information about the current user.'), {
    verdict: 'configuration',
    remedy: /Authorization|bootstrap-token/,
  })
  t.match(said(2500, 'Unknown path components: /v99.0/me'), {
    verdict: 'configuration',
    remedy: /FB_GRAPH_VERSION/,
  })
})

/** An answer to a send whose number says one thing and whose words another. */
const sendSaying = (code: number, message: string, subcode: number | null = null) => {
  const refusal = answer(code, subcode, message, { edge: 'messages', once: true })
  return { verdict: decide(refusal), reach: findRow(refusal)?.reach ?? null }
}

t.test('code 100 that speaks of a permission in any words buries no message', async (t) => {
  for (const said of [
    'Your app does not have advanced access to pages_messaging.',
    'pages_messaging has not been approved for this app',
    'Business verification is needed to use this API',
    'The app is not authorized to perform this action',
    'You do not have sufficient permissions',
    'This API requires the human agent feature',
    'The token lacks the scope for this',
    'Unsupported post request. Please read the documentation.',
  ]) {
    for (const subcode of [null, 77_777])
      t.strictSame(
        sendSaying(100, said, subcode),
        { verdict: 'permission', reach: null },
        `${subcode} ${said}`,
      )
  }
})

t.test(
  'a refused subscription that speaks of a permission names it, and no call is called wrong without words',
  async (t) => {
    const on = (edge: string, said: string) => findRow({ ...answer(100, null, said), edge })
    for (const said of [
      'pages_manage_metadata has not been granted for this Page',
      '(#100) To subscribe to the messages field, one of these permissions is needed: pages_messaging',
      'You do not have sufficient permissions',
    ])
      t.match(
        on('subscribed_apps', said),
        {
          verdict: 'permission',
          meaning: /pages_manage_metadata/,
          remedy: /pages_manage_metadata/,
          byToken: true,
        },
        said,
      )
    t.match(on('messenger_profile', 'pages_messaging has not been approved'), { verdict: 'permission' })
    t.match(on('subscribed_apps', '(#100) Param subscribed_fields[8] must be one of {messages, feed}'), {
      verdict: 'bad_request',
      meaning: 'a parameter is invalid',
    })
    t.match(on('messenger_profile', 'Set up something else first'), {
      verdict: 'bad_request',
      meaning: 'Facebook refuses the request',
    })
  },
)

t.test(
  'what Facebook says of one person never closes the Page, whichever number it comes under',
  async (t) => {
    for (const code of [10, 100, 200]) {
      for (const said of [
        "This person isn't available right now.",
        'The recipient has blocked messages from this Page',
        'No matching user found',
        'Invalid fbid.',
        'User not found',
        'Parameter error: You cannot send messages to this id',
        'cannot send to this id',
      ])
        t.equal(sendSaying(code, said).verdict, 'unreachable', `${code} ${said}`)
      t.equal(sendSaying(code, 'This message is sent outside of allowed window.').verdict, 'outside_window')
      if (code !== 100)
        for (const said of [
          'Message failed to send because another app is controlling this thread now.',
          'Another app has control of this conversation',
          'The thread is controlled by another app.',
          'This app is not the thread owner',
        ])
          t.equal(sendSaying(code, said).verdict, 'unreachable', `${code} ${said}`)
      t.equal(
        sendSaying(code, 'The app does not have permission to control the thread').verdict,
        'permission',
        `${code} about thread control`,
      )
      for (const said of [
        'The user has not opted in',
        'The recipient is not a tester of this app',
        'The app is in development mode',
        'Your app is not live',
      ])
        t.strictSame(sendSaying(code, said), { verdict: 'permission', reach: 'visitor' }, `${code} ${said}`)
    }
  },
)

t.test('code 100 is the fault of the message only where its subcode or the words say so', async (t) => {
  const send = (subcode: number | null, said: string, over = {}) =>
    decide(answer(100, subcode, said, { edge: 'messages', once: true, ...over }))
  t.equal(send(2_018_999, 'This cannot be done in this conversation right now'), 'unknown')
  t.equal(send(2_018_999, ''), 'unknown')
  t.equal(send(2_018_999, '', { isTransient: true }), 'ambiguous')
  for (const said of ['', '(#100)', 'This cannot be done in this conversation right now', 'Try another time'])
    t.equal(send(null, said), 'unknown', `without a subcode: ${said}`)
  for (const said of [
    '(#100) Param message[attachment] must be an object',
    'Invalid parameter',
    '(#100) The parameter message[attachment][type] is required',
    '(#100) The parameter template_url is required',
    '(#100) Invalid keys "x" were found in param "message".',
    '(#100) param text must be less than 2000 characters',
    '(#100) param text must be less than 2000 characters',
    '(#100) Invalid keys "subtitel" were found in param "message".',
    '(#100) Param message[quick_replies] has too many elements.',
    '(#100) Param message[attachment][type] is not supported. Please check developer docs for details',
    '(#100) https://example.com/permissions/app should represent a valid URL',
    '(#100) Upload attachment failure.',
    '(#100) Url failed to be fetched',
    '(#100) Invalid data',
    '(#100) Message text is empty',
    '(#100) Image aspect ratio is not supported',
    '(#100) Unsupported media format',
    '(#100) Unexpected end of JSON',
    '(#100) The message template does not exist, or is not approved',
    '(#100) Title is required for this quick reply content type',
    '(#100) Length of message text must be less than 2000',
    'The title is too long',
    '(#100) The URL provided is not whitelisted for messenger extensions',
    '(#100) Message cannot be empty, must provide valid attachment or text',
    '(#100) An incorrect number of files uploaded. Must upload exactly one file',
    '(#100) Attachment size exceeds allowable limit',
    '(#100) Failed to fetch the file from the url',
    '(#100) param name_placeholder[elements] has too few elements.',
  ]) {
    for (const subcode of [2_018_999, null]) t.equal(send(subcode, said), 'bad_request', `${subcode} ${said}`)
  }
})

t.test('a tag that Facebook does not take is no fault of the message, and none of the Page', async (t) => {
  for (const said of [
    '(#100) Invalid tag.',
    '(#100) Param tag must be one of {HUMAN_AGENT, ACCOUNT_UPDATE}',
    '(#100) This message tag is no longer supported',
  ]) {
    t.strictSame(sendSaying(100, said), { verdict: 'permission', reach: 'visitor' }, said)
    t.match(findRow({ ...answer(100, null, said), edge: 'messages' })?.remedy, /Human Agent/)
  }
})

t.test('code 100 that demands something of the app, the Page or the person buries no message', async (t) => {
  for (const said of [
    '(#100) Page publishing authorization is required',
    '(#100) Data use checkup is required before this app can send',
    '(#100) This Page is not allowed to send messages',
    '(#100) This action is not allowed',
    '(#100) The page must be published',
    '(#100) The business must be verified',
    '(#100) Invalid access token',
    '(#100) Too many calls',
    '(#100) Rate limit exceeded',
    '(#100) This version of the API is deprecated',
    '(#100) Invalid request.',
    '(#100) The user must have accepted the invitation',
  ]) {
    for (const subcode of [2_018_999, null]) t.equal(sendSaying(100, said, subcode).verdict, 'unknown', said)
  }
})

t.test(
  'a file that Facebook did not get, without a subcode, is tried again before it is buried',
  async (t) => {
    for (const said of [
      '(#100) Failed to fetch the file from the url',
      '(#100) Url failed to be fetched',
      '(#100) Attachment could not be fetched',
      '(#100) Upload attachment failure.',
    ])
      t.match(findRow({ ...answer(100, null, said), edge: 'messages' }), {
        verdict: 'bad_request',
        mayPass: true,
      })
    t.match(
      findRow({ ...answer(100, null, '(#100) An incorrect number of files uploaded'), edge: 'messages' }),
      { verdict: 'bad_request', mayPass: undefined },
    )
  },
)

t.test('a text that is the same for every fault counts only where Facebook says nothing else', (t) => {
  const send = (code: number, message: string, detail: string) => {
    const refusal = { ...answer(code, 2_018_999, message, { edge: 'messages', once: true }), detail }
    return [decide(refusal), findRow(refusal)?.reach ?? null]
  }
  for (const generic of ['Invalid parameter', '(#100) Invalid parameter', 'Parameter error.']) {
    t.same(send(100, generic, ''), ['bad_request', null], generic)
    for (const other of [
      'Page Publishing Authorization needed. This Page must be authorized before it can send.',
      'Seite eingeschränkt. Diese Seite darf zurzeit keine Nachrichten senden.',
      'ページは制限されています',
    ])
      t.same(send(100, generic, other), ['unknown', null], other)
    t.same(send(100, generic, 'No matching user found.'), ['unreachable', null])
    t.same(send(100, generic, 'Invalid Image. The image you selected is not available.'), [
      'bad_request',
      null,
    ])
    t.same(send(100, generic, 'parameter message'), ['bad_request', null])
  }
  t.same(send(100, '(#100) Param message[text] is too long', 'Etwas ging schief'), ['bad_request', null])
  t.same(send(200, 'Permissions error', "This person isn't receiving messages from you right now."), [
    'unreachable',
    null,
  ])
  t.end()
})

t.test('codes 10 and 200 close the Page only where they speak of it, or say nothing', (t) => {
  for (const code of [10, 200, 299]) {
    for (const ofThePage of [
      '',
      `(#${code})`,
      'Application does not have permission for this action',
      'Permissions error',
      'Requires pages_messaging permission to manage the object',
      'The Page is not published',
      'O aplicativo não tem permissão para esta ação',
      'Etwas ging schief.\nRequires pages_messaging permission to manage the object',
    ])
      t.same(sendSaying(code, ofThePage), { verdict: 'permission', reach: null }, `${code} ${ofThePage}`)
    for (const ofOnePerson of [
      'Esta pessoa não está disponível no momento',
      'この人は現在メッセージを受け取れません',
      'Du kannst dieser Person gerade nicht schreiben',
      'Your Page may not write to this person',
      'Messages of this app are not shown to this recipient',
      'Your Page may not write.\nThat is a matter of this person',
    ])
      t.same(sendSaying(code, ofOnePerson), { verdict: 'permission', reach: 'visitor' }, ofOnePerson)
  }
  t.end()
})

t.test('a stored token that is none of a Page is told as that, whichever number says so', (t) => {
  for (const code of [200, 210]) {
    const row = findRow({
      ...answer(code, null, '(#210) This call requires a Page access token.'),
      edge: 'messages',
    })
    t.match(row, { verdict: 'permission', reach: undefined, byToken: true, remedy: /bootstrap-token/ })
  }
  t.equal(sendSaying(210, '(#210) User not visible').reach, 'visitor')
  t.end()
})

t.test(
  'words behind the first two thousand characters are not read: the time grows with their square',
  (t) => {
    const behind = (length: number): string => `${'- '.repeat(length / 2)}No matching user found`
    t.equal(sendSaying(100, behind(1000)).verdict, 'unreachable')
    t.equal(sendSaying(100, behind(2000)).verdict, 'unknown')
    t.end()
  },
)

t.test('an app whose access Facebook has cut off is told so, not to grant a permission', async (t) => {
  for (const said of [
    'API access disrupted. Go to the App Dashboard and complete Data Use Checkup.',
    'API access is suspended.',
    '(#200) Access to this data is temporarily disabled for non-active apps due to changes we are making',
  ]) {
    const numbers = { code: 200, subcode: null, message: said }
    t.match(findRow(numbers), { verdict: 'configuration', remedy: /App Dashboard/ }, said)
  }
})

t.test('an identity to be confirmed is told under every number of permissions', async (t) => {
  const read = (code: number, message: string, subcode: number | null = null) =>
    findRow({ ...answer(code, subcode, message), edge: 'messages' })
  for (const code of [10, 200, 299, 368]) {
    for (const words of [
      'Confirm your identity before you can publish as this Page.',
      'Your identity must be confirmed before this Page can send messages',
      'The admin of the Page needs to verify their identity',
      'Identity confirmation is required to manage this Page',
    ]) {
      const row = { verdict: 'restricted', meaning: /identity/, remedy: /token does not help/ }
      t.match(read(code, `(#${code}) ${words}`), row, words)
      t.match(read(code, `(#${code}) ${words}`, 77_777), row, words)
    }
  }
  t.match(read(10, '(#10) This person must verify their identity'), {
    verdict: 'permission',
    reach: 'visitor',
  })
  t.match(read(200, '(#200) Verify the identity of your business to get advanced access'), {
    verdict: 'permission',
  })
  t.match(read(190, 'Log in to www.facebook.com and confirm your identity'), { verdict: 'token_invalid' })
  t.match(read(100, '(#100) Param message[identity] must be verified'), { verdict: 'bad_request' })
})
