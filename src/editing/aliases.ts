import { isDeepStrictEqual } from 'node:util'
import { parse } from 'yaml'
import { MAX_SCRIPT_NODES } from '../script/limits.ts'
import { notEditable } from './yaml-text.ts'

/** An alias, such as `*greeting`, or a text that looks like one. */
const ALIAS = /(?:^|[\s,:[{-])\*[^\s,[\]{}]/

/**
 * Refuses a change that would also change other parts of the script: a value with an anchor is shared by all its aliases, but a
 * form shows only one place.
 *
 * @param name - the changed reply; null for the fallback
 * @throws BotError `BOT_SCRIPT_NOT_EDITABLE`
 */
export const assertOthersKept = (before: string, after: string, name: string | null): void => {
  if (!ALIAS.test(before)) return
  const others = othersIn(before, name)
  if (others === null)
    throw notEditable('Aliases (*) stand for too much of the script to tell what would change.')
  const changed = othersIn(after, name)
  // A text that cannot be read is reported by the check that every change gets.
  if (changed !== null && !isDeepStrictEqual(others, changed))
    throw notEditable('Another part of the script repeats this one by an alias (*) and would change with it.')
}

/** The script without one reply; null if it cannot be read. */
const othersIn = (text: string, name: string | null): unknown => {
  try {
    const said: unknown = parse(text, { uniqueKeys: false, maxAliasCount: MAX_SCRIPT_NODES })
    const holder = isRecord(said) && name !== null ? said['replies'] : said
    if (isRecord(holder)) delete holder[name ?? 'fallback']
    return said
  } catch {
    return null
  }
}

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null
