import { variableName } from './names.ts'
import { plainText, template, title } from './texts.ts'
import { LIMITS } from '../channel/messenger.ts'
import { FACEBOOK, MOST_CHOICES, MOST_QUESTIONS } from './limits.ts'
import { localised } from './localised.ts'
import { described, schemaOf, type Read } from './reading.ts'
import { kindOf, nodeText } from './nodes.ts'
import { list, mapping, oneOrMore, optional, required } from './shapes.ts'
import { isWebAddress, number, oneOf } from './values.ts'
import { QUESTION_KINDS, type Form, type Option, type Question } from './types.ts'
import { isMap } from 'yaml'
import { looksTranslated } from './localised.ts'

const HUGE = 1_000_000_000_000

const optionTitle = localised(title)
const readOption = mapping('a choice', {
  title: required(optionTitle, 'What its button says.'),
  value: required(plainText('a value', 200, 'values are short'), 'What is remembered.'),
})

/** A choice: a title, which is also the remembered value; or a title and a value. */
const option: Read<Option> = described(
  (node, reading) => {
    const target = reading.follow(node)
    if (isMap(target) && !looksTranslated(target)) return readOption(target, reading)
    if (isMap(target)) {
      return reading.refuse(
        reading.placeOf(target),
        'a title in several languages',
        'a value besides, like { title: { en: Red, de: Rot }, value: red }',
      )
    }
    const read = title(target, reading)
    return read === undefined ? undefined : { title: read, value: read }
  },
  () => ({ anyOf: [schemaOf(title), schemaOf(readOption)] }),
)

const longText = localised(template('a text', { max: LIMITS.text, why: FACEBOOK }))

const readQuestion = mapping('a question', {
  question: required(longText, 'What the visitor is asked.'),
  remember: required(variableName, 'The name of the answer: texts mention it like {{name}}.'),
  as: optional(oneOf(QUESTION_KINDS), 'What kind of answer is taken; text when nothing is said.'),
  one_of: optional(
    list('a list of choices', option, { min: 1, max: MOST_CHOICES, why: 'a visitor reads no more' }),
    'The answers to choose from.',
  ),
  min: optional(number('a number', -HUGE, HUGE), 'The least number taken.'),
  max: optional(number('a number', -HUGE, HUGE), 'The greatest number taken.'),
  retry: optional(longText, 'Said when an answer is not taken.'),
})

const question: Read<Question> = described(
  (node, reading) => {
    const value = readQuestion(node, reading)
    if (value === undefined) return undefined
    const place = reading.placeOf(reading.follow(node))
    if (value.as !== null && value.one_of !== null) {
      return reading.refuse(place, 'both "as" and "one_of"', 'a question to have one of them')
    }
    if ((value.min !== null || value.max !== null) && value.as !== 'number') {
      return reading.refuse(place, '"min" or "max" without "as: number"', 'them at numbers only')
    }
    if (value.min !== null && value.max !== null && value.min > value.max) {
      return reading.refuse(
        place,
        `a "min" of ${value.min} above a "max" of ${value.max}`,
        'a number between them',
      )
    }
    return {
      text: value.question,
      remember: value.remember,
      kind: value.one_of === null ? (value.as ?? 'text') : 'choice',
      least: value.min,
      most: value.max,
      options: value.one_of ?? [],
      retry: value.retry,
    }
  },
  () => schemaOf(readQuestion),
)

/** The questions of a form. */
export const formQuestions: Read<Question[]> = oneOrMore('questions', question, {
  max: MOST_QUESTIONS,
  why: 'a visitor answers no more',
})

/** Where answers go: `keep`, or an address. Answers for an address are kept until they are delivered. */
export const destination: Read<Form['answers']> = described(
  (node, reading) => {
    const target = reading.follow(node)
    const value = nodeText(target)?.trim() ?? ''
    if (value === 'keep') return { kept: true, url: null }
    if (isWebAddress(value) && (/^https:/i.test(value) || isLoopback(value)))
      return { kept: true, url: value }
    return reading.refuse(
      reading.placeOf(target),
      kindOf(target, reading),
      '"keep", or an address that begins with https:// (answers are personal)',
    )
  },
  () => ({ anyOf: [{ const: 'keep' }, { type: 'string', pattern: '^https?://' }] }),
)

const isLoopback = (address: string): boolean =>
  ['127.0.0.1', 'localhost', '[::1]'].includes(new URL(address).hostname)
