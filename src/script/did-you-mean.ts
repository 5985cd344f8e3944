import { closest } from '../base/edit-distance.ts'
import { lookAlike } from './look-alikes.ts'
import { quoted } from './mistakes.ts'
import type { Reading } from './reading.ts'

/** A hint at the one of these names that was probably meant; null where none is near. */
export const didYouMean = (word: string, options: Iterable<string>): string | null => {
  const alike = lookAlike(word, options)
  if (alike !== null)
    return `It looks like ${quoted(alike)} and is written with other characters: copy the name.`
  const meant = closest(word, options)
  return meant === null ? null : `Did you mean ${quoted(meant)}?`
}

/** {@link didYouMean} among the script's own names, of which there may be thousands: null once enough were compared. */
export const didYouMeanOwn = (word: string, names: readonly string[], reading: Reading): string | null => {
  const { comparisons } = reading
  if (comparisons.left <= 0) return null
  comparisons.left -= names.length
  return didYouMean(word, names)
}
