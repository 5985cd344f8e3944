import type { SandboxClock } from '../clock.ts'
import type { Rng } from '../rng.ts'
import type { TrafficLog } from '../traffic.ts'
import type { Trouble } from '../trouble.ts'
import type { App } from '../world.ts'
import { adviceOn, type BadAnswer } from './advice.ts'
import { facebookJson, signatures } from './bytes.ts'
import type { Line } from './line.ts'

/** Requests to the bot: signed callbacks, the verification, and forms. Each is added to the traffic log. */
export interface Wire {
  /** Sends a callback. @returns whether it was answered with 200 */
  deliver: (app: App, url: string, entries: readonly Entry[]) => Promise<boolean>
  verify: (app: App, callback?: { url: string; verifyToken: string }) => Promise<Verification>
  /** Posts a form, once; the answer is only logged. */
  notify: (url: string, form: string) => void
  lastStatus: () => number | null
  /** What is wrong with the last answer of the app's bot and what to do; null if it was right. */
  problem: (appId: string) => string | null
  forget: () => void
}

/** One event to send, with its channel. */
export interface Entry {
  pageId: string
  channel: 'messaging' | 'standby' | 'changes'
  content: Record<string, unknown>
}

export type Verification = { ok: true } | { ok: false; problem: string }

interface Exchanged {
  status: number | null
  body: string
  /** Why there was no answer. */
  reason: string
}

export interface WireDeps {
  clock: SandboxClock
  rng: Rng
  line: Line
  trouble: Trouble
  traffic: TrafficLog
  stateChanged: () => void
}

export const createWire = ({ clock, rng, line, trouble, traffic, stateChanged }: WireDeps): Wire => {
  let lastStatus: number | null = null
  const problems = new Map<string, string>()

  const exchange = async (call: {
    method: 'GET' | 'POST'
    url: string
    headers: Record<string, string>
    /** The body as the traffic log shows it. */
    request: unknown
    body?: Buffer
  }): Promise<Exchanged> => {
    const { method, url, headers, request, body } = call
    const atMs = clock.nowMs()
    const started = performance.now()
    const answer: Exchanged = trouble.webhookLost
      ? { status: null, body: 'the sandbox cut the line', reason: '' }
      : await line.send({ method, url, headers, ...(body && { body }) }).then(
          (answered) => ({ ...answered, reason: '' }),
          (error: unknown) => ({ status: null, ...failureOf(error) }),
        )
    lastStatus = answer.status
    traffic.add({
      atMs,
      kind: 'webhook',
      method,
      path: pathOf(url),
      status: answer.status,
      tookMs: Math.round(performance.now() - started),
      request,
      response: answer.body,
    })
    return answer
  }

  /** Keeps what is wrong with an answer; trouble made in the sandbox is no fault of the bot. */
  const judge = (app: App, ok: boolean, answer: BadAnswer) => {
    if (trouble.webhookLost) return
    const problem = ok ? undefined : adviceOn(answer)
    if (problem === problems.get(app.id)) return
    if (problem === undefined) problems.delete(app.id)
    else problems.set(app.id, problem)
    stateChanged()
  }

  return {
    deliver: async (app, url, entries) => {
      const payload = { object: 'page', entry: entries.map((entry) => toEntry(entry, clock.nowMs())) }
      const body = Buffer.from(facebookJson(payload))
      const headers = {
        'content-type': 'application/json',
        'user-agent': 'facebookexternalua',
        accept: '*/*',
        ...signatures(app.secret, body),
      }
      const { status, reason } = await exchange({ method: 'POST', url, headers, request: payload, body })
      judge(app, status === 200, { method: 'POST', url, status, reason })
      return status === 200
    },
    verify: async (app, callback) => {
      const subscription = app.subscription
      const url = callback?.url ?? subscription?.callbackUrl
      const verifyToken = callback?.verifyToken ?? subscription?.verifyToken
      if (url === undefined) return { ok: false, problem: 'no callback URL' }
      const challenge = String(1_000_000_000 + rng.int(1_000_000_000))
      const target = new URL(url)
      target.searchParams.set('hub.mode', 'subscribe')
      target.searchParams.set('hub.challenge', challenge)
      target.searchParams.set('hub.verify_token', verifyToken ?? '')
      const { status, body, reason } = await exchange({
        method: 'GET',
        url: target.href,
        headers: { accept: '*/*' },
        request: null,
      })
      const ok = status === 200 && body === challenge
      judge(app, ok, { method: 'GET', url, status, reason })
      if (ok && subscription && !callback) subscription.verified = true
      stateChanged()
      if (ok) return { ok: true }
      if (status === null) return { ok: false, problem: body }
      return {
        ok: false,
        problem: status === 200 ? 'the challenge did not come back' : `HTTP Status Code = ${status}`,
      }
    },
    notify: (url, form) => {
      const headers = { 'content-type': 'application/x-www-form-urlencoded' }
      void exchange({
        method: 'POST',
        url,
        headers,
        request: form.replace(/=.*/s, '=…'),
        body: Buffer.from(form),
      })
    },
    lastStatus: () => lastStatus,
    problem: (appId) => problems.get(appId) ?? null,
    forget: () => {
      lastStatus = null
      problems.clear()
    },
  }
}

/** `time` is in milliseconds for messaging and in seconds for `changes` (docs/messenger-platform.md#e4). */
const toEntry = ({ pageId, channel, content }: Entry, nowMs: number) => ({
  id: pageId,
  time: channel === 'changes' ? Math.floor(nowMs / 1000) : nowMs,
  [channel]: [content],
})

/** The words of an error, and its code or name. An error about several addresses of a host has a code alone. */
const failureOf = (error: unknown): { body: string; reason: string } => {
  if (!(error instanceof Error)) return { body: 'failed', reason: 'failed' }
  const reason = 'code' in error && typeof error.code === 'string' ? error.code : error.name
  return { body: error.message || reason, reason }
}

const pathOf = (url: string): string => {
  const { pathname, search } = new URL(url)
  return pathname + search
}
