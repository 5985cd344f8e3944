import { isMap, isScalar, isSeq, type Node } from 'yaml'
import type { Json, JsonObject } from '../base/json.ts'
import { MAX_TEMPLATE_DEPTH } from './limits.ts'
import { described, type Read, type Reading } from './reading.ts'
import { checkRawTemplate } from './raw-limits.ts'
import { takeMentions } from './texts.ts'
import { entriesOf, kindOf, nodeText } from './nodes.ts'
import { made, mapping, required } from './shapes.ts'
import type { SayItem } from './types.ts'

const payload: Read<JsonObject> = described(
  (node, reading) => {
    const target = reading.follow(node)
    const value = isMap(target)
      ? json(target, reading, 0)
      : reading.refuse(reading.placeOf(target), kindOf(target, reading), 'the payload of a template')
    if (value === undefined) return undefined
    const object = value as JsonObject
    if (typeof object['template_type'] === 'string' && object['template_type'] !== '') {
      const before = reading.count()
      checkRawTemplate(target, object['template_type'], reading)
      return reading.count() === before ? object : undefined
    }
    return reading.refuse(
      reading.placeOf(target),
      'no "template_type"',
      'a template to name its type, as the Send API knows it',
    )
  },
  () => ({ type: 'object', required: ['template_type'], properties: { template_type: { type: 'string' } } }),
)

/** Any template of the Send API. Its texts may have variables. Templates without known limits are checked by Facebook alone. */
export const rawTemplateItem: Read<SayItem> = made(
  mapping('a raw template', { template: required(payload) }),
  (value) => ({ kind: 'template', payload: value.template }),
)

/** Any YAML as JSON: numbers stay numbers and `true` stays true. */
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
  if (typeof value === 'string') return takeMentions(value, target, reading) && value
  if (typeof value === 'boolean' || value === null) return value
  if (typeof value === 'number' && Number.isFinite(value)) return value
  return nodeText(target) ?? null
}
