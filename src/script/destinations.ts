import { quoted } from './mistakes.ts'
import { described, schemaOf, type Read } from './reading.ts'
import { entryAt } from './nodes.ts'
import { mapping, optional, required, type Field } from './shapes.ts'
import { reference } from './names.ts'

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
