/** As much of the foreign clients' shapes as the tests touch; they bring none, or older ones. */

export interface BusinessSdk {
  FacebookAdsApi: new (token: string, locale?: string, crashLog?: boolean) => SdkApi
  FacebookAdsApiBatch: new (api: SdkApi) => SdkBatch
  User: SdkNode
  Page: SdkNode
}

export interface SdkApi {
  // A method, since the subclass of the test overrides it as one.
  call(
    method: string,
    path: string | string[],
    params?: object,
    files?: object,
    multipart?: boolean,
    urlOverride?: string,
  ): Promise<unknown>
}

interface SdkBatch {
  add: (
    method: string,
    path: string[],
    params: object,
    files: undefined,
    success: (response: { body: unknown }) => void,
    failure: (response: { body: unknown }) => void,
  ) => void
  execute: () => Promise<unknown>
}

type SdkNode = new (
  id: string,
  data: object,
  parent: null,
  api: SdkApi,
) => {
  read: (fields: string[]) => Promise<object>
} & Record<
  'createSubscribedApp' | 'createMessage' | 'createPersona' | 'createMessengerProfile',
  (fields: string[], params: object) => Promise<object>
> &
  Record<
    'getAccounts' | 'getSubscribedApps' | 'getPersonas' | 'getConversations',
    (fields: string[], params?: object) => Promise<SdkCursor>
  >

interface SdkCursor extends Iterable<object> {
  hasNext: () => boolean
  next: () => Promise<SdkCursor>
}

export interface MessengerLibrary {
  MessengerClient: new (config: {
    accessToken: string
    appId: string
    appSecret: string
    version: string
    origin: string
  }) => Record<
    | 'createPersona'
    | 'createSubscription'
    | 'debugToken'
    | 'getPageInfo'
    | 'getThreadOwner'
    | 'getUserProfile'
    | 'passThreadControlToPageInbox'
    | 'sendBatch'
    | 'sendButtonTemplate'
    | 'sendImage'
    | 'sendText'
    | 'setGetStarted'
    | 'setPersistentMenu'
    | 'setUserPersistentMenu'
    | 'uploadImage',
    (...args: unknown[]) => Promise<{ id?: string; attachmentId?: string }>
  >
}
