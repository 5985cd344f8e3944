import type { StoredPageToken, StoredUserToken } from '../../../src/store/tokens/records.ts'

export const pageToken = (over: Partial<StoredPageToken> = {}): StoredPageToken => ({
  pageId: '100',
  name: 'Example Page',
  token: 'page-token-1',
  appId: '600',
  userId: '7',
  scopes: ['pages_messaging'],
  tasks: ['MESSAGING'],
  provedAtMs: 1_790_000_000_000,
  dataAccessExpiresAtMs: null,
  subscribedFields: null,
  ...over,
})

export const userToken = (over: Partial<StoredUserToken> = {}): StoredUserToken => ({
  userId: '7',
  token: 'long-1',
  appId: '600',
  scopes: ['pages_messaging'],
  expiresAtMs: 1_795_000_000_000,
  savedAtMs: 1_790_000_000_000,
  ...over,
})
