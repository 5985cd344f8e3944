import { isMap, isScalar, isSeq, type Node, type YAMLMap } from 'yaml'
import { lookOf } from './look-alikes.ts'
import { quoted } from './mistakes.ts'
import { nodeText } from './nodes.ts'
import type { Source } from './source.ts'
import { circlesOf } from './ways.ts'

interface Found {
  offset: number
  says: string
}

interface WrittenReply extends Pick<Found, 'offset'> {
  name: string
  /** Null for a reply that an alias stands for. */
  map: YAMLMap | null
}

/**
 * Remarks about whole replies.
 *
 * @param named - the replies that buttons, choices and other replies name
 */
export const remarksOnReplies = (source: Source, named: ReadonlySet<string>): Found[] => {
  const replies = repliesOf(source)
  return [
    ...unreached(source, replies, named),
    ...alike(source, replies),
    ...endless(replies),
    ...rememberedTwice(replies),
    ...unsaid(replies),
  ]
}

const repliesOf = ({ root }: Source): WrittenReply[] => {
  const replies = isMap(root) ? root.get('replies', true) : null
  if (!isMap(replies)) return []
  return replies.items.flatMap(({ key, value }) => {
    const name = isScalar(key) ? nodeText(key) : null
    if (name === null || !isScalar(key)) return []
    return { name, offset: key.range?.[0] ?? 0, map: isMap(value) ? value : null }
  })
}

/** Replies that no words, no button and no other reply lead to, and that no language model may use. */
const unreached = (
  { root }: Source,
  replies: readonly WrittenReply[],
  named: ReadonlySet<string>,
): Found[] => {
  const assistant = isMap(root) ? root.get('assistant', true) : null
  const usesAll = isMap(assistant) && !assistant.has('about')
  if (usesAll) return []
  return replies.flatMap(({ name, offset, map }) => {
    if (named.has(name) || map === null || map.has('when') || map.has('title')) return []
    return {
      offset,
      says: `Nothing leads to the reply ${quoted(name)} but a code handler: it has no "when" and no title, and no button, choice or "next" names it.`,
    }
  })
}

/** Names that differ only in capital letters, or in characters that cannot be told apart. */
const alike = ({ lines }: Source, replies: readonly WrittenReply[]): Found[] => {
  const firsts = new Map<string, WrittenReply>()
  return replies.flatMap((reply) => {
    const look = lookOf(reply.name).toLowerCase()
    const first = firsts.get(look)
    if (first === undefined) {
      firsts.set(look, reply)
      return []
    }
    return {
      offset: reply.offset,
      says: `${quoted(reply.name)} is another reply than ${quoted(first.name)} in line ${lines.linePos(first.offset).line}, whose name looks alike: capital letters and characters that cannot be told apart count.`,
    }
  })
}

/** Forms whose `next` leads back to them. */
const endless = (replies: readonly WrittenReply[]): Found[] => {
  const ways = new Map(replies.map(({ name, map }) => [name, surelyFollowing(map)]))
  const circles = circlesOf(ways)
  return replies.flatMap(({ name, map }) => {
    const next = map === null ? null : nodeText(nodeAt(map, 'next'))
    if (map === null || next === null || circles.get(next) !== circles.get(name)) return []
    return {
      offset: nodeAt(map, 'next')?.range?.[0] ?? 0,
      says: `The questions of ${quoted(name)} begin again after the last one, since "next" leads back here: only "Cancel" ends the form.`,
    }
  })
}

/** The replies that follow without a condition: `next`, and each `go` that has none. */
const surelyFollowing = (map: YAMLMap | null): { name: string }[] => {
  if (map === null) return []
  const say = nodeAt(map, 'say')
  const sure = (isSeq(say) ? say.items : [say])
    .filter((item) => isMap(item))
    .filter((item) => !item.has('if'))
  const names = [nodeText(nodeAt(map, 'next')), ...sure.map((item) => nodeText(nodeAt(item, 'go')))]
  return names.flatMap((name) => (name === null ? [] : { name }))
}

/** Questions of one form that remember their answers under one name: the later answer replaces the earlier. */
const rememberedTwice = (replies: readonly WrittenReply[]): Found[] =>
  replies.flatMap(({ map }) => {
    const ask = map === null ? null : nodeAt(map, 'ask')
    const seen = new Set<string>()
    return (isSeq(ask) ? ask.items : []).flatMap((question) => {
      const node = isMap(question) ? nodeAt(question, 'remember') : null
      const name = nodeText(node)
      if (name === null || !seen.has(name)) {
        if (name !== null) seen.add(name)
        return []
      }
      return {
        offset: node?.range?.[0] ?? 0,
        says: `Two questions of this form remember their answers as ${quoted(name)}: the later answer replaces the earlier one.`,
      }
    })
  })

/** Messages after a `go` without a condition, which are never sent. */
const unsaid = (replies: readonly WrittenReply[]): Found[] =>
  replies.flatMap(({ map }) => {
    const say = map === null ? null : nodeAt(map, 'say')
    const items = isSeq(say) ? (say.items as Node[]) : []
    const behind = items[items.findIndex((item) => isMap(item) && item.has('go') && !item.has('if')) + 1]
    return behind === undefined || behind === items[0]
      ? []
      : {
          offset: behind.range?.[0] ?? 0,
          says: 'This is never said: the "go" above it leads to another reply each time.',
        }
  })

const nodeAt = (map: YAMLMap, key: string): Node | null => (map.get(key, true) as Node | undefined) ?? null
