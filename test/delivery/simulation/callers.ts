import type { Store, NewEvent } from '../../../src/store/store.ts'
import type { SimulatedTime } from './clock.ts'

/** A run of the bot as those outside see it. */
interface Reached {
  store: Pick<Store, 'accept' | 'forget'>
  isAlive: () => boolean
}

/** When something was asked for that took place, in the order of all such calls; it may have been any of several. */
export interface Asked {
  first: number
  last: number
}

/** Who calls the bot from outside, and calls again until it has answered: Facebook, and the operator who forgets visitors. */
export interface Callers {
  callBack: (event: NewEvent) => void
  forget: (conversation: string) => void
  /** The bot is there again. */
  start: () => void
  isDone: () => boolean
  /** When each event was accepted, by key. */
  accepted: Map<string, Asked>
  /** When each conversation was forgotten last. */
  forgotten: Map<string, number>
}

const AGAIN_MS = 1000

export const createCallers = (deps: {
  bot: () => Reached | null
  time: SimulatedTime
  busy: () => void
  onAccepted: (event: NewEvent) => void
  onForgotten: (conversation: string) => void
}): Callers => {
  const { bot, time, busy, onAccepted, onForgotten } = deps
  const accepted = new Map<string, Asked>()
  const forgotten = new Map<string, number>()
  const tried = new Map<string, number>()
  let calls = 0

  /** One call after the other, each until it was answered. */
  const createLane = <Item>(ask: (to: Reached, item: Item) => Promise<() => void>) => {
    const waiting: Item[] = []
    let sending: Reached | null = null
    const send = async (): Promise<void> => {
      const to = bot()
      if (to === null || sending === to) return
      sending = to
      while (to.isAlive()) {
        const item = waiting[0]
        if (item === undefined) break
        busy()
        const answered = await ask(to, item).catch(() => null)
        busy()
        if (!to.isAlive()) break
        if (answered === null) {
          await new Promise<void>((resolve) => time.after(AGAIN_MS, resolve))
          continue
        }
        waiting.shift()
        answered()
      }
      if (sending === to) sending = null
    }
    return { waiting, send }
  }

  const accept = async (to: Reached, event: NewEvent): Promise<() => void> => {
    const last = (calls += 1)
    const first = tried.get(event.key) ?? last
    tried.set(event.key, first)
    const { stored } = await to.store.accept([event])
    return () => {
      // A duplicate was stored by a call before, whose answer was lost.
      if (!accepted.has(event.key)) accepted.set(event.key, { first: stored > 0 ? last : first, last })
      onAccepted(event)
    }
  }

  const lanes = new Map<string, ReturnType<typeof createLane<NewEvent>>>()
  const forgetting = createLane<string>(async (to, conversation) => {
    const [pageId, psid = ''] = conversation.split('/')
    const now = (calls += 1)
    await to.store.forget({ psid, pageId })
    return () => {
      forgotten.set(conversation, now)
      onForgotten(conversation)
    }
  })

  return {
    callBack: (event) => {
      const conversation = `${event.pageId}/${event.psid}`
      const lane = lanes.get(conversation) ?? createLane(accept)
      lanes.set(conversation, lane)
      lane.waiting.push(event)
      void lane.send()
    },
    forget: (conversation) => {
      forgetting.waiting.push(conversation)
      void forgetting.send()
    },
    start: () => {
      for (const lane of lanes.values()) void lane.send()
      void forgetting.send()
    },
    isDone: () => [...lanes.values(), forgetting].every(({ waiting }) => waiting.length === 0),
    accepted,
    forgotten,
  }
}
