import { BotError } from '../base/errors.ts'

/** A Page's id is a number. Operators also paste the Page's address, which may contain the id. */
const ID = /\d{3,30}/g
const LONGEST = 500

/**
 * The ids of Pages in the typed text; empty for an empty field.
 *
 * @throws BotError `BOT_REQUEST_INVALID` if the text has no id or is too long
 */
export const readPageField = (typed: string | null | undefined): string[] => {
  const text = (typed ?? '').trim()
  if (text === '') return []
  const ids = text.length > LONGEST ? [] : [...new Set(text.match(ID) ?? [])]
  if (ids.length > 0) return ids
  throw new BotError('BOT_REQUEST_INVALID', 'The id of a Page is a number, and the text has none.', {
    remedy: 'Find it on facebook.com under About > Page transparency of the Page, or leave the field empty.',
  })
}
