import type { Node } from 'yaml'
import { LIMITS } from '../channel/messenger.ts'
import { FACEBOOK } from './limits.ts'
import { described, schemaOf, type Read, type Reading } from './reading.ts'
import { nodeText } from './nodes.ts'
import { isWebAddress, text, url, URL_SCHEMA } from './values.ts'
import { fillTemplate, readTemplate, type Template } from './template.ts'

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
      const value = nodeText(reading.follow(node))?.trim()
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
