import type { InboxAction, MediaType, ShareKind, VisitorAction } from '../api.ts'
import { WEBHOOK_FIELDS } from '../webhooks/fields.ts'
import { BadBody, oneOf, optionalBoolean, optionalTextIn, readObject, textIn, type Body } from './bodies.ts'
import { ifGiven } from '../if-given.ts'

/** The limit of a visitor's text, as in Messenger. */
const LONGEST_TEXT = 20_000
const LONGEST_URL = 2000

export const readAction = (value: unknown): VisitorAction => {
  const body = readObject(value)
  const read = typeof body['type'] === 'string' && Object.hasOwn(READERS, body['type']) ? body['type'] : ''
  const reader = READERS[read as VisitorAction['type']]
  if (reader) return reader(body)
  throw new BadBody(`"type" must be one of ${Object.keys(READERS).join(', ')}.`)
}

export const readInboxAction = (value: unknown): InboxAction => {
  const body = readObject(value)
  const type = oneOf(body, 'type', ['text', 'take', 'hand_back'] as const)
  return type === 'text' ? { type, text: textIn(body, 'text', LONGEST_TEXT) } : { type }
}

const READERS: { [Type in VisitorAction['type']]: (body: Body) => VisitorAction & { type: Type } } = {
  text: (body) => ({
    type: 'text',
    text: textIn(body, 'text', LONGEST_TEXT),
    ...ifGiven('replyTo', optionalTextIn(body, 'replyTo', 200)),
  }),
  edit: (body) => ({ type: 'edit', mid: mid(body), text: textIn(body, 'text', LONGEST_TEXT) }),
  quick_reply: (body) => ({
    type: 'quick_reply',
    title: textIn(body, 'title', 320, 0),
    payload: textIn(body, 'payload', 1000, 0),
  }),
  postback: (body) => ({
    type: 'postback',
    title: textIn(body, 'title', 100),
    payload: textIn(body, 'payload', 1000, 0),
  }),
  get_started: () => ({ type: 'get_started' }),
  attachment: (body) => {
    const attachment = readObject(body['attachment'])
    const type = oneOf(attachment, 'type', MEDIA_TYPES)
    return { type: 'attachment', attachment: { type, url: webAddress(attachment, 'url', 'attachment.url') } }
  },
  share: (body) => ({
    type: 'share',
    kind: body['kind'] === undefined ? 'fallback' : oneOf(body, 'kind', SHARE_KINDS),
    url: webAddress(body, 'url', 'url'),
    title: textIn(body, 'title', 300, 0),
    ...ifGiven('text', optionalTextIn(body, 'text', LONGEST_TEXT)),
  }),
  sticker: (body) => {
    const stickerId = textIn(body, 'stickerId', 20)
    if (!/^\d+$/.test(stickerId)) throw new BadBody('"stickerId" must be digits.')
    return { type: 'sticker', stickerId }
  },
  reaction: (body) => ({
    type: 'reaction',
    mid: mid(body),
    emoji: textIn(body, 'emoji', 20),
    action: oneOf(body, 'action', ['react', 'unreact'] as const),
  }),
  referral: (body) => ({ type: 'referral', ref: refIn(textIn(body, 'ref', 250)) }),
  ad: (body) => {
    const ref = optionalTextIn(body, 'ref', 250)
    const adId = textIn(body, 'adId', 30)
    if (!/^\d+$/.test(adId)) throw new BadBody('"adId" must be digits.')
    return {
      type: 'ad',
      adId,
      title: textIn(body, 'title', 300, 0),
      ...ifGiven('ref', ref === undefined ? undefined : refIn(ref)),
    }
  },
  optin: (body) => ({
    type: 'optin',
    payload: textIn(body, 'payload', 1000, 0),
    title: textIn(body, 'title', 100, 0),
    ...ifGiven(
      'status',
      body['status'] === undefined ? undefined : oneOf(body, 'status', ['stop', 'resume'] as const),
    ),
  }),
  feedback: (body) => {
    const good = optionalBoolean(body, 'good')
    if (good === undefined) throw new BadBody('"good" must be true or false.')
    return { type: 'feedback', mid: mid(body), good }
  },
  account_linking: (body) => ({
    type: 'account_linking',
    authorizationCode: body['authorizationCode'] === null ? null : textIn(body, 'authorizationCode', 1000),
  }),
  account_link: (body) => ({ type: 'account_link', url: webAddress(body, 'url', 'url') }),
  post: (body) => ({ type: 'post', message: textIn(body, 'message', LONGEST_TEXT) }),
  comment: (body) => ({
    type: 'comment',
    postId: textIn(body, 'postId', 100),
    message: textIn(body, 'message', LONGEST_TEXT),
  }),
  block: (body) => ({ type: 'block', blocked: optionalBoolean(body, 'blocked') ?? true }),
  presence: (body) => ({
    type: 'presence',
    presence: oneOf(body, 'presence', ['here', 'elsewhere', 'offline'] as const),
  }),
  event: (body) => ({
    type: 'event',
    field: oneOf(body, 'field', WEBHOOK_FIELDS),
    content: readObject(body['content']),
  }),
}

const MEDIA_TYPES: readonly MediaType[] = ['image', 'audio', 'video', 'file']
const SHARE_KINDS: readonly ShareKind[] = ['fallback', 'reel', 'ig_reel', 'post', 'ig_post']

const mid = (body: Body) => textIn(body, 'mid', 200)

const refIn = (ref: string): string => {
  if (/^[A-Za-z0-9=_-]+$/.test(ref)) return ref
  throw new BadBody('"ref" takes letters, digits and -_= alone.')
}

const webAddress = (body: Body, name: string, shown: string): string => {
  const url = textIn(body, name, LONGEST_URL)
  if (/^https?:$/.test(URL.parse(url)?.protocol ?? '')) return url
  throw new BadBody(`"${shown}" must be an http(s) URL.`)
}
