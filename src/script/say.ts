import type { Node } from 'yaml'
import { LIMITS } from '../channel/messenger.ts'
import { OWN_PAYLOAD } from './limits.ts'
import { localised } from './localised.ts'
import { quoted } from './mistakes.ts'
import { described, schemaOf, type Read, type Reading } from './reading.ts'
import {
  entriesOf,
  entryAt,
  isWebAddress,
  kindOf,
  list,
  made,
  mapping,
  optional,
  required,
  text,
  textOf,
  url,
  URL_SCHEMA,
  type Field,
} from './shapes.ts'
import { fillTemplate, readTemplate, type Template } from './template.ts'
import type { Button, Card } from './types.ts'

export const FACEBOOK = "Facebook's limit"

/** A text with variables. */
export const template = (what: string, limit: { max: number; why: string }): Read<Template> => {
  const plain = text(what, limit)
  return described(
    (node, reading) => {
      const value = plain(node, reading)
      return value === undefined ? undefined : takeMentions(value, node, reading)
    },
    () => schemaOf(plain),
  )
}

/** A web address with variables. */
export const urlTemplate = (what: string): Read<Template> => {
  const plain = url(what)
  return described(
    (node, reading) => {
      const value = textOf(reading.follow(node))?.trim()
      if (value === undefined || !value.includes('{{')) {
        const read = plain(node, reading)
        return read === undefined ? undefined : [read]
      }
      const read = takeMentions(value, node, reading)
      if (read !== undefined && !isWebAddress(fillTemplate(read, () => 'x'))) plain(node, reading)
      return read
    },
    () => URL_SCHEMA,
  )
}

/** The name of a reply. Its existence is checked when all replies are read. */
export const reference = (what: string, offered = false): Read<string> => {
  const plain = text(what, { max: LIMITS.payload, why: FACEBOOK })
  return described(
    (node, reading) => {
      const name = plain(node, reading)
      if (name !== undefined) {
        reading.references.push({ name, place: reading.placeOf(reading.follow(node)), offered })
      }
      return name
    },
    () => schemaOf(plain),
  )
}

/** The reply that continues this one. */
export const successor: Read<string> = described(
  (node, reading) => {
    const name = reference('the name of the reply to go on with')(node, reading)
    if (name !== undefined) reading.goes.push({ name, place: reading.placeOf(reading.follow(node)) })
    return name
  },
  () => ({ type: 'string' }),
)

/** A short text without variables, for small places in Messenger. */
export const plainText = (what: string, max: number, why = FACEBOOK): Read<string> => {
  const plain = text(what, { max, why })
  return described(
    (node, reading) => {
      const value = plain(node, reading)
      if (value?.includes('{{') !== true) return value
      return reading.refuse(
        reading.placeWithin(reading.follow(node), '{{'),
        `a variable in ${what}`,
        `${what} without`,
      )
    },
    () => schemaOf(plain),
  )
}

/** The text of a quick reply or a button. */
export const title: Read<string> = plainText('a title', LIMITS.buttonTitle)

/** The name of an answer, or of a reply: also a variable, or a payload. */
export const variableName: Read<string> = described(
  (node, reading) => {
    const value = text('a name', { max: 60, why: 'names are short' })(node, reading)
    if (value === undefined || (VARIABLE_NAME.test(value) && !(value in {}))) return value
    return reading.refuse(
      reading.placeOf(reading.follow(node)),
      quoted(value),
      value in {}
        ? 'another name: this one means something to JavaScript'
        : 'a name of letters, digits and _ that does not begin with a digit',
    )
  },
  () => ({ type: 'string', pattern: '^[^\\s{}|]+$', maxLength: 60 }),
)

const VARIABLE_NAME = /^[\p{L}_][\p{L}\p{N}_]*$/u

/** Whether this payload is one of the bot's own. */
export const isOwnPayload = (name: string): boolean => name.startsWith(OWN_PAYLOAD)

/** The target of a button: exactly one of the keys of `destinations`, beside a title. */
export const target = <T, D extends Record<string, Field<unknown>>>(
  what: string,
  titled: Read<T>,
  destinations: D,
  /** Fields for one destination only, which have no meaning beside another. */
  extras: { [Name in keyof D]?: Record<string, Field<unknown, false>> } = {},
): Read<{ title: T } & OneOf<D>> => {
  const names = Object.keys(destinations)
  const owners = Object.entries(extras).flatMap(([owner, fields = {}]) =>
    Object.keys(fields).map((name): [name: string, owner: string] => [name, owner]),
  )
  const extra: Record<string, Field<unknown, false>> = Object.assign({}, ...Object.values(extras))
  const read = mapping(what, {
    title: required(titled, 'What it says.'),
    ...destinations,
    ...extra,
  })
  return described(
    (node, reading) => {
      const before = reading.count()
      const value = read(node, reading) as ({ title: T } & Record<string, unknown>) | undefined
      if (value === undefined) return undefined
      const given = names.filter((name) => value[name] !== null)
      const [only] = given
      if (only !== undefined && given.length === 1) {
        const besides = owners.flatMap(([name, owner]) => {
          if (value[name] === null) return []
          if (owner === only) return [[name, value[name]]]
          reading.refuse(
            entryAt(node, name, reading)?.place ?? reading.placeOf(node),
            `${quoted(name)} beside ${quoted(only)}`,
            `${quoted(name)} beside ${quoted(owner)} alone`,
            `Leave ${quoted(name)} out: nothing uses it here.`,
          )
          return []
        })
        return { title: value.title, [only]: value[only], ...Object.fromEntries(besides) } as {
          title: T
        } & OneOf<D>
      }
      if (reading.count() > before) return undefined
      return reading.refuse(
        reading.placeOf(reading.follow(node)),
        only === undefined ? `neither ${spelled(names, 'nor')}` : `both ${spelled(given, 'and')}`,
        `${what} to have one of them`,
      )
    },
    () => ({
      ...schemaOf(read),
      ...(owners.length > 0 && {
        dependencies: Object.fromEntries(owners.map(([name, owner]) => [name, [owner]])),
      }),
    }),
  )
}

type OneOf<D> = { [K in keyof D]: { [P in K]: D[K] extends Field<infer T> ? T : never } }[keyof D]

/** `"a", "b" and "c"`. */
const spelled = (names: readonly string[], last: 'and' | 'nor'): string =>
  `${names.slice(0, -1).map(quoted).join(', ')} ${last} ${quoted(names.at(-1) ?? '')}`

export const TO_REPLY = optional(reference('the name of a reply'), 'The reply it leads to.')
export const toAddress = <T>(read: Read<T>): Field<T, false> => optional(read, 'The address it opens.')

/** A phone number as Facebook takes it: `+15551234567` (docs/messenger-platform.md#f7). */
const phoneNumber: Read<string> = described(
  (node, reading) => {
    const place = reading.follow(node)
    const written = textOf(place)?.trim() ?? ''
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

const readCard = mapping('a card', {
  title: required(localised(template('a title', { max: LIMITS.cardTitle, why: FACEBOOK }))),
  subtitle: optional(localised(template('a subtitle', { max: LIMITS.cardSubtitle, why: FACEBOOK }))),
  image: optional(urlTemplate('the address of an image')),
  buttons: optional(buttons),
})

const card: Read<Card> = described(
  (node, reading) => {
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
  },
  () => schemaOf(readCard),
)

export const cards: Read<Card[]> = list('a list of cards', card, { min: 1, max: LIMITS.cards, why: FACEBOOK })

/** Start of the `nth` variable's braces, from 0. */
const placeOfNth = (text: string, nth: number): number => {
  let offset = text.indexOf('{{')
  for (let count = 0; count < nth && offset !== -1; count += 1) offset = text.indexOf('{{', offset + 2)
  return Math.max(0, offset)
}

/** Splits a text at its variables, and notes them. */
export const takeMentions = (value: string, node: Node | null, reading: Reading): Template | undefined => {
  const place = reading.follow(node)
  const { template: read, mentions } = readTemplate(value)
  let readable = true
  for (const { variable, nth } of mentions) {
    const at = reading.placeWithin(place, '{{', nth)
    if (variable !== null) reading.mentions.push({ variable, place: at })
    else {
      readable = false
      const [name = '', ...after] = value.slice(placeOfNth(value, nth) + 2).split('}}')
      const isSpaced = after.length > 0 && /\s/.test(name.trim()) && !/[{}|]/.test(name)
      reading.refuse(
        at,
        '{{ without a name and }}',
        'a variable like {{page_name}}',
        isSpaced ? 'The name of a variable has no spaces in it.' : null,
      )
    }
  }
  return readable ? read : undefined
}
