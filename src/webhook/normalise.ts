import { hash } from 'node:crypto'
import { isJsonObject, type Json, type JsonObject } from '../base/json.ts'
import type { EventDetail, WebhookEvent } from './events.ts'
import { isMessagingItem, readChange, readDetail } from './kinds.ts'
import { isSample } from './samples.ts'
import { idOf, listOf, millisOf, objectOf, written, type FieldValue } from './read.ts'

/** One item of a callback with what its entry says about it: enough to read it again at any time. */
export interface Item {
  pageId: string | null
  /** When the entry says it happened, or when it came in; ms since the epoch. */
  timeMs: number
  standby: boolean
  /** Whether it comes from `changes`, which holds what is about the Page. */
  change: boolean
  content: Json
}

/**
 * Every event of a callback's `entry`, in order. Takes any JSON value and never throws.
 *
 * @param receivedMs - stands in where Facebook gives no time, ms since the epoch
 */
export const normalise = (entries: FieldValue, receivedMs: number): WebhookEvent[] =>
  itemsOf(entries, receivedMs).map((item) => readItem(item))

/** Takes the entries apart. An entry without the lists we know, and lists beside them, are new: they are kept as one item. */
export const itemsOf = (entries: FieldValue, receivedMs: number): Item[] => {
  const items: Item[] = []
  for (const entry of listOf(entries)) {
    if (!isJsonObject(entry)) continue
    const { messaging, standby, changes } = entry
    const pageId = idOf(entry['id'])
    const timeMs = millisOf(entry['time']) ?? receivedMs
    for (const content of listOf(messaging)) {
      items.push({ pageId, timeMs, standby: false, change: false, content })
    }
    for (const content of listOf(standby)) {
      items.push({ pageId, timeMs, standby: true, change: false, content })
    }
    for (const content of listOf(changes)) items.push(toChange({ pageId, timeMs }, content))
    const rest = Object.entries(entry).filter(([name]) => !LISTS.has(name))
    const hasNoList = rest.length === Object.keys(entry).length
    if (hasNoList || rest.some(([name, value]) => Array.isArray(value) && name !== HOPS)) {
      items.push({ pageId, timeMs, standby: false, change: false, content: Object.fromEntries(rest) })
    }
  }
  return items
}

/**
 * Reads one item into our words.
 *
 * @param text - the content as JSON text, where the caller has it already
 */
export const readItem = (item: Item, text?: string): WebhookEvent => {
  const raw = objectOf(item.content)
  const sender = idOf(objectOf(raw['sender'])['id'])
  const recipient = idOf(objectOf(raw['recipient'])['id'])
  // The entry names the Page; where it does not, the Page is who got the message.
  const pageId = item.pageId ?? recipient ?? ''
  const fromPage = sender === pageId && recipient !== null && recipient !== pageId
  const said = item.change ? readChange(raw) : readDetail(raw, fromPage)
  const isReal = !isSample(pageId, raw)
  const detail: EventDetail = isReal ? said : { kind: 'sample', of: said.kind }
  const visitor = isReal ? visitorOf(item, raw, detail, fromPage) : null
  // A Page that writes to itself has no visitor.
  const psid = visitor === pageId ? null : visitor
  const timestampMs = millisOf(raw['timestamp']) ?? item.timeMs
  const id = identify(detail, { pageId, psid, timestampMs })
  const key = `${item.standby ? 'standby:' : ''}${detail.kind}:${id ?? digest(item, pageId, text)}`
  return { ...detail, key, pageId, psid, timestampMs, standby: item.standby, raw }
}

const LISTS: ReadonlySet<string> = new Set(['messaging', 'standby', 'changes'])
/** Through which apps a conversation went; it comes beside the messages and is no event (docs/messenger-platform.md#e4). */
const HOPS = 'hop_context'

const toChange = (about: Pick<Item, 'pageId' | 'timeMs'>, content: Json): Item => {
  const { field, value } = objectOf(content)
  return isJsonObject(value) && isMessagingItem(value)
    ? { ...about, standby: field === 'standby', change: false, content: value }
    : { ...about, standby: false, change: true, content }
}

const visitorOf = (item: Item, raw: JsonObject, { kind }: EventDetail, fromPage: boolean): string | null => {
  if (item.change) return visitorOfChange(raw)
  const { sender, recipient } = raw
  return idOf(objectOf(fromPage || kind === 'echo' ? recipient : sender)['id'])
}

const visitorOfChange = (change: JsonObject): string | null =>
  change['field'] === 'inbox_labels' ? idOf(objectOf(objectOf(change['value'])['user'])['id']) : null

/** What Facebook gives to tell this event from all others (docs/messenger-platform.md#e4); null where it gives nothing. */
const identify = (
  detail: EventDetail,
  { pageId, psid, timestampMs }: Pick<WebhookEvent, 'pageId' | 'psid' | 'timestampMs'>,
): string | null => {
  switch (detail.kind) {
    case 'message':
    case 'echo':
    case 'postback':
    case 'message_deleted':
      return detail.mid
    case 'message_edit':
      return detail.mid === null || detail.numEdit === null ? null : `${detail.mid}:${detail.numEdit}`
    case 'reaction':
      return detail.mid === null ? null : `${detail.mid}:${detail.action}:${timestampMs}`
    case 'read':
      return psid === null || detail.watermarkMs === null ? null : `${pageId}:${psid}:${detail.watermarkMs}`
    default:
      return null
  }
}

// A change seldom holds a time of its own: without the entry's, "labelled VIP" would happen only once for ever.
const digest = ({ change, timeMs, content }: Item, pageId: string, text = written(content).text): string =>
  hash('sha256', `${pageId}:${change ? timeMs : ''}:${text}`, 'base64url')
