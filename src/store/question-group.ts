import type { OpenQuestion, OpenQuestionGroup } from './open-questions.ts'

/** A wording of a group, as both databases return it. */
export interface Wording {
  text: string
  how: OpenQuestion['how']
  reply: string | null
  confidence: number | null
  answer: string | null
}

/** @param wordings - the latest first */
export const questionGroup = (
  group: Pick<OpenQuestionGroup, 'likeness' | 'count' | 'lastMs' | 'pageId'>,
  wordings: readonly Wording[],
): OpenQuestionGroup => {
  const [latest] = wordings
  const nearest =
    latest === undefined || latest.reply === null
      ? null
      : { reply: latest.reply, confidence: latest.confidence ?? 0 }
  const answer = wordings.find((wording) => wording.answer !== null)?.answer ?? null
  return {
    ...group,
    texts: wordings.map(({ text }) => text),
    how: latest?.how ?? 'fallback',
    nearest,
    ...(answer !== null && { answer }),
  }
}
