import { Agent, request } from 'undici'

import type { Clock } from '../clock.ts'
import type { OperatorLog } from './log-notifier.ts'
import { noticeText, type Notice } from './notice.ts'

export interface AlertDeps {
  /** A Slack-compatible incoming webhook. Secret: whoever has it can post. */
  url: string
  clock: Pick<Clock, 'sleep'>
  log: Pick<OperatorLog, 'warn'>
  /** For one try, from connecting to the end of the answer. */
  timeoutMs?: number
}

export interface Alert {
  /** Returns at once; the post goes out behind it, after those before it. Never throws. */
  send: (notice: Notice) => void
  /** Gives up on what is still on its way. */
  stop: () => Promise<void>
}

/** Posts notices as `{"text": "..."}`, what Slack, Mattermost and Discord (with `/slack` appended) understand. */
export const createAlert = ({ url, clock, log, timeoutMs = 10_000 }: AlertDeps): Alert => {
  const agent = new Agent({ connect: { timeout: timeoutMs } })
  const stopped = new AbortController()
  let queue = Promise.resolve()

  const post = async (text: string): Promise<Try> => {
    try {
      const { statusCode, body } = await request(url, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ text }),
        dispatcher: agent,
        signal: AbortSignal.any([stopped.signal, AbortSignal.timeout(timeoutMs)]),
      })
      // The answer says nothing we need; a few bytes are read only to free the connection.
      await body.dump({ limit: 16_384 })
      return judge(statusCode)
    } catch (error) {
      return { status: 'again', problem: problemOf(error) }
    }
  }

  const deliver = async (text: string): Promise<void> => {
    for (const pauseMs of [...PAUSES_MS, null]) {
      const result = await post(text)
      if (result.status === 'ok' || stopped.signal.aborted) return
      if (result.status === 'refused' || pauseMs === null) {
        // The address stays out of the line: it is the key to the channel.
        log.warn({ problem: result.problem }, 'an alert could not be delivered; check ALERT_URL')
        return
      }
      await clock.sleep(pauseMs, stopped.signal).catch(() => undefined)
    }
  }

  return {
    send: (notice) => {
      queue = queue.then(() => deliver(alertText(notice)))
    },
    stop: async () => {
      stopped.abort()
      await queue
      await agent.destroy()
    },
  }
}

type Try = { status: 'ok' } | { status: 'again' | 'refused'; problem: string }

const PAUSES_MS = [1_000, 5_000, 25_000]
const WORTH_ANOTHER_TRY = new Set([408, 425, 429])

const judge = (statusCode: number): Try => {
  if (statusCode < 300) return { status: 'ok' }
  if (statusCode < 400) return { status: 'refused', problem: `answered with a redirect (${statusCode})` }
  const again = statusCode >= 500 || WORTH_ANOTHER_TRY.has(statusCode)
  return { status: again ? 'again' : 'refused', problem: `answered ${statusCode}` }
}

// Only the error's code or name: its message may name the address.
const problemOf = (error: unknown): string => {
  if (!(error instanceof Error)) return 'unknown'
  return 'code' in error && typeof error.code === 'string' ? error.code : error.name
}

// Discord refuses longer texts, and so much is not read anyway.
const LONGEST_TEXT = 1_900

// Slack and its kin read <...> as mentions and links; a Page may be called <!channel>.
const alertText = (notice: Notice): string => {
  const text = noticeText(notice).replaceAll('<', '‹').replaceAll('>', '›')
  return text.length > LONGEST_TEXT ? `${text.slice(0, LONGEST_TEXT)}…` : text
}
