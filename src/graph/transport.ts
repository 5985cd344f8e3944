import { certificateTrouble } from '../base/certificate.ts'
import { readAnswer, type CallResult, type CallFacts } from './answer.ts'
import { GraphError, type Verdict } from './error.ts'
import { createExchange, LostAnswer, type ExchangeOptions, type HttpCall } from './exchange.ts'
import type { Headers } from './usage.ts'

export interface Transport {
  /** @throws GraphError unless the answer is a JSON object without `error` */
  call: (call: Call) => Promise<CallResult>
  /** Graph's own time, by the last answer that is its own, ms since the epoch; null before the first one. */
  now: () => number | null
  close: () => Promise<void>
}

export type Call = HttpCall & CallFacts

export interface TransportOptions extends ExchangeOptions {
  /**
   * Runs after every call that `maySend` did not hold back. `outcome` is `ok` or a verdict. `isAnswered`: an HTTP answer came,
   * even one from a proxy or one that cannot be read.
   */
  onCall?: (call: { edge: string; outcome: 'ok' | Verdict; isAnswered: boolean; ms: number }) => void
}

/** Calls Graph and reads what it answers. */
export const createTransport = ({ onCall, ...options }: TransportOptions): Transport => {
  const exchange = createExchange(options)
  const theirs = createTheirClock()

  return {
    call: async (call) => {
      const startedMs = performance.now()
      const tell = (outcome: 'ok' | Verdict, isAnswered: boolean): void =>
        onCall?.({ edge: call.edge, outcome, isAnswered, ms: performance.now() - startedMs })
      const raw = await exchange.send(call)
      if (raw instanceof LostAnswer) {
        const error = lost(call, raw, exchange.via)
        if (!raw.isHeldBack) tell(error.verdict, false)
        throw error
      }
      const { isGraphs, read } = readAnswer(call, raw)
      if (isGraphs) theirs.hear(raw.headers['date'])
      tell(read instanceof GraphError ? read.verdict : 'ok', true)
      if (read instanceof GraphError) throw read
      return read
    },
    now: theirs.now,
    close: exchange.close,
  }
}

/** Graph's time: the `Date` of its last answer plus monotonic time since, because this machine's clock may be wrong or be set. */
const createTheirClock = () => {
  let heard: string | null = null
  let aheadMs = Number.NaN
  return {
    hear: (date: Headers[string]): void => {
      // `Date` has whole seconds, so most answers repeat the last one.
      if (typeof date !== 'string' || date === heard) return
      const dateMs = Date.parse(date)
      if (!Number.isFinite(dateMs)) return
      heard = date
      aheadMs = dateMs - performance.now()
    },
    now: (): number | null => (heard === null ? null : Math.round(performance.now() + aheadMs)),
  }
}

const SEE_PROXY =
  'Try again in a minute; if it stays so, see that the proxy is right (HTTPS_PROXY, HTTP_PROXY), runs, and lets this machine reach FB_GRAPH_URL; NO_PROXY names the hosts that are reached without it.'

const lost = ({ edge, once }: Call, { message, sent }: LostAnswer, via: string | null): GraphError => {
  const certificate = certificateTrouble(message)
  const reason = certificate === null ? message : `${certificate.what} (${message})`
  const way = via === null ? '' : `, by way of the proxy ${via}`
  return new GraphError(`Facebook could not be reached for "${edge}"${way}: ${reason}`, {
    verdict: certificate ? 'configuration' : once && sent ? 'ambiguous' : 'transient',
    ...(certificate && { code: 'BOT_GRAPH_UNREACHABLE', remedy: certificate.remedy }),
    ...(!certificate && via !== null && { remedy: SEE_PROXY }),
    edge,
    answered: false,
  })
}
