import { randomBytes } from 'node:crypto'
import type { Outside } from '../doctor/outside.ts'
import { BotError } from '../errors.ts'
import type { AppSubscription } from '../graph/graph.ts'

/** Asks Facebook something that only the app with its secret may know. @throws BotError that says what to do */
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
  return new BotError('BOT_APP_CREDENTIALS_WRONG', 'Facebook does not know this app id with this secret.', {
    cause,
    remedy: 'Copy both once more from App dashboard > App settings > Basic; "Show" reveals the secret.',
  })
}

/** Proves that an address from outside leads here. */
export interface AddressProof {
  /** @throws BotError `BOT_REQUEST_INVALID` that says what is there instead */
  prove: (publicUrl: string) => Promise<void>
  /** What to answer whoever comes to this address of ours; null for an address nobody gave out. */
  answerTo: (question: string) => string | null
}

/** Where the way from outside is tried. */
export const REACH = '/setup/reach'

export const createAddressProof = (outside: Pick<Outside, 'fetch'>): AddressProof => {
  const answers = new Map<string, string>()
  return {
    answerTo: (question) => answers.get(question) ?? null,
    prove: async (publicUrl) => {
      const question = randomBytes(16).toString('hex')
      const expected = randomBytes(16).toString('hex')
      answers.set(question, expected)
      try {
        const found = await outside.fetch(`${publicUrl}${REACH}/${question}`)
        if (found.status === 200 && found.text === expected) return
        throw new BotError('BOT_REQUEST_INVALID', `${publicUrl} does not lead here: ${describe(found)}.`, {
          remedy:
            'See that the name, its certificate and the proxy are in place; docs/operations.md, "Behind a proxy", has samples.',
        })
      } finally {
        answers.delete(question)
      }
    },
  }
}

const describe = (found: Awaited<ReturnType<Outside['fetch']>>): string =>
  found.status === null
    ? `it cannot be reached (${found.code})`
    : `somebody else answers there (HTTP ${found.status})`
