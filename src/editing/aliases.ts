import { isDeepStrictEqual } from 'node:util'
import { parse } from 'yaml'
import { MAX_SCRIPT_NODES } from '../script/limits.ts'
import { notEditable } from './yaml-text.ts'

/** An alias, such as `*greeting`, or what looks like one inside a text. */
const ALIAS = /(?:^|[\s,:[{-])\*[^\s,[\]{}]/

/**
 * A value with an anchor is one value for all places that name it by an alias. A form shows one of them, so a change that
 * others would follow is refused.
 *
 * @param name - of the reply that was changed; null for the fallback
 * @throws BotError `BOT_SCRIPT_NOT_EDITABLE`
 */
export const assertOthersKept = (before: string, after: string, name: string | null): void => {
  if (!ALIAS.test(before)) return
  const others = othersIn(before, name)
  if (others === null)
    throw notEditable('Aliases (*) stand for too much of the script to tell what would change.')
  const changed = othersIn(after, name)
  // The check of every change tells why it cannot be read.
  if (changed !== null && !isDeepStrictEqual(others, changed))
    throw notEditable('Another part of the script repeats this one by an alias (*) and would change with it.')
}

/** All that a script says except one answer; null where it cannot be read. */
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
