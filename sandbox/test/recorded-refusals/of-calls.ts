import { bad, required, type Recorded } from './recorded.ts'

/** Of calls that send nothing, and of tokens. */
export const OF_CALLS: readonly Recorded[] = [
  {
    name: 'a token of a Page where one of a person is wanted',
    source: 'public guides (2025), github.com/search: me/accounts with a Page token',
    send: { path: 'me/accounts' },
    refused: bad('Tried accessing nonexisting field (accounts) on node type (Page)'),
  },
  {
    name: 'an edge of several nodes that one of them lacks',
    source: 'a tutorial on the Graph API (2019)',
    send: { path: 'accounts?ids=me' },
    refused: bad('Tried accessing nonexisting field (accounts) on node type (Page)'),
  },
  {
    name: 'no token',
    source: 'github.com/spring-guides/gs-consuming-rest/issues/10 (2015)',
    send: { path: 'pivotalsoftware', token: 'none' },
    refused: { code: 104, message: 'An access token is required to request this resource.' },
  },
  {
    name: 'no token for oneself',
    source: 'github.com/fbsamples/messenger-platform-samples/issues/125 (2018)',
    send: { path: 'me/messages', token: 'none', body: { recipient: { id: '1' }, message: { text: 'a' } } },
    refused: {
      code: 2500,
      message: 'An active access token must be used to query information about the current user.',
    },
  },
  {
    name: 'a subscription without fields',
    source: 'github.com/jgorset/facebook-messenger/issues/231 (2018)',
    send: { path: 'me/subscribed_apps', method: 'POST', body: {} },
    refused: required('subscribed_fields'),
  },
  {
    name: 'no recipient',
    source: 'public guides (2025)',
    send: { path: 'me/messages', body: { message: { text: 'a' } } },
    refused: required('recipient'),
  },
]
