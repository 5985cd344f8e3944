import t from 'tap'
import { dialogUrl, readCode } from '../../src/token/login-dialog.ts'

const DIALOG = {
  loginUrl: 'https://www.facebook.com',
  version: 'v25.0',
  appId: '600000000000001',
  redirectUri: 'https://bot.example.com/operator/facebook/callback',
  state: 'state-1',
}

t.test('the dialog is asked for exactly the permissions the bot needs, and for a code', async (t) => {
  const url = new URL(dialogUrl(DIALOG))
  t.equal(url.origin + url.pathname, 'https://www.facebook.com/v25.0/dialog/oauth')
  t.same(Object.fromEntries(url.searchParams), {
    client_id: '600000000000001',
    redirect_uri: 'https://bot.example.com/operator/facebook/callback',
    state: 'state-1',
    response_type: 'code',
    scope: 'pages_show_list,pages_messaging,pages_manage_metadata',
    auth_type: 'rerequest',
  })
})

t.test('business_management is asked for on request', async (t) => {
  const scope = new URL(dialogUrl({ ...DIALOG, portfolio: true })).searchParams.get('scope')
  t.equal(scope, 'pages_show_list,pages_messaging,pages_manage_metadata,business_management')
})

t.test('a configuration of Login for Business takes the place of the permissions', async (t) => {
  const { searchParams } = new URL(dialogUrl({ ...DIALOG, configId: '42' }))
  t.equal(searchParams.get('config_id'), '42')
  t.equal(searchParams.get('override_default_response_type'), 'true')
  t.notOk(searchParams.has('scope'))
})

t.test('the code is read from the answer', async (t) => {
  t.equal(readCode({ code: 'code-1', state: 'state-1' }), 'code-1')
})

t.test('an answer without a code says why, and what to do', async (t) => {
  const code = 'BOT_USER_TOKEN_INVALID'
  t.throws(() => readCode({ error: 'access_denied', error_reason: 'user_denied' }), {
    code,
    message: /cancelled/,
    remedy: /accept/,
  })
  t.throws(() => readCode({ error_code: '4201', error_message: 'User canceled the Dialog flow' }), {
    code,
    message: /cancelled/,
  })
  t.throws(() => readCode({ error_code: '1349126', error_message: 'App not active.' }), {
    code,
    message: 'The app is not active for you: App not active.',
    remedy: /role/,
  })
  t.throws(() => readCode({ error_code: '1349048', error_message: "Can't load URL." }), {
    code,
    message: "Facebook ended the login: Can't load URL.",
    remedy: /redirect URI/,
  })
  t.throws(() => readCode({}), { code, message: /without a code/ })
  t.throws(() => readCode({ code: '' }), { code })
  t.throws(() => readCode({ code: 'code-1', error: 'server_error' }), { code, message: /server_error/ })
})
