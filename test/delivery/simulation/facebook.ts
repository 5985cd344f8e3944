import { GraphError, type GraphErrorFacts, type Verdict } from '../../../src/graph/error.ts'
import type { DeliveryDeps } from '../../../src/delivery/delivery.ts'
import type { RecentMessage, SendCall, Sent, UploadCall } from '../../../src/graph/graph.ts'
import { UPLOAD_EDGE } from '../../../src/graph/upload.ts'
import type { JsonObject } from '../../../src/base/json.ts'
import type { SendMessage } from '../../../src/messages.ts'
import type { SimulatedTime } from './clock.ts'

/** What befalls one send. */
export interface Fate {
  /** `ok`, or what Graph says instead. */
  verdict: Verdict | 'ok'
  /** For `ambiguous` and `unknown`: whether Facebook carries it out all the same. */
  carriedOut: boolean
  /** Whether Graph itself says so, with a 5xx or a code: then Facebook is done within two seconds. Otherwise the answer is lost. */
  answered?: boolean
  /** Whether a refusal speaks of this visitor alone. */
  ofVisitor?: boolean
  /** Whether a final refusal may pass. */
  mayPass?: boolean
  /** How long Facebook takes to carry it out. */
  workMs: number
  /** How long the answer takes, or the time-out. */
  answerMs: number
}

/** What befalls one upload. */
export interface UploadFate {
  verdict: Verdict | 'ok'
  workMs: number
}

export interface Delivered {
  mid: string
  /** The reply's id, as it was sent along. */
  metadata: string
  /** What the reply is, in the words of the model. */
  label: string
  text: string
  /** Its text, or the address or file that its attachment shows. */
  shows: string
  atMs: number
}

export interface Facebook {
  graphFor: (isAlive: () => boolean) => DeliveryDeps['graph']
  /** What befalls the next sends; what comes after them succeeds. */
  fates: Fate[]
  /** What befalls the next looks at a conversation. */
  looks: (Verdict | 'ok')[]
  /** What befalls the next uploads. */
  uploads: UploadFate[]
  /** Uploads that were refused for good, as `page source`. */
  refusedMedia: Set<string>
  /** Ends all ids of media. */
  expire: () => void
  /** They are just being forgotten; the moment cannot be told from outside. */
  forgetting: Set<string>
  /** From now on the visitor is another one. */
  forgotten: (conversation: string) => void
  /** What each visitor got, by conversation. */
  delivered: Map<string, Delivered[]>
  /** Echoes not yet sent to the bot. */
  echoes: { conversation: string; delivered: Delivered }[]
  visitorWrote: (conversation: string, mid: string, text: string) => void
  /** The Page's token that works; null when none does. */
  validToken: Map<string, string | null>
  callsUnderWay: () => number
  /** Every refusal of a send, as `label verdict`. */
  refused: Set<string>
  /** What must never happen, and did. */
  wrongs: string[]
}

/** What the bot says above choices whose message could not be shown. */
export const CHOOSE = 'pick'

/** What a message is, in the words of the model. */
export const labelOf = ({ text, quick_replies: choices }: SendMessage): string => {
  const label = choices?.[0]?.payload ?? ''
  return text === CHOOSE ? `instead of ${label}` : label
}

// As few as make a list of several pages common.
const LISTED = 5
const DAY_MS = 24 * 60 * 60 * 1000

export const createFacebook = (deps: {
  time: SimulatedTime
  busy: () => void
  note: (line: string) => void
}): Facebook => {
  const { time, busy, note } = deps
  const written = new Map<string, RecentMessage[]>()
  const openedMs = new Map<string, number>()
  /** What the ids of media show, and for which Page. */
  const ids = new Map<string, { pageId: string; shows: string }>()
  const forgettings = new Map<string, number>()
  let underWay = 0
  let mids = 0
  let uploaded = 0

  const messagesOf = (conversation: string): RecentMessage[] => {
    const messages = written.get(conversation) ?? []
    written.set(conversation, messages)
    return messages
  }

  const later = (ms: number): Promise<void> =>
    new Promise((resolve) => {
      time.after(ms, resolve)
    })

  const upload = async ({ pageId, pageToken, from }: UploadCall): Promise<string> => {
    const shows = 'url' in from ? from.url : from.name
    const { verdict, workMs } = facebook.uploads.shift() ?? { verdict: 'ok', workMs: 0 }
    if (workMs > 0) await later(workMs)
    if (facebook.validToken.get(pageId) !== pageToken) throw refusal('token_invalid', UPLOAD_EDGE)
    if (verdict === 'bad_request') facebook.refusedMedia.add(`${pageId} ${shows}`)
    if (verdict !== 'ok') throw refusal(verdict, UPLOAD_EDGE)
    const id = `id-${(uploaded += 1)}`
    ids.set(id, { pageId, shows })
    note(`Facebook keeps ${shows} for ${pageId} as ${id}`)
    return id
  }

  /** What the attachment shows, and the id it shows it by; null where it shows nothing. */
  const shownBy = ({ pageId, message: { text, attachment } }: SendCall): string | null => {
    if (attachment === undefined) return text ?? null
    const { payload } = attachment
    const [element] = (payload['elements'] ?? [payload]) as JsonObject[]
    const { url, attachment_id: id } = element ?? {}
    if (typeof url === 'string') return url
    const kept = typeof id === 'string' ? ids.get(id) : undefined
    return kept?.pageId === pageId ? kept.shows : null
  }

  const carryOut = ({ pageId, psid, message, metadata = '' }: SendCall, shows: string): Sent => {
    const conversation = `${pageId}/${psid}`
    const label = labelOf(message)
    const delivered: Delivered = {
      mid: `mid-${(mids += 1)}`,
      metadata,
      label,
      text: message.text ?? '',
      shows,
      atMs: time.trueMs(),
    }
    note(`Facebook delivers ${label} as ${delivered.mid}`)
    const before = facebook.delivered.get(conversation) ?? []
    if (before.some((one) => one.metadata === metadata)) facebook.wrongs.push(`${label} was delivered twice`)
    facebook.delivered.set(conversation, [...before, delivered])
    messagesOf(conversation).unshift({
      id: delivered.mid,
      fromId: pageId,
      text: delivered.text,
      createdMs: wholeSeconds(delivered.atMs),
    })
    facebook.echoes.push({ conversation, delivered })
    return { messageId: delivered.mid, usage: null }
  }

  const send = async (call: SendCall): Promise<Sent> => {
    const conversation = `${call.pageId}/${call.psid}`
    if (facebook.validToken.get(call.pageId) !== call.pageToken) throw refusal('token_invalid')
    const fate = facebook.fates.shift() ?? { verdict: 'ok', carriedOut: true, workMs: 0, answerMs: 0 }
    if (time.trueMs() >= (openedMs.get(conversation) ?? 0) + DAY_MS) throw refusal('outside_window')
    const shows = shownBy(call)
    if (shows === null) throw refusal('bad_request')
    const { verdict, answerMs, answered = false } = fate
    const { url } = call.message.attachment?.payload ?? {}
    // What Facebook fetches takes longer.
    const slowMs = typeof url === 'string' ? fate.workMs * 5 : fate.workMs
    const workMs = answered ? Math.min(slowMs, answerMs + 2000) : slowMs
    if (verdict === 'ok') {
      if (workMs > 0) await later(workMs)
      const sent = carryOut(call, shows)
      if (answerMs > 0) await later(answerMs)
      return sent
    }
    if ((verdict === 'ambiguous' || verdict === 'unknown') && fate.carriedOut) {
      if (workMs === 0) carryOut(call, shows)
      else time.after(workMs, () => void carryOut(call, shows))
    }
    if (answerMs > 0) await later(answerMs)
    throw refusal(verdict, 'messages', {
      httpStatus: answered ? 500 : null,
      ...(fate.ofVisitor === true && { reach: 'visitor' }),
      mayPass: fate.mayPass === true,
    })
  }

  const facebook: Facebook = {
    fates: [],
    looks: [],
    uploads: [],
    refusedMedia: new Set(),
    expire: () => ids.clear(),
    forgetting: new Set(),
    forgotten: (conversation) => {
      facebook.forgetting.delete(conversation)
      forgettings.set(conversation, (forgettings.get(conversation) ?? 0) + 1)
    },
    delivered: new Map(),
    echoes: [],
    validToken: new Map(),
    refused: new Set(),
    wrongs: [],
    callsUnderWay: () => underWay,
    visitorWrote: (conversation, mid, text) => {
      openedMs.set(conversation, time.trueMs())
      const createdMs = wholeSeconds(time.trueMs())
      messagesOf(conversation).unshift({
        id: mid,
        fromId: conversation.split('/')[1] ?? '',
        text,
        createdMs,
      })
    },
    graphFor: (isAlive) => {
      const inFlight = new Set<string>()
      let hasAnswered = false

      /** What a dead process asked for still happens; it only never hears of it. */
      const answered = async <Answer>(asked: () => Promise<Answer>): Promise<Answer> => {
        if (!isAlive()) return never()
        busy()
        underWay += 1
        const outcome = await asked().then(
          (answer) => () => answer,
          (error: unknown) => () => {
            throw error
          },
        )
        underWay -= 1
        hasAnswered = true
        busy()
        return isAlive() ? outcome() : never()
      }

      return {
        now: () => (hasAnswered ? time.trueMs() : null),
        sendMessage: (call) =>
          answered(async () => {
            const conversation = `${call.pageId}/${call.psid}`
            const label = call.message.quick_replies?.[0]?.payload ?? ''
            const visitor = `${conversation} ${forgettings.get(conversation) ?? 0}`
            if (inFlight.has(visitor) && !facebook.forgetting.has(conversation))
              facebook.wrongs.push(`${label} was sent while another was under way`)
            inFlight.add(visitor)
            note(`the bot sends ${label}`)
            try {
              return await send(call)
            } catch (error) {
              const verdict = error instanceof GraphError ? error.verdict : 'unknown'
              note(`Graph refuses ${label}: ${verdict}`)
              facebook.refused.add(`${label} ${verdict}`)
              throw error
            } finally {
              inFlight.delete(visitor)
            }
          }),
        senderAction: () => Promise.resolve(),
        uploadAttachment: (call) =>
          answered(async () => {
            note(`the bot uploads for ${call.pageId}`)
            return upload(call)
          }),
        takeThreadControl: () => Promise.resolve(),
        passThreadControl: ({ pageId, psid, pageToken }) =>
          answered(async () => {
            note(`the bot passes the thread of ${pageId}/${psid}`)
            if (facebook.validToken.get(pageId) !== pageToken) throw refusal('token_invalid', 'thread')
            const { verdict } = facebook.fates.shift() ?? { verdict: 'ok' }
            if (verdict !== 'ok') throw refusal(verdict, 'thread')
          }),
        recentMessages: ({ pageId, psid, pageToken, after }) =>
          answered(async () => {
            note(`the bot looks at ${pageId}/${psid}`)
            if (facebook.validToken.get(pageId) !== pageToken) throw refusal('token_invalid', 'conversations')
            const fate = facebook.looks.shift() ?? 'ok'
            if (fate !== 'ok') throw refusal(fate, 'conversations')
            const all = messagesOf(`${pageId}/${psid}`)
            const begin = after === undefined ? 0 : all.findIndex(({ id }) => id === after) + 1
            const messages = all.slice(begin, begin + LISTED)
            return { messages, next: all.length > begin + LISTED ? (messages.at(-1)?.id ?? null) : null }
          }),
      }
    },
  }
  return facebook
}

const never = (): Promise<never> => new Promise(() => undefined)

// Graph tells whole seconds.
const wholeSeconds = (ms: number): number => Math.floor(ms / 1000) * 1000

const refusal = (verdict: Verdict, edge = 'messages', facts: Partial<GraphErrorFacts> = {}): GraphError =>
  new GraphError(`refused: ${verdict}`, {
    verdict,
    edge,
    graphCode: null,
    subcode: null,
    fbtraceId: null,
    httpStatus: null,
    retryAfterMs: verdict === 'rate_limited' ? 120_000 : null,
    ...facts,
  })
