import { isObject, type Params } from './params.ts'
import type { Reply } from './perform.ts'
import { decoded } from '../decoded.ts'

/** `{result=first:$.data.*.id}`, also in form encoding. */
const RESULT = /(?:\{|%7B)result(?:=|%3D)([\w-]+)(?::|%3A)((?:(?!\}|%7D).)+)(?:\}|%7D)/gi

/** The names of the parts whose results a part uses. */
export const resultsIn = ({ relative_url: address, body }: Params): string[] =>
  [address, body].flatMap((text) =>
    typeof text === 'string' ? [...text.matchAll(RESULT)].map(([, name = '']) => name) : [],
  )

/** Replaces a part's expressions by the results of other parts; several values are joined by commas. */
export const fillIn = (part: Params, replies: ReadonlyMap<string, Reply>): Params => {
  const fill = (text: unknown) =>
    typeof text === 'string'
      ? text.replaceAll(RESULT, (_whole, name: string, path: string) =>
          encodeURIComponent(valuesAt(replies.get(name)?.body, decoded(path)).join(',')),
        )
      : text
  return { ...part, relative_url: fill(part['relative_url']), body: fill(part['body']) }
}

/** The part of JSONPath that batches use: `.name`, `.*`, `[2]`, `[*]`. */
const valuesAt = (root: unknown, path: string): string[] => {
  let found: unknown[] = [root]
  for (const [, name, index] of path.matchAll(/\.([\w*]+)|\[([\d*]+)\]/g)) {
    const step = name ?? index ?? ''
    found = found.flatMap((value) => {
      if (!Array.isArray(value) && !isObject(value)) return []
      if (step === '*') return Object.values(value)
      return Object.hasOwn(value, step) ? [(value as Params)[step]] : []
    })
  }
  return found.flatMap((value) =>
    typeof value === 'string' || typeof value === 'number' ? [String(value)] : [],
  )
}
