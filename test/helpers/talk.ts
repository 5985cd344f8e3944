import type { ChatMessage } from '../../sandbox/src/api.ts'
import type { Rng } from '../../sandbox/src/rng.ts'
import { repliesTo, type Town } from './bot.ts'

/** A Page whose limit refuses three tries in turn waits up to 128 s (the gate's back-off, with jitter). */
const LONGEST_MS = 240_000

/** Visitors of a {@link Town} who write distinguishable messages, with the expected and the received replies. */
export interface Talk {
  conversations: Conversation[]
  /** One of the visitors writes to one of the Pages; or the one given, the text given. */
  write: (place?: Conversation, text?: string) => void
  /** How many messages were written. */
  written: () => number
  /** Resolves when all visitors have got the expected number of replies, or after {@link LONGEST_MS}. */
  answered: () => Promise<void>
  /** One sentence for each visitor whose replies differ from the expected ones. */
  wrongs: () => string[]
}

export interface Conversation {
  pageId: string
  psid: string
  /** What the visitor wrote. */
  texts: string[]
  /** The conversation in the sandbox. */
  heard: () => ChatMessage[]
  /** The texts that the visitor got. */
  got: () => string[]
  owed: () => string[]
}

export const createTalk = ({ sandbox, pageIds, psids }: Town, rng: Rng): Talk => {
  const conversations = pageIds.flatMap((pageId) =>
    psids.map((psid): Conversation => {
      const said = (from: ChatMessage['from']): ChatMessage[] =>
        sandbox.conversation(pageId, psid)?.messages.filter((message) => message.from === from) ?? []
      const texts: string[] = []
      return {
        pageId,
        psid,
        texts,
        heard: () => said('visitor'),
        got: () => said('page').map(({ text }) => text ?? ''),
        owed: () => texts.flatMap(repliesTo),
      }
    }),
  )
  let written = 0
  return {
    conversations,
    written: () => written,
    write: (place = conversations[rng.int(conversations.length)], text) => {
      if (place === undefined) return
      written += 1
      const words = text ?? `${rng.int(3) === 0 ? 'pair' : 'say'} w${written}`
      place.texts.push(words)
      sandbox.act(place.pageId, place.psid, { type: 'text', text: words })
    },
    answered: async () => {
      const isDone = (): boolean => conversations.every(({ got, owed }) => got().length >= owed().length)
      // A time-out is not reported here, because `wrongs` then shows the missing replies.
      await sandbox.until(isDone, LONGEST_MS).catch(() => undefined)
    },
    wrongs: () =>
      conversations.flatMap(({ pageId, psid, got, owed }) => {
        const [was, should] = [got(), owed()]
        if (was.join() === should.join()) return []
        const at = should.findIndex((text, index) => text !== was[index])
        const [from, to] = at < 0 ? [should.length, was.length] : [at, at + 4]
        return `${pageId}/${psid} got ${was.length} of ${should.length}, from ${from} on: ${was.slice(from, to).join()}; not ${should.slice(from, to).join()}`
      }),
  }
}
