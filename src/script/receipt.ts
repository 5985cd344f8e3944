import { LIMITS } from '../channel/messenger.ts'
import { localised } from './localised.ts'
import { quoted } from './mistakes.ts'
import { described, type Read } from './reading.ts'
import { FACEBOOK } from './limits.ts'
import { plainText, template, urlTemplate } from './texts.ts'
import { kindOf, nodeText } from './nodes.ts'
import { list, made, mapping, optional, required } from './shapes.ts'
import { hasVariables, type Template } from './template.ts'
import type { SayItem } from './types.ts'

const said = localised(template('a text', { max: LIMITS.receiptText, why: 'it stands in one line' }))
const part = template('a text', { max: LIMITS.receiptText, why: 'it stands in one line' })

/** A number that is not negative, or one variable that will be one. */
const amount: Read<Template> = described(
  (node, reading) => {
    const target = reading.follow(node)
    const value = nodeText(target)?.trim() ?? ''
    if (value.includes('{{')) {
      const read = part(node, reading)
      if (read === undefined || (read.length === 1 && hasVariables(read))) return read
    } else if (AMOUNT.test(value)) {
      return [value]
    }
    return reading.refuse(
      reading.placeOf(target),
      kindOf(target, reading),
      'an amount like 49.00, or a variable alone',
    )
  },
  () => ({ type: ['number', 'string'] }),
)

const AMOUNT = /^\d{1,12}(\.\d{1,6})?$/

const currency: Read<string> = described(
  (node, reading) => {
    const value = plainText('a currency', 3)(node, reading)
    if (value === undefined || /^[A-Z]{3}$/.test(value)) return value
    return reading.refuse(
      reading.placeOf(reading.follow(node)),
      quoted(value),
      'a currency of three capital letters, like EUR',
    )
  },
  () => ({ type: 'string', pattern: '^[A-Z]{3}$' }),
)

const items = list(
  'a list of what was bought',
  mapping('a line of a receipt', {
    title: required(said),
    subtitle: optional(said),
    quantity: optional(amount),
    price: required(amount, 'Of all of this line together.'),
    image: optional(urlTemplate('the address of an image')),
  }),
  { min: 1, max: LIMITS.receiptItems, why: FACEBOOK },
)

const discounts = list(
  'a list of discounts',
  mapping('a discount', { name: required(said), amount: required(amount) }),
  { min: 1, max: LIMITS.receiptItems, why: 'a visitor reads no more' },
)

const address = mapping('an address', {
  street: required(part),
  street_2: optional(part),
  city: required(part),
  postal_code: required(part),
  state: required(part, 'Or the region: Facebook wants one.'),
  country: required(part),
})

const receipt = mapping('a receipt', {
  number: required(part, "The order's, different for each order."),
  name: required(part, 'Who has bought.'),
  currency: required(currency, 'Three capital letters, like EUR.'),
  payment: required(said, 'How it was paid, like "Visa 1234" or "Cash".'),
  items: optional(items),
  discounts: optional(discounts),
  subtotal: optional(amount),
  shipping: optional(amount),
  tax: optional(amount),
  total: required(amount),
  address: optional(address, 'Where it is sent.'),
  merchant: optional(part, 'Who has sold, where it is not the Page.'),
  url: optional(urlTemplate('the address of the order')),
  date: optional(part, 'When it was bought, like 2026-11-21; left out where it is no date.'),
})

/** The items of a receipt. */
export const receiptItem: Read<SayItem> = made(
  mapping('a message with a receipt', { receipt: required(receipt) }),
  (value) => ({ kind: 'receipt', receipt: value.receipt }),
)
