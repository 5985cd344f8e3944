import { createDelivery, type Delivery, type DeliveryLimits } from '../../../src/delivery/delivery.ts'
import type { EventHandler } from '../../../src/delivery/handling/call-handler.ts'
import type { Need } from '../../../src/alerts/needs.ts'
import { openSqliteStore } from '../../../src/store/sqlite/sqlite-store.ts'
import type { Store } from '../../../src/store/store.ts'
import type { WebhookEvent } from '../../../src/webhook/events.ts'
import type { Reply } from '../../../src/messages.ts'
import { createOpenNeeds } from '../open-needs.ts'
import type { SimulatedTime } from './clock.ts'
import type { Disk } from './disk.ts'
import { CHOOSE, type Facebook } from './facebook.ts'
import type { SimulatedFiles } from './files.ts'
import { createSimulatedTokens, type SimulatedTokens, type TokenFile } from './tokens.ts'

/** One run of the bot: the real store and delivery, from a start to a stop or a crash. */
export interface Bot {
  store: Store
  delivery: Delivery
  tokens: SimulatedTokens
  needs: Need[]
  isAlive: () => boolean
  /** Nothing of it moves any more. */
  kill: () => void
}

/** What a visitor's message makes the bot say, besides what every event carries. */
export interface Wanted {
  /** What the replies say or show, see {@link replyOf}; each is labelled `key#place`. */
  texts: string[]
  /** How long the handler thinks. */
  slowMs: number
  /** How long the bubble shows before each reply. */
  typingMs: number
  /** Whether the thread goes to the Page inbox afterwards. */
  pass: boolean
}

export const startBot = async (deps: {
  file: string
  time: SimulatedTime
  disk: Disk
  facebook: Facebook
  files: SimulatedFiles
  tokenFile: TokenFile
  limits: Partial<DeliveryLimits>
  random: () => number
  note: (line: string) => void
  onDead: (conversation: string, replyId: string) => void
}): Promise<Bot> => {
  const { file, time, disk, facebook, files, tokenFile, limits, random, note, onDead } = deps
  let alive = true
  const isAlive = (): boolean => alive
  const clock = time.clockOf(isAlive)
  const isValid = (pageId: string, token: string): boolean => facebook.validToken.get(pageId) === token
  const tokens = createSimulatedTokens({ file: tokenFile, clock, isValid })
  const { open, needs } = createOpenNeeds()

  /** Counts the conversation's messages: a lost state, or an event handled twice, shows in the labels. */
  const handle: EventHandler = (event, { state }) => {
    if (event.kind !== 'message') return { replies: [], state }
    const { key, texts, slowMs, typingMs, pass } = event as unknown as { key: string } & Wanted
    const count = Number(state?.['count'] ?? 0) + 1
    const replies = texts.map((text, place) => ({
      ...replyOf(text, `${key}#${place}@${count}`),
      ...(typingMs > 0 && { typingMs }),
    }))
    const result = { replies, state: { count }, ...(pass && { effects: [{ do: 'handover' as const }] }) }
    return slowMs > 0 ? clock.sleep(slowMs).then(() => result) : result
  }

  const say = (facts: object, message: string): void => {
    const { err, reason } = facts as { err?: Error; reason?: string }
    note(`log: ${message} ${reason ?? ''} ${err?.message ?? ''}`.trimEnd())
  }
  const opened = await openSqliteStore({
    file,
    clock,
    spawn: disk.spawn,
    onExit: (error) => {
      throw error
    },
  })
  const store: Store = {
    ...opened,
    finishReply: (claim, reply, outcome) => {
      const { pageId, psid } = claim.conversation
      if (outcome.status === 'dead') onDead(`${pageId}/${psid}`, reply.id)
      return opened.finishReply(claim, reply, outcome)
    },
  }
  const graph = facebook.graphFor(isAlive)
  const delivery = createDelivery({
    store,
    graph: {
      ...graph,
      sendMessage: (call) => {
        if (call.pageToken !== tokens.tokenFor(call.pageId)) {
          facebook.wrongs.push(
            `a reply of ${call.pageId} was sent with a token known to be dead, or an old one`,
          )
        }
        return graph.sendMessage(call)
      },
    },
    files: files.seenBy(isAlive),
    tokens: tokens,
    needs,
    read: ({ body }) => JSON.parse(body) as WebhookEvent,
    handle,
    patienceMs: () => 0,
    apologise: () => [],
    choose: () => CHOOSE,
    marksSeen: () => false,
    pleaseWait: { afterMs: () => 20_000, say: async () => [] },
    clock,
    random,
    log: { debug: () => undefined, info: say, warn: say, error: say },
    report: {
      handled: () => undefined,
      sent: () => undefined,
      dead: () => undefined,
      refused: () => undefined,
      settled: () => undefined,
      heldBack: () => undefined,
    },
    limits,
  })
  delivery.start()
  return {
    store,
    delivery,
    tokens,
    needs: open,
    isAlive,
    kill: () => {
      alive = false
    },
  }
}

/** `image ADDRESS` can do without an upload; `file PATH` and `card ADDRESS` cannot. Anything else is a text. */
const replyOf = (said: string, label: string): Reply => {
  const quick_replies = [{ content_type: 'text' as const, payload: label }]
  const [kind, what = ''] = said.split(' ')
  if (kind === 'image') {
    const attachment = { type: 'image', payload: { url: what } }
    return { message: { attachment, quick_replies }, media: { type: 'image', from: { url: what } } }
  }
  if (kind === 'file') {
    const attachment = { type: 'file', payload: {} }
    return { message: { attachment, quick_replies }, media: { type: 'file', from: { file: what } } }
  }
  if (kind === 'card') {
    const payload = { template_type: 'media', elements: [{ media_type: 'image' }] }
    const attachment = { type: 'template', payload }
    return { message: { attachment, quick_replies }, media: { type: 'image', from: { url: what } } }
  }
  return { message: { text: said, quick_replies } }
}
