import type { DeadLetter } from '../store/dead-letters.ts'

/** The fields of a dead letter that are used here. */
type Letter = Pick<DeadLetter, 'pageId' | 'psid' | 'error' | 'body'>

/** A single refusal may be about one visitor; refusals of several visitors with one cause are about the script. */
const SEVERAL = 2

/**
 * One sentence for each reply that Facebook refused to several visitors, with the reply's name in the script and Facebook's
 * words. Sorted by name, so that the same letters always give the same list.
 */
export const refusedAgainAndAgain = (letters: readonly Letter[]): string[] => {
  const causes = Map.groupBy(
    letters,
    (letter) => `${nameIn(letter)} ${letter.error?.code} ${letter.error?.subcode}`,
  )
  return [...causes.values()]
    .filter((same) => new Set(same.map(({ pageId, psid }) => `${pageId} ${psid}`)).size >= SEVERAL)
    .flatMap(([first]) =>
      first === undefined
        ? []
        : [
            `Facebook refuses ${nameIn(first)} again and again: ${first.error?.message ?? 'it does not say why'}.`,
          ],
    )
    .toSorted()
}

/** The name of a message's reply, for the operator. */
const nameIn = ({ body }: Letter): string => {
  const { saying } = JSON.parse(body) as { saying?: string }
  if (saying === undefined) return 'a message that is not of the script'
  return saying === '' ? 'the fallback of the script' : `the reply "${saying}" of the script`
}
