import { asText, isObject, type Params } from './params.ts'

const GRAPH_TIME = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\+0000$/

const pad = (value: number) => String(value).padStart(2, '0')

/** The letters of PHP's `date()` that a time can be built of; all times are in UTC. */
const LETTERS: Record<string, (time: Date) => string> = {
  Y: (time) => String(time.getUTCFullYear()),
  y: (time) => pad(time.getUTCFullYear() % 100),
  m: (time) => pad(time.getUTCMonth() + 1),
  n: (time) => String(time.getUTCMonth() + 1),
  d: (time) => pad(time.getUTCDate()),
  j: (time) => String(time.getUTCDate()),
  H: (time) => pad(time.getUTCHours()),
  G: (time) => String(time.getUTCHours()),
  i: (time) => pad(time.getUTCMinutes()),
  s: (time) => pad(time.getUTCSeconds()),
  O: () => '+0000',
  P: () => '+00:00',
  T: () => 'UTC',
  e: () => 'UTC',
  c: (time) => time.toISOString().replace(/\.\d{3}Z$/, '+00:00'),
  U: (time) => String(Math.floor(time.getTime() / 1000)),
}

/** `date_format=U`: the times of an answer as the call wants them; a number where only seconds are asked. */
export const inDateFormat = (params: Params, body: object): object => {
  const format = asText(params['date_format'])
  return format === '' ? body : (rewritten(body, format) as object)
}

const rewritten = (value: unknown, format: string): unknown => {
  if (typeof value === 'string') return GRAPH_TIME.test(value) ? written(value, format) : value
  if (Array.isArray(value)) return value.map((item) => rewritten(item, format))
  if (!isObject(value)) return value
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, rewritten(inner, format)]))
}

const written = (value: string, format: string): string | number => {
  const time = new Date(value.replace('+0000', 'Z'))
  const text = format.replace(
    /\\(.)|(.)/gs,
    (_all, escaped: string | undefined, letter: string | undefined) =>
      letter === undefined ? (escaped ?? '') : (LETTERS[letter]?.(time) ?? letter),
  )
  return format === 'U' ? Number(text) : text
}
