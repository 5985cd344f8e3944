/** What several clients get for the same call. */
export const SENT = { recipient_id: '{{psid}}', message_id: /^m_/ }
export const DONE = { success: true }
export const SET = { result: 'success' }
export const PAGE = { id: '{{pageId}}', name: 'Corner Bakery' }
export const PERSON = { id: '{{userId}}', name: 'Olivia Operator' }
export const ACCOUNTS = {
  data: [{ id: '{{pageId}}', name: 'Corner Bakery', access_token: /^EAA/, tasks: ['ADVERTISE'] }],
}
export const USER_TOKEN = { access_token: /^EAA/, token_type: 'bearer' }
export const APP_TOKEN = { access_token: '{{appToken}}', token_type: 'bearer' }
export const BAD_CODE = { error: { message: 'Invalid verification code format.', type: 'OAuthException' } }
export const PAGE_TOKEN_FACTS = {
  data: { app_id: '{{appId}}', type: 'PAGE', profile_id: '{{pageId}}', is_valid: true, expires_at: 0 },
}
/** Since October 2026, in every version. */
export const NO_IDS = { error: { message: 'The ids query parameter is deprecated in v26.0+.' } }
export const NO_DATE_FORMAT = {
  error: { message: 'The date_format query parameter is deprecated in v26.0+.' },
}
export const NO_SUCH_FIELD = {
  error: { message: '(#100) Tried accessing nonexisting field (colour) on node type (Page)' },
}
