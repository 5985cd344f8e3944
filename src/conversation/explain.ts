import { CONFIDENT, type Matcher } from './match/matcher.ts'

/** The reply that a text would get, and the reason. */
export interface Explanation {
  /** Null for the fallback. */
  reply: string | null
  how: 'phrase' | 'title' | 'pattern' | 'similar' | 'fallback'
  /** From 0 to 1. */
  confidence: number
  /** The confidence that a similar phrase needs. */
  needed: number
  /** Values of the pattern's named groups. */
  groups: Record<string, string>
  /** The replies with the most similar phrases, also when a pattern or payload decided. */
  nearest: { reply: string; confidence: number }[]
}

const NEAREST = 3

export const explain = (matcher: Matcher, text: string): Explanation => {
  const match = matcher.match(text)
  return {
    reply: match?.reply ?? null,
    how: match?.how ?? 'fallback',
    confidence: match?.confidence ?? 0,
    needed: CONFIDENT,
    groups: Object.fromEntries(match?.groups ?? []),
    nearest: matcher.nearest(text, NEAREST),
  }
}
