import { isMap } from 'yaml'
import { LIMITS } from '../channel/messenger.ts'
import { FACEBOOK } from './limits.ts'
import { quoted } from './mistakes.ts'
import { described, schemaOf, type Read } from './reading.ts'
import { kindOf } from './nodes.ts'
import { text } from './values.ts'

/** The name of a reply. Its existence is checked when all replies are read. */
export const reference = (what: string, offered = false): Read<string> => {
  const plain = text(what, { max: LIMITS.payload, why: FACEBOOK })
  return described(
    (node, reading) => {
      const target = reading.follow(node)
      if (offered && isMap(target))
        return reading.refuse(reading.placeOf(target), kindOf(target, reading), what, NAMES_ALONE)
      const name = plain(node, reading)
      if (name !== undefined) {
        reading.references.push({ name, place: reading.placeOf(reading.follow(node)), offered })
      }
      return name
    },
    () => schemaOf(plain),
  )
}

const NAMES_ALONE =
  'Choices are names of replies alone, and the "title" of each reply is on its button. A button with an address stands under "buttons" of a text.'

/** The reply that continues this one. */
export const successor: Read<string> = described(
  (node, reading) => {
    const name = reference('the name of the reply to go on with')(node, reading)
    if (name !== undefined) reading.goes.push({ name, place: reading.placeOf(reading.follow(node)) })
    return name
  },
  () => ({ type: 'string' }),
)

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
