import { isObject } from '../graph/params.ts'

/** Writes a value as plain JSON, and reads it back only if it is one. */
export interface Codec<Value> {
  write: (value: Value) => unknown
  /** @throws BadSnapshot that names the place */
  read: (json: unknown, at: string) => Value
}

/** A saved world that is not valid. */
export class BadSnapshot extends Error {
  override readonly name = 'BadSnapshot'
}

export const bad = (at: string, expected: string): BadSnapshot =>
  new BadSnapshot(`This is no saved world of a sandbox: ${at} should be ${expected}.`)

const plain = <Value>(expected: string, is: (json: unknown) => json is Value): Codec<Value> => ({
  write: (value) => value,
  read: (json, at) => {
    if (is(json)) return json
    throw bad(at, expected)
  },
})

export const text = plain('a text', (json) => typeof json === 'string')
export const bool = plain('true or false', (json) => typeof json === 'boolean')
export const number = plain(
  'a number',
  (json): json is number => typeof json === 'number' && Number.isFinite(json),
)
/** Any JSON that a bot has set, unchanged. */
export const anything = plain('JSON', (json): json is unknown => json !== undefined)
export const object = plain('an object', isObject)

export const oneOf = <const Option extends string | number | null>(...options: Option[]): Codec<Option> =>
  plain(`one of ${options.join(', ')}`, (json): json is Option => options.includes(json as Option))

export const nullable = <Value>(inner: Codec<Value>): Codec<Value | null> => ({
  write: (value) => (value === null ? null : inner.write(value)),
  read: (json, at) => (json === null ? null : inner.read(json, at)),
})

/** A property that is left out of the object if it is undefined. */
export const optional = <Value>(inner: Codec<Value>): Codec<Value | undefined> => ({
  write: (value) => (value === undefined ? undefined : inner.write(value)),
  read: (json, at) => (json === undefined ? undefined : inner.read(json, at)),
})

export const list = <Value>(inner: Codec<Value>): Codec<Value[]> => ({
  write: (values) => values.map(inner.write),
  read: (json, at) => {
    if (!Array.isArray(json)) throw bad(at, 'a list')
    return json.map((item, index) => inner.read(item, `${at}[${index}]`))
  },
})

export const set = <Value>(inner: Codec<Value>): Codec<Set<Value>> => ({
  write: (values) => list(inner).write([...values]),
  read: (json, at) => new Set(list(inner).read(json, at)),
})

export const map = <Value>(inner: Codec<Value>): Codec<Map<string, Value>> => ({
  write: (values) => Object.fromEntries([...values].map(([key, value]) => [key, inner.write(value)])),
  read: (json, at) => {
    if (!isObject(json)) throw bad(at, 'an object')
    return new Map(Object.entries(json).map(([key, value]) => [key, inner.read(value, `${at}.${key}`)]))
  },
})

/** A field that worlds saved by an older sandbox do not have. */
export const later = <Value>(inner: Codec<Value>, missing: Value): Codec<Value> => ({
  write: (value) => inner.write(value),
  read: (json, at) => (json === undefined ? missing : inner.read(json, at)),
})

/** An object with these properties; others are not read. */
export const record = <Value extends object>(codecs: {
  [Key in keyof Value]-?: Codec<Value[Key]>
}): Codec<Value> => {
  const entries = Object.entries(codecs) as [keyof Value & string, Codec<unknown>][]
  return {
    write: (value) => Object.fromEntries(entries.map(([key, codec]) => [key, codec.write(value[key])])),
    read: (json, at) => {
      if (!isObject(json)) throw bad(at, 'an object')
      const read = entries.flatMap(([key, codec]) => {
        const value = codec.read(json[key], `${at}.${key}`)
        return value === undefined ? [] : [[key, value]]
      })
      return Object.fromEntries(read) as Value
    },
  }
}
