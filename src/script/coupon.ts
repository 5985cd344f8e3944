import { LIMITS } from '../channel/messenger.ts'
import { localised } from './localised.ts'
import { FACEBOOK } from './limits.ts'
import { template, title, urlTemplate } from './texts.ts'
import { made, mapping, optional, required } from './shapes.ts'
import type { Read } from './reading.ts'
import type { SayItem } from './types.ts'

const coupon = mapping('a coupon', {
  title: required(localised(template('a title', { max: LIMITS.cardTitle, why: FACEBOOK }))),
  subtitle: optional(localised(template('a subtitle', { max: LIMITS.cardSubtitle, why: FACEBOOK }))),
  code: optional(
    template('a code', { max: LIMITS.couponCode, why: 'a visitor types no more' }),
    'Without spaces.',
  ),
  url: optional(urlTemplate('the address of the offer'), 'Where it can be used.'),
  button: optional(localised(title), 'What the button to that address says.'),
  before: optional(
    localised(template('a text', { max: LIMITS.buttonText, why: 'it stands above a coupon' })),
    'Said above the coupon.',
  ),
  image: optional(urlTemplate('the address of an image')),
})

/** A code or an address that gives a discount. */
export const couponItem: Read<SayItem> = made(
  mapping('a message with a coupon', { coupon: required(coupon) }),
  ({ coupon: value }, node, reading) => {
    const place = reading.placeOf(node)
    if (value.code === null && value.url === null) {
      return reading.refuse(place, 'neither "code" nor "url"', 'a coupon to have one of them, or both')
    }
    if (value.button !== null && value.url === null) {
      return reading.refuse(place, '"button" without "url"', 'the address it leads to')
    }
    if (value.code?.some((part) => typeof part === 'string' && /\s/.test(part)) === true) {
      return reading.refuse(place, 'a code with spaces', `a code without (${FACEBOOK})`)
    }
    return { kind: 'coupon', coupon: value }
  },
)
