import { problemOf } from '../../base/call-failure.ts'
import { request } from 'undici'
import { createOutgoing, type Proxies } from '../../outgoing/proxies.ts'
import { createInsistent, type Alert, type InsistentDeps, type Try } from './retrying-channel.ts'
import { noticeText, type Notice } from '../notice.ts'

export interface AlertDeps extends Pick<InsistentDeps, 'clock' | 'log'> {
  /** A Slack-compatible incoming webhook. Secret: the address alone permits posting. */
  url: string
  /** The proxies calls go by; none where nothing is said. */
  proxies?: Proxies
  /** For one try, from connecting to the end of the answer. */
  timeoutMs?: number
}

/** Posts notices as `{"text": "..."}`, what Slack, Mattermost and Discord (with `/slack` appended) understand. */
export const createAlert = ({ url, clock, log, timeoutMs = 10_000, proxies = {} }: AlertDeps): Alert => {
  const agent = createOutgoing(proxies, { connect: { timeout: timeoutMs } })

  const attempt = async (notice: Notice, stopped: AbortSignal): Promise<Try> => {
    try {
      const { statusCode, body } = await request(url, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ text: alertText(notice) }),
        dispatcher: agent,
        signal: AbortSignal.any([stopped, AbortSignal.timeout(timeoutMs)]),
      })
      // The answer says nothing we need; a few bytes are read only to free the connection.
      await body.dump({ limit: 16_384 })
      return judge(statusCode)
    } catch (error) {
      return { status: 'again', problem: problemOf(error) }
    }
  }

  const complaint = 'an alert could not be delivered; check ALERT_URL'
  const alert = createInsistent({ attempt, clock, log, complaint })
  return {
    send: alert.send,
    trial: alert.trial,
    stop: async () => {
      await alert.stop()
      await agent.destroy()
    },
  }
}

const WORTH_ANOTHER_TRY = new Set([408, 425, 429])

const judge = (statusCode: number): Try => {
  if (statusCode < 300) return { status: 'ok' }
  if (statusCode < 400) return { status: 'refused', problem: `answered with a redirect (${statusCode})` }
  const again = statusCode >= 500 || WORTH_ANOTHER_TRY.has(statusCode)
  return { status: again ? 'again' : 'refused', problem: `answered ${statusCode}` }
}

// Discord refuses longer texts, and so much is not read anyway.
const LONGEST_TEXT = 1_900

// Slack and its kin read <...> as mentions and links; a Page may be called <!channel>.
const alertText = (notice: Notice): string =>
  noticeText(notice, LONGEST_TEXT).replaceAll('<', '‹').replaceAll('>', '›')
