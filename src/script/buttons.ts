import { LIMITS } from '../channel/messenger.ts'
import { target, toAddress, TO_REPLY } from './destinations.ts'
import { FACEBOOK } from './limits.ts'
import { localised } from './localised.ts'
import { described, schemaOf, type Read } from './reading.ts'
import { entriesOf, entryAt, kindOf, nodeText } from './nodes.ts'
import { list, made, optional } from './shapes.ts'
import { plainText, title, urlTemplate } from './texts.ts'
import type { Button } from './types.ts'

/** A phone number as Facebook takes it: `+15551234567` (docs/messenger-platform.md#f7). */
const phoneNumber: Read<string> = described(
  (node, reading) => {
    const place = reading.follow(node)
    const written = nodeText(place)?.trim() ?? ''
    // The zero in "+49 (0)30" is dialled only without the +49.
    const digits = written
      .replace(/^tel:/i, '')
      .replace(/\(0\)/, '')
      .replaceAll(/[\s().\-/]/g, '')
    if (/^\+\d{5,15}$/.test(digits)) return digits
    return reading.refuse(
      reading.placeOf(place),
      kindOf(place, reading),
      'a phone number with + and the code of the country, like +49 30 1234567',
    )
  },
  () => ({ type: ['string', 'number'] }),
)

const readCarriedValue = plainText('an answer', 200, 'values are short')

/** Answers that a button brings along, by the names they are remembered under. */
const carried: Read<Record<string, string>> = described(
  (node, reading) => {
    const entries = entriesOf(node, reading, 'answers by their names, like { item: Mug }')
    if (entries === undefined) return undefined
    const read = entries.map(({ key, value }): [string, string | undefined] => [
      key,
      readCarriedValue(value, reading),
    ])
    return read.every((entry): entry is [string, string] => entry[1] !== undefined)
      ? Object.fromEntries(read)
      : undefined
  },
  () => ({ type: 'object', additionalProperties: schemaOf(readCarriedValue) }),
)

const button: Read<Button> = made(
  target(
    'a button',
    localised(title),
    {
      reply: TO_REPLY,
      url: toAddress(urlTemplate('the address of a page')),
      call: optional(phoneNumber, 'The phone number it calls.'),
    },
    {
      reply: {
        with: optional(
          carried,
          'Answers for the questions of the reply it leads to, which are then not asked.',
        ),
      },
    },
  ),
  (read: Button, node, reading) => {
    if (!('reply' in read)) return read
    const values = entryAt(node, 'with', reading)?.value ?? null
    for (const name of Object.keys(read.with ?? {})) {
      const place = entryAt(values, name, reading)?.place ?? reading.placeOf(values)
      reading.carries.push({ reply: read.reply, name, place })
    }
    return read
  },
)

export const buttons: Read<Button[]> = list('a list of buttons', button, {
  min: 1,
  max: LIMITS.buttons,
  why: FACEBOOK,
})
