import { hash } from 'node:crypto'
import { isJsonObject, type Json, type JsonObject } from '../base/json.ts'
import type { EventDetail, WebhookEvent } from './events.ts'
import { isMessagingItem, readChange, readDetail } from './kinds.ts'
import { isSample } from './samples.ts'
import { idOf, listOf, millisOf, objectOf, written, type FieldValue } from './read.ts'

/** One item of a callback together with the facts of its entry, which is enough to read it again later. */
export interface Item {
  pageId: string | null
  /** The entry's time, or the time of receipt if it has none; ms since the epoch. */
  timeMs: number
  standby: boolean
  /** Whether the item comes from `changes`, whose items are about the Page. */
  change: boolean
  content: Json
}

/**
 * Splits a callback's `entry` into items, in order. An entry without a known list becomes one item, and so do unknown lists beside known
 * ones: Facebook may add lists. Takes any JSON value and never throws.
 *
 * @param receivedMs - ms since the epoch; the time of items for which Facebook gives none
 */
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
 * Reads one item into an event.
 *
 * @param text - the content as JSON text, where the caller has it already
 */
export const readItem = (item: Item, text?: string): WebhookEvent => {
  const raw = objectOf(item.content)
  const sender = idOf(objectOf(raw['sender'])['id'])
  const recipient = idOf(objectOf(raw['recipient'])['id'])
  // The entry names the Page. Without an id in the entry, the recipient is taken for the Page.
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
/**
 * The apps that had control of the conversation; the list comes beside the messages and is no event
 * (docs/messenger-platform.md#e4).
 */
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

/** The value from Facebook that identifies the event (docs/messenger-platform.md#e4); null if there is none. */
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

// The entry's time is part of a change's digest, because most changes hold no time: without it, a second "labelled VIP" would be
// taken for a repeat.
const digest = ({ change, timeMs, content }: Item, pageId: string, text = written(content).text): string =>
  hash('sha256', `${pageId}:${change ? timeMs : ''}:${text}`, 'base64url')
