import { request } from 'undici'
import { problemOf } from '../../base/call-failure.ts'
import { createOutgoing, type Proxies } from '../../outgoing/proxies.ts'
import type { Notice } from '../notice.ts'
import { createRetryingChannel, type Alert, type RetryingChannelDeps, type Try } from './retrying-channel.ts'

/** The POST that carries a notice to a receiver. */
export interface Post {
  /** Secret: at most receivers the address alone permits posting. */
  url: string
  headers?: Record<string, string>
  /** Sent as JSON. */
  body: Record<string, unknown>
}

export interface PostDeps extends Pick<RetryingChannelDeps, 'clock' | 'log' | 'complaint'> {
  /** Makes the POST of a notice. */
  write: (notice: Notice) => Post
  /** The proxies for the call; none when absent. */
  proxies?: Proxies
  /** Time limit of one try, from connecting to the end of the answer. */
  timeoutMs?: number
}

/** Sends each notice as one POST. Follows no redirect: the text goes only to the operator's address. */
export const createPostAlert = (deps: PostDeps): Alert => {
  const { write, clock, log, complaint, timeoutMs = 10_000, proxies = {} } = deps
  const agent = createOutgoing(proxies, { connect: { timeout: timeoutMs } })

  const attempt = async (notice: Notice, stopped: AbortSignal): Promise<Try> => {
    try {
      const { url, headers, body: content } = write(notice)
      const { statusCode, body } = await request(url, {
        method: 'POST',
        headers: { 'content-type': 'application/json', ...headers },
        body: JSON.stringify(content),
        dispatcher: agent,
        signal: AbortSignal.any([stopped, AbortSignal.timeout(timeoutMs)]),
      })
      // The answer's text is not needed; a few bytes are read only to free the connection.
      await body.dump({ limit: 16_384 })
      return judge(statusCode)
    } catch (error) {
      return { status: 'again', problem: problemOf(error) }
    }
  }

  const close = (): Promise<void> => agent.destroy()
  return createRetryingChannel({ attempt, close, clock, log, complaint })
}

const WORTH_ANOTHER_TRY = new Set([408, 425, 429])

const judge = (statusCode: number): Try => {
  if (statusCode < 300) return { status: 'ok' }
  if (statusCode < 400) return { status: 'refused', problem: `answered with a redirect (${statusCode})` }
  const again = statusCode >= 500 || WORTH_ANOTHER_TRY.has(statusCode)
  return { status: again ? 'again' : 'refused', problem: `answered ${statusCode}` }
}
