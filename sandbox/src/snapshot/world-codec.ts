import type { ChatMessage, Visitor } from '../api.ts'
import type { StoredFile } from '../files.ts'
import type {
  AccountLink,
  App,
  AppSubscription,
  Attachment,
  AuthorizationCode,
  Business,
  Conversation,
  Grant,
  Label,
  LoginConfig,
  Message,
  MessageTemplate,
  OptIn,
  Page,
  Persona,
  Post,
  Referral,
  Session,
  Token,
  User,
} from '../world.ts'
import {
  anything,
  bad,
  bool,
  later,
  list,
  map,
  nullable,
  number,
  object,
  oneOf,
  optional,
  record,
  set,
  text,
  type Codec,
} from './codec.ts'

/** Codecs for the parts of a world. A shared object is written once and referred to by its index or key. */

/** A read-only list. */
const texts: Codec<readonly string[]> = { write: (values) => [...values], read: list(text).read }

const subscription = record<AppSubscription>({
  callbackUrl: text,
  verifyToken: nullable(text),
  verified: bool,
  fields: set(text),
})

const loginConfig = record<LoginConfig>({ scopes: texts, token: oneOf('user', 'system_user') })

export const app = record<App>({
  id: text,
  name: text,
  secret: text,
  mode: oneOf('live', 'development'),
  requireProof: bool,
  redirectUris: nullable(texts),
  subscription: nullable(subscription),
  deauthorizeUrl: nullable(text),
  loginConfigs: map(loginConfig),
})

const grant = record<Grant>({ scopes: set(text), declined: set(text), pageIds: nullable(texts) })

export const user = record<User>({
  id: text,
  name: text,
  appRole: oneOf('admin', 'developer', 'tester', null),
  system: bool,
  checkpointed: bool,
  grants: map(grant),
})

export const business = record<Business>({
  id: text,
  name: text,
  ownedPageIds: list(text),
  clientPageIds: list(text),
})

/** A Page whose tokens are names, which are replaced after the tokens have been read. */
export type PageWithoutTokens = Omit<Page, 'handedOut'> & { handedOut: string[] }

export const page = record<PageWithoutTokens>({
  id: text,
  name: text,
  category: text,
  roles: map(texts),
  lostRoles: map(texts),
  listed: bool,
  published: bool,
  defaultAppId: nullable(text),
  restricted: bool,
  subscriptions: map(set(text)),
  profile: object,
  nlp: later(bool, false),
  handedOut: list(text),
})

export const visitor = record<Visitor>({
  psid: text,
  name: text,
  firstName: text,
  appRole: bool,
  presence: oneOf('here', 'elsewhere', 'offline'),
  email: nullable(text),
  phone: nullable(text),
})

const attachmentOfMessage = record<NonNullable<ChatMessage['attachment']>>({ type: text, payload: object })

const quickReply: Codec<ChatMessage['quickReplies'][number]> = record<ChatMessage['quickReplies'][number]>({
  title: text,
  payload: text,
  imageUrl: optional(text),
})

const message = record<Message>({
  mid: text,
  from: oneOf('visitor', 'page'),
  atMs: number,
  text: nullable(text),
  attachment: nullable(attachmentOfMessage),
  quickReplies: list(quickReply),
  webhook: oneOf('pending', 'delivered', 'failed', null),
  metadata: nullable(text),
  replyTo: optional(nullable(text)),
  persona: optional(nullable(record({ name: text, pictureUrl: text }))),
  edits: number,
  reaction: optional(nullable(text)),
  pageReaction: optional(nullable(text)),
  appId: nullable(text),
})

const referral: Codec<Referral> = {
  write: (value) => value,
  read: (json, at) => {
    const { kind } = record<{ kind: Referral['kind'] }>({ kind: oneOf('link', 'ad') }).read(json, at)
    const body = { ref: text, adId: text, title: text }
    if (kind === 'link') return { kind, ...record<{ ref: string }>({ ref: body.ref }).read(json, at) }
    const ad = record<{ adId: string; title: string; ref: string | null }>({ ...body, ref: nullable(text) })
    return { kind, ...ad.read(json, at) }
  },
}

export const conversation = record<Conversation>({
  id: text,
  pageId: text,
  psid: text,
  messages: list(message),
  openedMs: nullable(number),
  lastMs: number,
  typing: nullable(record({ untilMs: number, personaId: nullable(text) })),
  seenMs: nullable(number),
  deliveredMs: nullable(number),
  readMs: nullable(number),
  owner: nullable(record({ appId: text, untilMs: number })),
  pendingReferral: nullable(referral),
  blocked: bool,
  menu: anything,
})

export const session = record<Session>({
  userId: text,
  appId: text,
  revoked: oneOf(458, 460, 467, null),
  dataAccessExpiresAtMs: number,
  authType: nullable(text),
})

/** A session by its place in the list of all. */
const sessionIn = (sessions: Session[]): Codec<Session> => ({
  write: (value) => {
    const known = sessions.indexOf(value)
    return known >= 0 ? known : sessions.push(value) - 1
  },
  read: (json, at) => {
    const found = typeof json === 'number' ? sessions[json] : undefined
    if (found) return found
    throw bad(at, 'the place of a session')
  },
})

export const token = (sessions: Session[]) =>
  record<Token>({
    value: text,
    type: oneOf('USER', 'PAGE', 'SYSTEM_USER'),
    session: sessionIn(sessions),
    pageId: nullable(text),
    scopes: texts,
    issuedAtMs: number,
    expiresAtMs: nullable(number),
    longLived: bool,
  })

export const code = (sessions: Session[]) =>
  record<AuthorizationCode>({
    session: sessionIn(sessions),
    scopes: texts,
    redirectUri: text,
    expiresAtMs: number,
    used: bool,
  })

export const attachment = record<Attachment>({
  id: text,
  pageId: text,
  type: text,
  url: text,
  createdAtMs: number,
})

export const persona = record<Persona>({
  id: text,
  pageId: text,
  name: text,
  pictureUrl: text,
  deleted: bool,
})

export const messageTemplate = record<MessageTemplate>({
  id: text,
  pageId: text,
  name: text,
  language: text,
  parameterFormat: oneOf('POSITIONAL', 'NAMED'),
  components: list(object),
  status: oneOf('PENDING', 'APPROVED', 'REJECTED'),
  rejectedReason: nullable(text),
  createdMs: number,
  updatedMs: number,
})

export const optIn = record<OptIn>({ pageId: text, psid: text, stopped: bool })

export const label = record<Label>({ id: text, pageId: text, name: text, psids: set(text) })

export const post = record<Post>({
  id: text,
  pageId: text,
  psid: nullable(text),
  parentId: nullable(text),
  message: text,
  createdMs: number,
  liked: bool,
  repliedTo: bool,
})

export const accountLink = record<AccountLink>({ pageId: text, psid: text, expiresAtMs: number })

const bytes: Codec<Buffer> = {
  write: (value) => value.toString('base64'),
  read: (json, at) => Buffer.from(text.read(json, at), 'base64'),
}

export const file = record<StoredFile>({ id: text, name: text, type: text, bytes })
