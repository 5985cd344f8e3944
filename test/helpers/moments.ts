import type { Test } from 'tap'
import { readMessages, textsOf } from './postgres-messages.ts'
import { createWay, type Tap } from './way.ts'

/**
 * A moment in the exchange between a process and a server: after the process has sent a request and before the server gets it, or
 * after the server has carried it out and before the process knows.
 */
export interface Moment {
  /** Of a request for a message, or of a statement in a transaction, which is asked for with its commit. */
  of: RegExp
  when: 'asked' | 'done'
}

/** A connection that stops at one moment, so that a test can kill or freeze the process exactly then. */
export interface StoppingWay {
  url: string
  /** Waits for the moment, from now on. Resolves when the connection stands still; the others go on. */
  reached: () => Promise<void>
}

type Listening = { moment: Moment; reach: (() => void) | null }

/** A way to a PostgreSQL server. */
export const wayToDatabase = (t: Test, url: string, moment: Moment): Promise<StoppingWay> =>
  stoppingWay(t, url, moment, tapOfDatabase)

/** A way to the Graph API, without TLS. */
export const wayToGraph = (t: Test, url: string, moment: Moment): Promise<StoppingWay> =>
  stoppingWay(t, url, moment, tapOfGraph)

const stoppingWay = async (
  t: Test,
  url: string,
  moment: Moment,
  tap: (listening: Listening) => Tap,
): Promise<StoppingWay> => {
  const listening: Listening = { moment, reach: null }
  const way = await createWay(t, url, () => tap(listening))
  return {
    url: way.url,
    reached: () =>
      new Promise((resolve) => {
        listening.reach = () => {
          listening.reach = null
          resolve()
        }
      }),
  }
}

const NOTHING = Buffer.alloc(0)

const tapOfDatabase = (listening: Listening): Tap => {
  const { of, when } = listening.moment
  const [asked, answered] = [readMessages(true), readMessages(false)]
  /** Statements with values are named when they are first asked for, and go by their name then. */
  const statements = new Map<string, string>()
  let isOfIt = false
  let isCommitting = false
  let stopped = false

  const stop = (): void => {
    stopped = true
    listening.reach?.()
  }

  const look = (text: string): void => {
    if (text === 'begin') isOfIt = false
    if (of.test(text)) isOfIt = true
    if (text !== 'commit' || !isOfIt || listening.reach === null) return
    if (when === 'asked') stop()
    else isCommitting = true
  }

  return {
    fromClient: (data) => {
      const passed: Buffer[] = []
      for (const message of asked(data)) {
        const [first = '', second = ''] = message.kind === '' ? [] : textsOf(message)
        if (message.kind === 'P') statements.set(first, second)
        if (message.kind === 'B') look(statements.get(second) ?? '')
        if (message.kind === 'Q') look(first)
        if (!stopped) passed.push(message.bytes)
      }
      return Buffer.concat(passed)
    },
    fromServer: (data) => {
      const passed: Buffer[] = []
      for (const message of answered(data)) {
        if (isCommitting && message.kind === 'C') {
          const [tag] = textsOf(message)
          if (tag === 'COMMIT') stop()
          if (tag === 'ROLLBACK') isCommitting = false
        }
        if (!stopped) passed.push(message.bytes)
      }
      return Buffer.concat(passed)
    },
  }
}

const tapOfGraph = (listening: Listening): Tap => {
  const { of, when } = listening.moment
  let request = ''
  let stopped = false

  const stop = (): void => {
    stopped = true
    listening.reach?.()
  }
  const isIt = (): boolean => listening.reach !== null && of.test(request)

  return {
    fromClient: (data) => {
      request += data.toString('latin1')
      if (!stopped && when === 'asked' && isIt()) stop()
      return stopped ? NOTHING : data
    },
    fromServer: (data) => {
      if (!stopped && when === 'done' && isIt()) stop()
      // There is one request at a time, so an answer ends it.
      request = ''
      return stopped ? NOTHING : data
    },
  }
}
