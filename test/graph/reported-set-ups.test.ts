import t from 'tap'
import { findRow } from '../../src/graph/decide.ts'

const of = (edge: string, subcode: number | null, message: string, code = 100) =>
  findRow({ edge, code, subcode, message })

t.test('a refusal of what every call has buries no message', (t) => {
  for (const [source, subcode, said] of [
    ['crisboarna/fb-messenger-bot-api#61', null, '(#100) The parameter recipient is required'],
    ['Kong/unirest-nodejs#95', null, '(#100) Param recipient must be non-empty'],
    ['pimax/fb-messenger-php#1', null, '(#100) param message must be non-empty'],
    ['remixz/messenger-bot#83', null, '(#100) The parameter messaging_type is required'],
    ['fbmq#56', null, '(#100) Param messaging_type must be one of {RESPONSE, UPDATE, MESSAGE_TAG}'],
    ['a later version', null, '(#100) The parameter business_context is required'],
    ['Messageflow/send-as', 2_018_015, '(#100) Must send either message or state'],
  ] as const)
    t.match(
      of('messages', subcode, said),
      { verdict: 'unknown', remedy: /^No message is at fault.*proxy.*newer version/ },
      source,
    )
  t.end()
})

t.test('the code of a login is told by what is wrong with it', (t) => {
  const redirect =
    'Error validating verification code. Please make sure your redirect_uri is identical to the one you used in the OAuth dialog request'
  for (const [source, subcode, said, meaning, remedy] of [
    ['Shade-/MyFacebook-Connect#65, php-graph-sdk#980', null, redirect, /redirect/, /Redirect URIs/],
    ['public code of 2025 and 2026', 36_008, redirect, /redirect/, /Redirect URIs/],
    ['the same', 36_008, 'Invalid verification code format.', /no code/, /login again/],
    ['in another language', 36_008, 'Überprüfe die Adresse', /redirect/, /Redirect URIs/],
    ['public code of 2026', 36_009, 'This authorization code has been used.', /used/, /login again/],
    ['laravel/socialite#385', null, 'This authorization code has been used.', /used/, /login again/],
    ['in another language', 36_009, 'Dieser Code wurde verwendet', /used/, /login again/],
    ['public code of 2026', 36_007, 'This authorization code has expired.', /expired/, /login again/],
    ['ngrx/store#160', null, 'Invalid verification code format.', /no code/, /login again/],
  ] as const)
    t.match(of('access_token', subcode, said), { meaning, remedy }, source)
  t.end()
})

t.test('a platform access that is disabled is told as the app', (t) => {
  // watson-developer-cloud/conversation-connector#43
  const said = 'Platform Access Disabled: Access temporarily disabled due to changes to the Facebook Platform'
  t.match(of('pages', null, said, 200), { verdict: 'configuration', remedy: /App Dashboard/ })
  t.end()
})
