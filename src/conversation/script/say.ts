import { isMap, isScalar, isSeq, type Node } from 'yaml'
import type { Json, JsonObject } from '../../json.ts'
import { LIMITS, MAX_TEMPLATE_DEPTH } from './limits.ts'
import type { Read, Reading } from './reading.ts'
import {
  didYouMean,
  entriesOf,
  isWebAddress,
  kindOf,
  list,
  mapping,
  optional,
  required,
  text,
  textOf,
  url,
} from './shapes.ts'
import { fillTemplate, readTemplate, type Template } from './template.ts'
import { MEDIA_TYPES, type Button, type Card, type MediaType, type SayItem } from './types.ts'

const FACEBOOK = "Facebook's limit"

/** A text in which variables may stand. */
export const template =
  (what: string, limit: { max: number; why: string }): Read<Template> =>
  (node, reading) => {
    const value = text(what, limit)(node, reading)
    return value === undefined ? undefined : takeMentions(value, node, reading)
  }

/** A web address in which variables may stand. */
const urlTemplate =
  (what: string): Read<Template> =>
  (node, reading) => {
    const value = textOf(reading.follow(node))?.trim()
    if (value === undefined || !value.includes('{{')) {
      const plain = url(what)(node, reading)
      return plain === undefined ? undefined : [plain]
    }
    const read = takeMentions(value, node, reading)
    if (read !== undefined && !isWebAddress(fillTemplate(read, () => 'x'))) url(what)(node, reading)
    return read
  }

/** The name of a reply; that it exists is checked when all are read. */
export const reference =
  (what: string, offered = false): Read<string> =>
  (node, reading) => {
    const name = text(what, { max: LIMITS.payload, why: FACEBOOK })(node, reading)
    if (name !== undefined) {
      reading.references.push({ name, place: reading.placeOf(reading.follow(node)), offered })
    }
    return name
  }

/** What a quick reply or a button says. Facebook shows it in a small place, so variables are not filled in. */
export const title: Read<string> = (node, reading) => {
  const value = text('a title', { max: LIMITS.buttonTitle, why: FACEBOOK })(node, reading)
  if (value?.includes('{{') !== true) return value
  return reading.refuse(
    reading.placeWithin(reading.follow(node), '{{'),
    'a variable in a title',
    'a title without',
  )
}

/** Exactly one of `reply` and `url`, beside a title. */
export const target = <U>(
  what: string,
  address: Read<U>,
): Read<{ title: string; reply: string } | { title: string; url: U }> => {
  const read = mapping(what, {
    title: required(title),
    reply: optional(reference('the name of a reply')),
    url: optional(address),
  })
  return (node, reading) => {
    const before = reading.count()
    const value = read(node, reading)
    if (value === undefined) return undefined
    if (value.reply !== null && value.url === null) return { title: value.title, reply: value.reply }
    if (value.url !== null && value.reply === null) return { title: value.title, url: value.url as U }
    if (reading.count() > before) return undefined
    return reading.refuse(
      reading.placeOf(reading.follow(node)),
      value.reply === null ? 'neither "reply" nor "url"' : 'both "reply" and "url"',
      `${what} to have one of them`,
    )
  }
}

const buttons: Read<Button[]> = list(
  'a list of buttons',
  target('a button', urlTemplate('the address of a page')),
  {
    min: 1,
    max: LIMITS.buttons,
    why: FACEBOOK,
  },
)

const readCard = mapping('a card', {
  title: required(template('a title', { max: LIMITS.cardTitle, why: FACEBOOK })),
  subtitle: optional(template('a subtitle', { max: LIMITS.cardSubtitle, why: FACEBOOK })),
  image: optional(urlTemplate('the address of an image')),
  buttons: optional(buttons),
})

const card: Read<Card> = (node, reading) => {
  const value = readCard(node, reading)
  if (value === undefined) return undefined
  if (value.subtitle === null && value.image === null && value.buttons === null) {
    return reading.refuse(
      reading.placeOf(reading.follow(node)),
      'a card with a title only',
      'a subtitle, an image or buttons besides (Facebook shows no other)',
    )
  }
  return { ...value, buttons: value.buttons ?? [] }
}

const cards: Read<Card[]> = list('a list of cards', card, { min: 1, max: LIMITS.cards, why: FACEBOOK })

const ITEM = 'a message: a text, or a mapping with text, image, audio, video, file, cards or template'

const ITEM_KEYS = ['text', 'buttons', ...MEDIA_TYPES, 'cards', 'template']

/** One item of `say`. */
export const sayItem: Read<SayItem> = (node, reading) => {
  const target = reading.follow(node)
  if (!isMap(target)) return textItem(target, reading)
  const entries = entriesOf(target, reading, ITEM)
  const kinds = entries?.map(({ key }) => key) ?? []
  const media = MEDIA_TYPES.find((type) => kinds.includes(type))
  if (kinds.includes('buttons')) return buttonsItem(target, reading)
  if (kinds.includes('text')) return textMapping(target, reading)
  if (media !== undefined) return mediaItem(media)(target, reading)
  if (kinds.includes('cards')) return cardsItem(target, reading)
  if (kinds.includes('template')) return templateItem(target, reading)
  const [first] = entries ?? []
  if (first === undefined) return reading.refuse(reading.placeOf(target), kindOf(target, reading), ITEM)
  reading.refuse(
    first.place,
    `the key ${reading.shown(first.place)}`,
    ITEM,
    didYouMean(first.key, ITEM_KEYS) ?? 'A text with a colon and a space in it must stand in quotes.',
  )
  return undefined
}

const textItem: Read<SayItem> = (node, reading) => {
  if (textOf(node) === null) return reading.refuse(reading.placeOf(node), kindOf(node, reading), ITEM)
  const value = template('a text', { max: LIMITS.text, why: FACEBOOK })(node, reading)
  return value === undefined ? undefined : { kind: 'text', text: value }
}

const readTextMapping = mapping('a text message', {
  text: required(template('a text', { max: LIMITS.text, why: FACEBOOK })),
})
const textMapping: Read<SayItem> = (node, reading) => {
  const value = readTextMapping(node, reading)
  return value && { kind: 'text', text: value.text }
}

const readButtons = mapping('a message with buttons', {
  text: required(template('the text above buttons', { max: LIMITS.buttonText, why: FACEBOOK })),
  buttons: required(buttons),
})
const buttonsItem: Read<SayItem> = (node, reading) => {
  const value = readButtons(node, reading)
  return value && { kind: 'buttons', ...value }
}

const mediaItem = (type: MediaType): Read<SayItem> => {
  const read = mapping(`a message with ${type === 'file' ? 'a file' : `${article(type)} ${type}`}`, {
    [type]: required(urlTemplate('an address')),
  })
  return (node, reading) => {
    const address = read(node, reading)?.[type]
    return address && { kind: 'media', type, url: address }
  }
}

const article = (type: MediaType): string => (type === 'image' || type === 'audio' ? 'an' : 'a')

const readCards = mapping('a message with cards', { cards: required(cards) })
const cardsItem: Read<SayItem> = (node, reading) => {
  const value = readCards(node, reading)
  return value && { kind: 'cards', ...value }
}

const payload: Read<JsonObject> = (node, reading) => {
  const target = reading.follow(node)
  const value = isMap(target)
    ? json(target, reading, 0)
    : reading.refuse(reading.placeOf(target), kindOf(target, reading), 'the payload of a template')
  if (value === undefined) return undefined
  const object = value as JsonObject
  if (typeof object['template_type'] === 'string' && object['template_type'] !== '') return object
  return reading.refuse(
    reading.placeOf(target),
    'no "template_type"',
    'a template to name its type, as the Send API knows it',
  )
}
const readTemplateItem = mapping('a raw template', { template: required(payload) })
const templateItem: Read<SayItem> = (node, reading) => {
  const value = readTemplateItem(node, reading)
  return value && { kind: 'template', payload: value.template }
}

/** Any YAML as JSON: here a number is a number and `true` is true. */
const json = (node: Node | null, reading: Reading, depth: number): Json | undefined => {
  const target = reading.follow(node)
  if (depth > MAX_TEMPLATE_DEPTH) {
    return reading.refuse(
      reading.placeOf(target),
      'too many levels',
      `at most ${MAX_TEMPLATE_DEPTH} levels in a template`,
    )
  }
  if (isSeq(target)) {
    const items = (target.items as (Node | null)[]).map((item) => json(item, reading, depth + 1))
    return items.includes(undefined) ? undefined : (items as Json[])
  }
  if (isMap(target)) {
    const entries = entriesOf(target, reading, 'a mapping') ?? []
    const pairs = entries.map(({ key, value }) => [key, json(value, reading, depth + 1)] as const)
    return pairs.some(([, value]) => value === undefined)
      ? undefined
      : (Object.fromEntries(pairs) as JsonObject)
  }
  const value = isScalar(target) ? target.value : null
  if (typeof value === 'string' || typeof value === 'boolean' || value === null) return value
  if (typeof value === 'number' && Number.isFinite(value)) return value
  return textOf(target) ?? null
}

const takeMentions = (value: string, node: Node | null, reading: Reading): Template | undefined => {
  const target = reading.follow(node)
  const { template: read, mentions } = readTemplate(value)
  let readable = true
  for (const { variable, nth } of mentions) {
    const place = reading.placeWithin(target, '{{', nth)
    if (variable !== null) reading.mentions.push({ variable, place })
    else {
      readable = false
      reading.refuse(place, '{{ without a name and }}', 'a variable like {{page_name}}')
    }
  }
  return readable ? read : undefined
}
