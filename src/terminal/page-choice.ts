/**
 * Reads "1 3", "1,3" or "all" as a choice among numbered Pages.
 *
 * @returns the ids in the order of the list, or null for an answer in another form
 */
export const parsePageChoice = (typed: string, pages: readonly { id: string }[]): string[] | null => {
  if (/^all$/i.test(typed.trim())) return pages.map(({ id }) => id)
  const numbers = typed.split(/[\s,]+/).filter((word) => word !== '')
  const isNumber = (word: string): boolean =>
    /^\d{1,6}$/.test(word) && Number(word) >= 1 && Number(word) <= pages.length
  if (numbers.length === 0 || !numbers.every(isNumber)) return null
  const chosen = new Set(numbers.map(Number))
  return pages.flatMap(({ id }, index) => (chosen.has(index + 1) ? [id] : []))
}
