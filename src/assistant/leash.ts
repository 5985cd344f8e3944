/** The model's answer if the facts hold no answer. */
export const NO_ANSWER = 'NO_ANSWER'

/** A longer answer is refused. */
const LONGEST = 900

/** Web addresses, domains and e-mail addresses; an invented one would do harm. */
const ADDRESSES =
  /(?:https?:\/\/|www\.)\S+|[\p{L}\p{N}.+_-]+@[\p{L}\p{N}.-]+|(?:[\p{L}\p{N}-]+\.)+\p{L}{2,}(?:\/\S*)?/giu
const NUMBERS = /\p{N}+/gu

/**
 * The model's answer as it may be sent; null if it may not. Each number and each address in it must be in the facts, so that a
 * visitor who talks the model into other statements gets the fallback.
 */
export const onLeash = (content: string, facts: string): string | null => {
  if (content.includes(NO_ANSWER)) return null
  const text = content
    .replaceAll(/[^\P{C}\n]/gu, '')
    .replaceAll(/[*_#`]{1,3}(?=\S)|(?<=\S)[*_`]{1,3}/g, '')
    .replaceAll(/\n{3,}/g, '\n\n')
    .trim()
  if (text === '' || text.length > LONGEST) return null
  const known = facts.toLowerCase()
  const addresses = (text.match(ADDRESSES) ?? []).map((found) =>
    found.toLowerCase().replace(/[.,;:!?)\]]+$/, ''),
  )
  if (addresses.some((address) => !known.includes(address))) return null
  const numbers = new Set(facts.match(NUMBERS))
  return (text.match(NUMBERS) ?? []).every((number) => numbers.has(number)) ? text : null
}
