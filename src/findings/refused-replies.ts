import type { DeadLetter } from '../store/dead-letters.ts'

/** What is read of a dead letter. */
type Letter = Pick<DeadLetter, 'pageId' | 'psid' | 'error' | 'body'>

/** One visitor's refusal may be that visitor's; several with one cause are the script's. */
const SEVERAL = 2

/**
 * The replies that Facebook refuses again and again, one sentence each: its name in the script and Facebook's words. In the
 * order of their names, so that two looks at the same letters are equal.
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

/** How the reply that a message belongs to is called in front of the operator. */
const nameIn = ({ body }: Letter): string => {
  const { saying } = JSON.parse(body) as { saying?: string }
  if (saying === undefined) return 'a message that is not of the script'
  return saying === '' ? 'the fallback of the script' : `the reply "${saying}" of the script`
}
