import { isDeepStrictEqual } from 'node:util'
import { parse } from 'yaml'
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
  if (!isDeepStrictEqual(othersIn(before, name), othersIn(after, name)))
    throw notEditable('Another part of the script repeats this one by an alias (*) and would change with it.')
}

/** All that a script says except one answer; null where that cannot be told, which the check of every change tells. */
const othersIn = (text: string, name: string | null): unknown => {
  try {
    const said: unknown = parse(text, { uniqueKeys: false })
    const holder = isRecord(said) && name !== null ? said['replies'] : said
    if (isRecord(holder)) delete holder[name ?? 'fallback']
    return said
  } catch {
    return null
  }
}

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null
