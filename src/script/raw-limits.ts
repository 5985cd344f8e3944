import type { Node } from 'yaml'
import { isMap, isSeq } from 'yaml'
import { LIMITS } from '../channel/messenger.ts'
import type { Reading } from './reading.ts'
import { FACEBOOK } from './limits.ts'
import { nodeText } from './nodes.ts'

/**
 * Checks a raw template against the known limits of its type (docs/messenger-platform.md#f7), so that Facebook does not refuse it while a
 * visitor waits. Texts are measured without their variables, whose values are not known yet.
 */
export const checkRawTemplate = (payload: Node | null, type: string, reading: Reading): void => {
  const template = partsOf(payload, reading)
  switch (type) {
    case 'generic':
      return checkList(template, 'elements', { min: 1, max: LIMITS.cards, check: checkElement }, reading)
    case 'button':
      checkText(template, 'text', { max: LIMITS.buttonText, isNeeded: true }, reading)
      return checkButtons(template, 1, reading)
    case 'media':
      return checkList(template, 'elements', { min: 1, max: 1, check: checkMedia }, reading)
    default:
      return
  }
}

/** A mapping with its place. */
interface Parts {
  node: Node | null
  values: ReadonlyMap<string, Node | null>
}

const partsOf = (node: Node | null, reading: Reading): Parts => {
  const target = reading.follow(node)
  // Mistakes of the mapping itself were noted when it was read.
  const entries = isMap(target)
    ? target.items.map(
        (pair) =>
          [nodeText(reading.follow(pair.key as Node | null)) ?? '', pair.value as Node | null] as const,
      )
    : []
  return { node: target, values: new Map(entries) }
}

const checkElement = (element: Parts, reading: Reading): void => {
  checkText(element, 'title', { max: LIMITS.cardTitle, isNeeded: true }, reading)
  checkText(element, 'subtitle', { max: LIMITS.cardSubtitle }, reading)
  checkButtons(element, 0, reading)
  if (element.values.has('title') && element.values.size === 1) {
    refuse(
      element.node,
      reading,
      'an element with a title only',
      'something besides it (Facebook shows no other)',
    )
  }
}

const checkMedia = (element: Parts, reading: Reading): void => {
  const { values } = element
  const type = textIn(element, 'media_type', reading)
  if (type !== 'image' && type !== 'video')
    refuse(
      values.get('media_type') ?? element.node,
      reading,
      `the media type ${type ?? 'missing'}`,
      'image or video',
    )
  if (values.has('url') === values.has('attachment_id')) {
    const found = values.has('url') ? 'both "url" and "attachment_id"' : 'neither "url" nor "attachment_id"'
    refuse(element.node, reading, found, 'one of them')
  }
  const url = textIn(element, 'url', reading)
  if (url !== null && !OF_FACEBOOK.test(url))
    refuse(
      values.get('url') ?? null,
      reading,
      'an address elsewhere',
      'one on facebook.com, or an attachment_id (Facebook takes no other)',
    )
  checkButtons(element, 0, reading)
}

const OF_FACEBOOK = /^https:\/\/(?:[\w-]+\.)*facebook\.com\/|\{\{/

const checkButtons = (parent: Parts, min: number, reading: Reading): void => {
  if (min === 0 && !parent.values.has('buttons')) return
  checkList(parent, 'buttons', { min: Math.max(1, min), max: LIMITS.buttons, check: checkButton }, reading)
}

const checkButton = (button: Parts, reading: Reading): void => {
  checkText(button, 'title', { max: LIMITS.buttonTitle }, reading)
  checkText(button, 'payload', { max: LIMITS.payload }, reading)
  const type = textIn(button, 'type', reading)
  // Facebook has more types than these, and may add others.
  const needed = type === null ? ['type'] : (BUTTON_PARTS[type] ?? [])
  for (const key of needed) {
    if (textIn(button, key, reading) === null)
      refuse(button.node, reading, `no "${key}"`, 'a button of this type to have one')
  }
}

/** Required parts of a button (2018040, 2018041, 2018053). */
const BUTTON_PARTS: Readonly<Record<string, readonly string[]>> = {
  web_url: ['title', 'url'],
  postback: ['title', 'payload'],
  phone_number: ['title', 'payload'],
}

const checkList = (
  parent: Parts,
  key: string,
  { min, max, check }: { min: number; max: number; check: (item: Parts, reading: Reading) => void },
  reading: Reading,
): void => {
  const list = reading.follow(parent.values.get(key) ?? null)
  const range = min === max ? `exactly ${min}` : `${min} to ${max}`
  if (!isSeq(list)) {
    refuse(list ?? parent.node, reading, `no list of "${key}"`, `${range} of them (${FACEBOOK})`)
    return
  }
  const items = list.items as (Node | null)[]
  if (items.length < min || items.length > max)
    refuse(items[max] ?? list, reading, `${items.length} ${key}`, `${range} (${FACEBOOK})`)
  for (const item of items) check(partsOf(item, reading), reading)
}

const checkText = (
  parent: Parts,
  key: string,
  { max, isNeeded = false }: { max: number; isNeeded?: boolean },
  reading: Reading,
): void => {
  const text = textIn(parent, key, reading)
  if (text === null) {
    if (isNeeded) refuse(parent.node, reading, `no "${key}"`, `a template of this type to have one`)
    return
  }
  const { length } = text.replaceAll(/\{\{.*?\}\}/gs, '')
  if (length > max)
    refuse(
      parent.values.get(key) ?? null,
      reading,
      `a "${key}" of ${length} characters`,
      `at most ${max} (${FACEBOOK})`,
    )
}

const textIn = ({ values }: Parts, key: string, reading: Reading): string | null => {
  const text = nodeText(reading.follow(values.get(key) ?? null))
  return text === null || text.trim() === '' ? null : text
}

const refuse = (node: Node | null, reading: Reading, found: string, expected: string): void => {
  reading.refuse(reading.placeOf(reading.follow(node)), found, expected)
}
