import type { Traffic } from '../../src/api.ts'
import { codeOf, faultsOf, isRefusal, partsOf, type WireCall } from './documented.ts'
import { isListedAsMissing, isMissing } from './not-modelled.ts'

/** One kind of call that a foreign client makes, and what Facebook answers it with. */
export interface Kind {
  title: string
  run: () => Promise<unknown>
  /** What the client makes of the answer holds at least this; a text stands for words of what it throws. */
  expected: object | string
  /** The refusal of Facebook, `code` or `code/subcode`, that the last call meets; without it no call is refused. */
  refused?: string
}

export type Way = 'run' | 'replayed'

export type Verdict = 'right' | 'wrong' | 'not modelled'

export interface Judged {
  client: string
  /** Whether the client itself ran, or its calls were sent as it sends them. */
  way: Way
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
  userId: string
  /** A message the visitor wrote. */
  mid: string
  /** A comment that waits for its private reply. */
  commentId: string
  /** Where the bot answers a verification. */
  callbackUrl: string
}

/**
 * Carries the kinds out one after the other, since later ones may need what earlier ones made. A kind is right when the client
 * gets what it expects, and every answer on the wire has the documented shape, or is the documented refusal. It is not modelled
 * only when the sandbox says so of an edge that is listed.
 */
export const judge = async (
  client: string,
  kinds: readonly Kind[],
  { origin }: Surroundings,
  way: Way = 'run',
): Promise<Judged[]> => {
  const judged: Judged[] = []
  let seen = (await trafficAfter(origin, 0)).at(-1)?.id ?? 0
  for (const kind of kinds) {
    let came: unknown
    try {
      came = await kind.run()
    } catch (error) {
      came = wordsOf(error)
    }
    const traffic = await trafficAfter(origin, seen)
    seen = traffic.at(-1)?.id ?? seen
    const calls = traffic.filter((one) => one.kind === 'graph').flatMap(partsOf)
    const faults = faultsIn(kind, came, calls)
    const verdict = verdictOf(calls, faults)
    judged.push({
      client,
      way,
      title: kind.title,
      verdict,
      ...(verdict !== 'right' && { came: `${faults.join('; ')} (${textOf(came).slice(0, 300)})` }),
    })
  }
  return judged
}

const trafficAfter = async (origin: string, id: number): Promise<Traffic[]> => {
  const response = await fetch(`${origin}/sandbox/traffic?after=${id}`)
  return (await response.json()) as Traffic[]
}

const verdictOf = (calls: readonly WireCall[], faults: readonly string[]): Verdict => {
  if (calls.some(isListedAsMissing)) return 'not modelled'
  return faults.length === 0 ? 'right' : 'wrong'
}

const faultsIn = ({ expected, refused }: Kind, came: unknown, calls: readonly WireCall[]): string[] => {
  const fits =
    typeof expected === 'string'
      ? textOf(came).includes(expected)
      : typeof came !== 'string' && holds(came, expected)
  const refusals = calls.filter(isRefusal).map(codeOf)
  return [
    ...(calls.length === 0 ? ['no call reached the sandbox'] : []),
    ...calls.flatMap((call) => faultsOf(call).map((fault) => `${call.method} ${call.path}: ${fault}`)),
    ...(calls.some(isMissing) ? ['it is not modelled'] : []),
    ...(fits ? [] : ['the client got something else']),
    ...(refusals.join() === (refused ?? '') ? [] : [`refused with ${refusals.join() || 'nothing'}`]),
  ]
}

const textOf = (came: unknown): string => (typeof came === 'string' ? came : (JSON.stringify(came) ?? ''))

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
  if (Array.isArray(expected) !== Array.isArray(came)) return false
  return Object.entries(expected).every(([key, value]) =>
    holds((came as Record<string, unknown>)[key], value),
  )
}
