import { isMap, type Node } from 'yaml'
import { MEDIA_TYPES } from '../messages.ts'
import { didYouMean } from './did-you-mean.ts'
import { condition } from './condition.ts'
import { couponItem } from './coupon.ts'
import { LIMITS } from '../channel/messenger.ts'
import { FACEBOOK, LONGEST_TEXT, MOST_MESSAGES } from './limits.ts'
import { isOddlyTranslated, localised, looksTranslated } from './localised.ts'
import { mediaItem } from './media.ts'
import { otherWord } from './other-words.ts'
import { rawTemplateItem } from './raw-template.ts'
import { defined, described, schemaOf, type Read, type Reading } from './reading.ts'
import { receiptItem } from './receipt.ts'
import { buttons } from './buttons.ts'
import { cards } from './cards.ts'
import { successor } from './names.ts'
import { template } from './texts.ts'
import { entriesOf, kindOf, nodeText } from './nodes.ts'
import { list, made, mapping, oneOrMore, optional, required } from './shapes.ts'
import { timeSpan } from './values.ts'
import { COLON_IN_TEXT } from './syntax.ts'
import type { SayItem } from './types.ts'

const ITEM =
  'a message: a text, or a mapping with text, image, audio, video, file, cards, receipt, coupon or template'

const KINDS = [
  'text',
  'buttons',
  ...MEDIA_TYPES,
  'cards',
  'receipt',
  'coupon',
  'template',
  'pause',
  'any',
  'if',
  'go',
] as const

const someText = localised(
  template('a text', { max: LONGEST_TEXT, why: 'so much of it can be split into messages' }),
)

const textItem: Read<SayItem> = described(
  (node, reading) => {
    if (nodeText(node) === null && !looksTranslated(node) && !isOddlyTranslated(node, reading)) {
      return reading.refuse(reading.placeOf(node), kindOf(node, reading), ITEM)
    }
    const value = someText(node, reading)
    return value === undefined ? undefined : { kind: 'text', text: value }
  },
  () => schemaOf(someText),
)

const textMapping: Read<SayItem> = made(
  mapping('a text message', { text: required(someText) }),
  ({ text }) => ({
    kind: 'text',
    text,
  }),
)

const buttonsItem: Read<SayItem> = made(
  mapping('a message with buttons', {
    text: required(localised(template('the text above buttons', { max: LIMITS.buttonText, why: FACEBOOK }))),
    buttons: required(buttons),
  }),
  (value) => ({ kind: 'buttons', ...value }),
)

const cardsItem: Read<SayItem> = made(
  mapping('a message with cards', { cards: required(cards) }),
  (value) => ({
    kind: 'cards',
    ...value,
  }),
)

const pauseItem: Read<SayItem> = made(
  mapping('a pause', { pause: required(timeSpan('a pause', 100, 10_000)) }),
  (value) => ({
    kind: 'pause',
    ms: value.pause,
  }),
)

const goItem: Read<SayItem> = made(mapping('a "go"', { go: required(successor) }), (value) => ({
  kind: 'go',
  reply: value.go,
}))

/** Items in items are read by `sayItem`, which is defined below. */
const inner: Read<SayItem> = described(
  (node, reading) => sayItem(node, reading),
  () => ({ $ref: '#/$defs/message' }),
)
const innerItems = oneOrMore('one or more messages', inner, {
  max: MOST_MESSAGES,
  why: 'a visitor reads no more at once',
})

const anyItem: Read<SayItem> = made(
  mapping('alternatives', {
    any: required(
      list('a list of messages, said in turn', inner, { min: 2, max: 50, why: 'more are never noticed' }),
    ),
  }),
  (value) => ({ kind: 'any', of: value.any }),
)

const ifItem: Read<SayItem> = made(
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
  // The key that tells the kind of item. Keys that stand beside others come later: buttons under a text or a picture, `go` with a
  // condition.
  ['if', ifItem],
  ...MEDIA_TYPES.map((type) => [type, mediaItem(type)] as const),
  ['buttons', buttonsItem],
  ['text', textMapping],
  ['cards', cardsItem],
  ['receipt', receiptItem],
  ['coupon', couponItem],
  ['template', rawTemplateItem],
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
      if (!isMap(target) || looksTranslated(target) || isOddlyTranslated(target, reading))
        return textItem(target, reading)
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
    otherWord(first.key, ITEM, KINDS) ?? didYouMean(first.key, KINDS) ?? COLON_IN_TEXT,
  )
}
