import { isMap, isScalar, isSeq, type Node } from 'yaml'
import type { Json, JsonObject } from '../../json.ts'
import { condition } from './condition.ts'
import { LIMITS, LONGEST_TEXT, MAX_TEMPLATE_DEPTH, MOST_MESSAGES } from './limits.ts'
import { localised, looksTranslated } from './localised.ts'
import { defined, described, schemaOf, type Read, type Reading } from './reading.ts'
import { buttons, cards, FACEBOOK, successor, template, urlTemplate } from './say.ts'
import {
  didYouMean,
  duration,
  entriesOf,
  kindOf,
  list,
  mapping,
  oneOrMore,
  optional,
  required,
  textOf,
} from './shapes.ts'
import { MEDIA_TYPES, type MediaType, type SayItem } from './types.ts'

const ITEM = 'a message: a text, or a mapping with text, image, audio, video, file, cards or template'

const KINDS = ['text', 'buttons', ...MEDIA_TYPES, 'cards', 'template', 'pause', 'any', 'if', 'go'] as const

const someText = localised(
  template('a text', { max: LONGEST_TEXT, why: 'so much of it can be split into messages' }),
)

const textItem: Read<SayItem> = described(
  (node, reading) => {
    if (textOf(node) === null && !looksTranslated(node)) {
      return reading.refuse(reading.placeOf(node), kindOf(node, reading), ITEM)
    }
    const value = someText(node, reading)
    return value === undefined ? undefined : { kind: 'text', text: value }
  },
  () => schemaOf(someText),
)

const textMapping = item(mapping('a text message', { text: required(someText) }), ({ text }) => ({
  kind: 'text',
  text,
}))

const buttonsItem = item(
  mapping('a message with buttons', {
    text: required(localised(template('the text above buttons', { max: LIMITS.buttonText, why: FACEBOOK }))),
    buttons: required(buttons),
  }),
  (value) => ({ kind: 'buttons', ...value }),
)

const address = localised(urlTemplate('an address'))

const mediaItem = (type: MediaType): Read<SayItem> => {
  const what = `a message with ${type === 'file' ? 'a file' : `${article(type)} ${type}`}`
  return item(mapping(what, { [type]: required(address) }), (value) => ({
    kind: 'media',
    type,
    url: value[type] as NonNullable<(typeof value)[string]>,
  }))
}

const article = (type: MediaType): string => (type === 'image' || type === 'audio' ? 'an' : 'a')

const cardsItem = item(mapping('a message with cards', { cards: required(cards) }), (value) => ({
  kind: 'cards',
  ...value,
}))

const payload: Read<JsonObject> = described(
  (node, reading) => {
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
  },
  () => ({ type: 'object', required: ['template_type'], properties: { template_type: { type: 'string' } } }),
)
const templateItem = item(mapping('a raw template', { template: required(payload) }), (value) => ({
  kind: 'template',
  payload: value.template,
}))

const pauseItem = item(
  mapping('a pause', { pause: required(duration('a pause', 100, 10_000)) }),
  (value) => ({
    kind: 'pause',
    ms: value.pause,
  }),
)

const goItem = item(mapping('a "go"', { go: required(successor) }), (value) => ({
  kind: 'go',
  reply: value.go,
}))

/** Items in items are read by the reader of items, which stands below. */
const inner: Read<SayItem> = described(
  (node, reading) => sayItem(node, reading),
  () => ({ $ref: '#/$defs/message' }),
)
const innerItems = oneOrMore('one or more messages', inner, {
  max: MOST_MESSAGES,
  why: 'nobody reads more at once',
})

const anyItem = item(
  mapping('alternatives', {
    any: required(
      list('a list of messages, said in turn', inner, { min: 2, max: 50, why: 'more are never noticed' }),
    ),
  }),
  (value) => ({ kind: 'any', of: value.any }),
)

const ifItem = item(
  mapping('a condition', {
    if: required(condition),
    say: optional(innerItems),
    go: optional(successor),
    else: optional(innerItems),
  }),
  (value, node, reading) => {
    const { say, go } = value
    if (say === null && go === null) {
      return reading.refuse(
        reading.placeOf(node),
        'neither "say" nor "go"',
        'what is said when the condition holds',
      )
    }
    const holding: SayItem[] = [...(say ?? []), ...(go === null ? [] : [{ kind: 'go' as const, reply: go }])]
    return { kind: 'if', condition: value.if, holding, otherwise: value.else ?? [] }
  },
)

const READERS: readonly (readonly [key: (typeof KINDS)[number], read: Read<SayItem>])[] = [
  // The key that tells the kind; `text` stands with buttons, too, and `go` with a condition.
  ['if', ifItem],
  ['buttons', buttonsItem],
  ['text', textMapping],
  ...MEDIA_TYPES.map((type) => [type, mediaItem(type)] as const),
  ['cards', cardsItem],
  ['template', templateItem],
  ['pause', pauseItem],
  ['any', anyItem],
  ['go', goItem],
]

/** One item of `say`. */
export const sayItem: Read<SayItem> = defined(
  'message',
  described(
    (node, reading) => {
      const target = reading.follow(node)
      if (!isMap(target) || looksTranslated(target)) return textItem(target, reading)
      if (!reading.enter(target)) return undefined
      try {
        return mappedItem(target, reading)
      } finally {
        reading.leave()
      }
    },
    () => ({ anyOf: [schemaOf(textItem), ...READERS.map(([, read]) => schemaOf(read))] }),
  ),
)

const mappedItem = (target: Node, reading: Reading): SayItem | undefined => {
  const entries = entriesOf(target, reading, ITEM)
  const keys = new Set(entries?.map(({ key }) => key))
  const read = READERS.find(([key]) => keys.has(key))?.[1]
  if (read !== undefined) return read(target, reading)
  const [first] = entries ?? []
  if (first === undefined) return reading.refuse(reading.placeOf(target), kindOf(target, reading), ITEM)
  return reading.refuse(
    first.place,
    `the key ${reading.shown(first.place)}`,
    ITEM,
    didYouMean(first.key, KINDS) ?? 'A text with a colon and a space in it must stand in quotes.',
  )
}

function item<T>(
  read: Read<T>,
  make: (value: T, node: Node | null, reading: Reading) => SayItem | undefined,
): Read<SayItem> {
  return described(
    (node, reading) => {
      const value = read(node, reading)
      return value === undefined ? undefined : make(value, node, reading)
    },
    () => schemaOf(read),
  )
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
    const items = (target.items as (Node | null)[]).map((value) => json(value, reading, depth + 1))
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
