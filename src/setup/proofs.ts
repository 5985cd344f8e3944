import { randomBytes } from 'node:crypto'
import type { Outside } from '../doctor/outside.ts'
import { BotError } from '../base/errors.ts'
import type { AppSubscription } from '../graph/graph.ts'

/** Proves app id and app secret by a call that needs them. @throws BotError that says what to do */
export const proveApp = async (graph: {
  appSubscriptions: () => Promise<AppSubscription[]>
  close: () => Promise<void>
}): Promise<void> => {
  try {
    await graph.appSubscriptions()
  } catch (error) {
    throw appRefusal(error)
  } finally {
    await graph.close()
  }
}

const appRefusal = (cause: unknown): unknown => {
  if (!(cause instanceof BotError)) return cause
  if (cause.retryable) {
    return new BotError('BOT_GRAPH_UNREACHABLE', 'Facebook could not be asked about this app just now.', {
      cause,
      retryable: true,
      remedy:
        'See that this machine may open connections to graph.facebook.com, and try again; metastatus.com tells of outages.',
    })
  }
  if (cause.code !== 'BOT_APP_CREDENTIALS_WRONG') {
    return new BotError(cause.code, `${cause.message}.`, {
      cause,
      remedy: cause.remedy ?? 'Do what Facebook says there, and try again.',
    })
  }
  return new BotError('BOT_APP_CREDENTIALS_WRONG', 'Facebook does not know this app id with this secret.', {
    cause,
    remedy: 'Copy both once more from App dashboard > App settings > Basic; "Show" reveals the secret.',
  })
}

/** Proves that a public address leads to this process. */
export interface AddressProof {
  /**
   * @returns the address of the proxy that led here, if one did
   * @throws BotError `BOT_REQUEST_INVALID` that says what the address leads to instead
   */
  prove: (publicUrl: string) => Promise<string | null>
  /**
   * The answer to a request for `question`; null if no proof has sent that question.
   *
   * @param proxy - the address of the proxy that brought it, if one did
   */
  answerTo: (question: string, proxy: string | null) => string | null
}

/** The path by which the public address is tried. */
export const REACH = '/setup/reach'

export const createAddressProof = (outside: Pick<Outside, 'fetch'>): AddressProof => {
  const asked = new Map<string, { answer: string; proxy: string | null }>()
  return {
    answerTo: (question, proxy) => {
      const open = asked.get(question)
      if (open === undefined) return null
      open.proxy = proxy
      return open.answer
    },
    prove: async (publicUrl) => {
      const question = randomBytes(16).toString('hex')
      const open = { answer: randomBytes(16).toString('hex'), proxy: null as string | null }
      asked.set(question, open)
      try {
        const found = await outside.fetch(`${publicUrl}${REACH}/${question}`)
        if (found.status === 200 && found.text === open.answer) return open.proxy
        throw new BotError('BOT_REQUEST_INVALID', `${publicUrl} does not lead here: ${describe(found)}.`, {
          remedy:
            'See that the name, its certificate and the proxy are in place; docs/operations.md, "Behind a proxy", has samples.',
        })
      } finally {
        asked.delete(question)
      }
    },
  }
}

const describe = (found: Awaited<ReturnType<Outside['fetch']>>): string =>
  found.status === null
    ? `it cannot be reached (${found.code})`
    : `another server answers there (HTTP ${found.status})`
