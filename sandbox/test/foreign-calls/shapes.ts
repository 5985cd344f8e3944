/**
 * What an answer looks like: a pattern for a text, a word for a type, true for itself, a list of one shape, or an object with exactly these keys;
 * a key that ends in `?` may be missing.
 */
export type Shape =
  | RegExp
  | 'text'
  | 'number'
  | 'boolean'
  | 'anything'
  | true
  | readonly [Shape]
  | { readonly [key: string]: Shape }

/** Where the value is not as said; empty when it is. */
export const misfits = (value: unknown, shape: Shape, at = 'answer'): string[] => {
  if (shape === 'anything') return []
  if (shape === true) return value === true ? [] : [`${at} is ${shown(value)}, not true`]
  if (shape instanceof RegExp) {
    return typeof value === 'string' && shape.test(value) ? [] : [`${at} is ${shown(value)}, not ${shape}`]
  }
  if (typeof shape === 'string') {
    const type = shape === 'text' ? 'string' : shape
    return typeof value === type ? [] : [`${at} is ${shown(value)}, not a ${shape}`]
  }
  if (isList(shape)) {
    if (!Array.isArray(value)) return [`${at} is ${shown(value)}, not a list`]
    return value.flatMap((item, index) => misfits(item, shape[0], `${at}[${index}]`))
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    return [`${at} is ${shown(value)}, not an object`]
  }
  const given = value as Record<string, unknown>
  const known = new Map(
    Object.entries(shape).map(([key, inner]) => [
      key.replace(/\?$/, ''),
      { inner, needed: !key.endsWith('?') },
    ]),
  )
  return [
    ...Object.keys(given).flatMap((key) => (known.has(key) ? [] : [`${at} has the key ${key}`])),
    ...[...known].flatMap(([key, { inner, needed }]) => {
      if (!Object.hasOwn(given, key)) return needed ? [`${at} lacks the key ${key}`] : []
      return misfits(given[key], inner, `${at}.${key}`)
    }),
  ]
}

const isList = (shape: Shape): shape is readonly [Shape] => Array.isArray(shape)

const shown = (value: unknown): string => (JSON.stringify(value) ?? 'nothing').slice(0, 80)
