/** One kind of call that a foreign client makes, and what Facebook answers it with. */
export interface Kind {
  title: string
  run: () => Promise<unknown>
  /** The answer holds at least this; a text stands for the words of a refusal. */
  expected: object | string
}

export type Verdict = 'right' | 'wrong' | 'not modelled'

export interface Judged {
  client: string
  title: string
  verdict: Verdict
  /** What came, where it was not right. */
  came?: string
}

/** The world the calls meet, as the parent process prepared it. */
export interface Surroundings {
  origin: string
  appId: string
  appSecret: string
  pageId: string
  psid: string
  /** A Page token with every permission, and the user token it was made from. */
  pageToken: string
  userToken: string
  /** A message the visitor wrote. */
  mid: string
  /** A comment that waits for its private reply. */
  commentId: string
}

/** Carries the kinds out one after the other, since later ones may need what earlier ones made. */
export const judge = async (client: string, kinds: readonly Kind[]): Promise<Judged[]> => {
  const judged: Judged[] = []
  for (const { title, run, expected } of kinds) {
    let came: unknown
    try {
      came = await run()
    } catch (error) {
      came = wordsOf(error)
    }
    const words = typeof came === 'string' ? came : JSON.stringify(came)
    const isRight =
      typeof expected === 'string'
        ? words.includes(expected)
        : typeof came !== 'string' && holds(came, expected)
    if (isRight) judged.push({ client, title, verdict: 'right' })
    else if (/does not model|nonexisting field|Unknown path/.test(words)) {
      judged.push({ client, title, verdict: 'not modelled', came: words.slice(0, 300) })
    } else judged.push({ client, title, verdict: 'wrong', came: words.slice(0, 300) })
  }
  return judged
}

/** What a client throws, whichever way it wraps Facebook's answer. */
const wordsOf = (error: unknown): string => {
  const seen = new Set<unknown>()
  const text = JSON.stringify(error, (_key, value: unknown) => {
    if (typeof value === 'object' && value !== null) {
      if (seen.has(value) || seen.size > 200) return undefined
      seen.add(value)
    }
    return value
  })
  return `${error instanceof Error ? error.message : ''} ${text ?? ''}`
}

const holds = (came: unknown, expected: unknown): boolean => {
  if (expected instanceof RegExp) return typeof came === 'string' && expected.test(came)
  if (typeof expected !== 'object' || expected === null) return came === expected
  if (typeof came !== 'object' || came === null) return false
  return Object.entries(expected).every(([key, value]) =>
    holds((came as Record<string, unknown>)[key], value),
  )
}
