import type { Delivered } from './facebook.ts'
import type { Outcome, Owed } from './run.ts'

/** Everything that is wrong with an outcome, one sentence each. */
export const wrongsOf = (outcome: Outcome): string[] => {
  const { owed, left, needs, wrongs } = outcome
  const found = [...wrongs]
  if (left.inbox > 0) found.push(`${left.inbox} events were never handled`)
  for (const [pageId, count] of left.outbox) found.push(`${count} replies of ${pageId} were never sent`)
  if (needs > 0) found.push(`${needs} needs were never settled`)
  for (const [conversation, all] of Map.groupBy(owed, (one) => one.conversation)) {
    found.push(...wrongsIn(conversation, all, outcome))
  }
  return found
}

/** A reply as it is owed; `key#place@count` is its label. */
interface OwedReply {
  name: string
  /** How many events its visitor had sent before; null where that cannot be told. */
  label: string | null
  shows: string
  /** Its words: none for an attachment. */
  text: string
  writtenMs: number
  /** `forgotten`: may have been sent once, and nothing may be left of it. `vague`: it is unknown whether it is forgotten. */
  is: 'owed' | 'forgotten' | 'vague'
}

const wrongsIn = (conversation: string, events: Owed[], outcome: Outcome): string[] => {
  const { delivered, dead } = outcome
  const found: string[] = []
  const replies = repliesTo(events, outcome.accepted, outcome.forgotten.get(conversation) ?? 0)
  const got = delivered.get(conversation) ?? []
  const isMistaken = (reply: OwedReply): boolean => mayBeMistaken(reply, replies, got)
  for (const reply of replies) {
    const { name, label, shows, is } = reply
    const arrived = got.filter((one) => nameOf(one.label) === name)
    const buried = dead.filter((one) => nameOf(one.label) === name)
    const times = `${name} was delivered ${arrived.length} times and buried ${buried.length} times`
    const isMissing = is === 'owed' && arrived.length + buried.length === 0
    if (arrived.length + buried.length > 1 || (isMissing && !isMistaken(reply))) found.push(times)
    if (is === 'forgotten' && buried.length > 0) found.push(`${times}, and is forgotten`)
    for (const one of arrived) {
      if (one.shows !== shows) found.push(`${name} shows ${one.shows}, not ${shows}`)
      if (label !== null && one.label !== label) found.push(`${one.label} should have been ${label}`)
    }
    for (const letter of buried) {
      if (hasReason(letter, conversation, shows, outcome)) continue
      found.push(`${name} was buried as ${letter.reason} without a reason`)
    }
  }
  for (const { label } of got.filter((one) => one.label.startsWith(INSTEAD))) {
    const name = nameOf(label.slice(INSTEAD.length))
    const buried = dead.some((one) => nameOf(one.label) === name && one.reason === 'bad_request')
    const forgotten = replies.some((reply) => reply.name === name && reply.is !== 'owed')
    if (!buried && !forgotten) found.push(`the choices of ${name} came without it, and it is not buried`)
  }
  // What of a forgotten visitor was under way may come among the first words to the new one.
  for (const kind of ['owed', 'forgotten', 'vague'] as const) {
    const order = replies.filter((reply) => reply.is === kind && !isMistaken(reply)).map(({ name }) => name)
    const came = got.map(({ label }) => nameOf(label)).filter((name) => order.includes(name))
    const wanted = order.filter((name) => came.includes(name))
    if (came.join() !== wanted.join())
      found.push(`${conversation} got ${came.join(' ')}, not ${wanted.join(' ')}`)
  }
  return found
}

/**
 * Of what was said to a forgotten visitor nothing is kept: in these seconds the same words are taken for others (ADR 68).
 * Those may be missing then, or come after what was sent once they were believed to be there.
 */
const mayBeMistaken = (reply: OwedReply, all: OwedReply[], got: Delivered[]): boolean => {
  if (reply.is !== 'owed') return false
  const before = new Set(all.filter(({ is }) => is !== 'owed').map(({ name }) => name))
  return got.some(
    ({ label, text, atMs }) =>
      before.has(nameOf(label)) && text === reply.text && atMs > reply.writtenMs - LOOKED_AT_MS,
  )
}

/** So long before an event the answer to it is looked for: Graph tells whole seconds. */
const LOOKED_AT_MS = 6000

const repliesTo = (events: Owed[], accepted: Outcome['accepted'], forgotten: number): OwedReply[] => {
  let before = 0
  const kinds = events.map(({ event: { key } }) => {
    const { first = 0, last = 0 } = accepted.get(key) ?? {}
    return first > forgotten ? 'owed' : last < forgotten ? 'forgotten' : 'vague'
  })
  const canCount = !kinds.includes('vague')
  return events.flatMap(({ event: { key }, writtenMs, texts }, index) => {
    const is = kinds[index] ?? 'owed'
    if (is === 'owed') before += 1
    return texts.map((text, place) => ({
      name: `${key}#${place}`,
      label: is === 'owed' && canCount ? `${key}#${place}@${before}` : null,
      shows: shownBy(text),
      text: shownBy(text) === text ? text : '',
      writtenMs,
      is,
    }))
  })
}

const hasReason = (
  { label, reason, closed }: Outcome['dead'][number],
  conversation: string,
  shows: string,
  { refused, refusedMedia }: Outcome,
): boolean => {
  if (refused.has(`${label} ${reason}`) || (reason === 'outside_window' && closed)) return true
  const [pageId] = conversation.split('/')
  return reason === 'bad_request' && (refusedMedia.has(`${pageId} ${shows}`) || refusedMedia.has(shows))
}

const INSTEAD = 'instead of '

const nameOf = (label: string): string => label.split('@')[0] ?? ''

const shownBy = (text: string): string => /^(?:image|file|card) (.+)$/.exec(text)?.[1] ?? text
