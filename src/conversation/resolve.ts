import { isOpen } from '../script/hours.ts'
import { MOST_MESSAGES } from '../script/limits.ts'
import type { Answer, Condition, Form, NamedAnswer, SayItem, Script } from '../script/types.ts'

/** A message, or a pause before one, after conditions are judged. */
export type PlainItem = Exclude<SayItem, { kind: 'any' | 'if' | 'go' }>

/** The facts that conditions ask for. */
export interface ConditionFacts {
  /** The visitor's language, one of the script's. */
  language: string
  nowMs: number
  visits: number
  remembered: Readonly<Record<string, string>>
  turns: Readonly<Record<string, number>>
}

/** An answer for this visitor at this moment. */
export interface Resolved {
  items: readonly PlainItem[]
  /** The last reply of the chain of `go`; empty for the fallback. */
  name: string
  choices: readonly string[]
  form: Form | null
  handover: boolean
  /** The counts given, with the alternatives counted that were chosen now. */
  turns: Readonly<Record<string, number>>
}

/** Judges conditions, chooses alternatives and follows `go`. Always ends, because the reader refuses circles. */
export const resolve = (script: Script, answer: Answer, facts: ConditionFacts): Resolved => {
  const items: PlainItem[] = []
  let turns = facts.turns
  let current = answer
  let name = nameOf(answer)

  /** @returns the reply to go on with, when a `go` was met */
  const take = (list: readonly SayItem[], path: string): string | null => {
    for (const [index, item] of list.entries()) {
      const place = `${path}.${index}`
      const next = takeOne(item, place)
      if (next !== null) return next
    }
    return null
  }

  const takeOne = (item: SayItem, place: string): string | null => {
    switch (item.kind) {
      case 'go':
        return item.reply
      case 'if':
        return holds(script, item.condition, facts)
          ? take(item.holding, `${place}+`)
          : take(item.otherwise, `${place}-`)
      case 'any': {
        const turn = (turns[place] ?? 0) % item.of.length
        turns = { ...turns, [place]: turn + 1 }
        const chosen = item.of[turn]
        return chosen === undefined ? null : takeOne(chosen, `${place}/${turn}`)
      }
      default:
        if (items.length < MOST_MESSAGES) items.push(item)
        return null
    }
  }

  for (;;) {
    const next = take(current.say, name)
    const following = next === null ? undefined : script.replies.get(next)
    if (following === undefined) break
    current = following
    name = following.name
  }
  const { choices, form, handover } = current
  return { items, name, choices, form, handover, turns }
}

/** All messages an answer may say under any conditions. */
export const everything = (script: Script, answer: Answer): readonly SayItem[] => {
  const seen = new Set<Answer>()
  const all: SayItem[] = []
  const gather = (items: readonly SayItem[]): void => {
    for (const item of items) {
      all.push(item)
      if (item.kind === 'any') gather(item.of)
      if (item.kind === 'if') gather([...item.holding, ...item.otherwise])
      if (item.kind === 'go') enter(script.replies.get(item.reply))
    }
  }
  const enter = (one: Answer | undefined): void => {
    if (one === undefined || seen.has(one)) return
    seen.add(one)
    gather(one.say)
    for (const { text, retry } of one.form?.questions ?? []) {
      all.push({ kind: 'text', text }, ...(retry === null ? [] : [{ kind: 'text' as const, text: retry }]))
    }
  }
  enter(answer)
  return all
}

const nameOf = (answer: Answer): string => ('name' in answer ? (answer as NamedAnswer).name : '')

const holds = (script: Script, condition: Condition, facts: ConditionFacts): boolean => {
  const { remembered, language, visits, nowMs } = facts
  const { visit, open, languages, known, unknown } = condition
  if (visit !== null && (visit === 'first') !== visits <= 1) return false
  if (open !== null && script.hours !== null && isOpen(script.hours, nowMs) !== open) return false
  if (languages.length > 0 && !languages.some((one) => one === language || one === language.slice(0, 2)))
    return false
  if (known.some((name) => !isKnown(remembered, name))) return false
  if (unknown.some((name) => isKnown(remembered, name))) return false
  return [...condition.remembered].every(([name, values]) =>
    values.some(
      (value) => isKnown(remembered, name) && value.toLowerCase() === remembered[name]?.toLowerCase(),
    ),
  )
}

const isKnown = (remembered: Readonly<Record<string, string>>, name: string): boolean =>
  Object.hasOwn(remembered, name)
