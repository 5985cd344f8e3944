import type { Readable } from 'node:stream'
import { BotError } from '../../base/errors.ts'

const LARGEST = 64 * 1024
/** How long standard input is waited for if the environment has a token, ms. */
const PATIENCE_MS = 1000
const HINT_AFTER_MS = 3000

/**
 * The user token from a pipe or, where nothing is piped in, from the environment.
 *
 * @param hint - called when no input has come for a while and the environment has no token
 * @throws BotError `BOT_USAGE` when there is no token, `BOT_USER_TOKEN_INVALID` when the input is far too long
 */
export const readToken = async (deps: {
  stdin: Readable
  fromEnvironment: string | undefined
  hint: () => void
}): Promise<string> => {
  const { stdin, fromEnvironment, hint } = deps
  // A service manager may leave an open pipe without a writer as standard input, so after a while the environment's token is
  // used.
  const patienceMs = fromEnvironment ? PATIENCE_MS : undefined
  const hinting = fromEnvironment ? undefined : setTimeout(hint, HINT_AFTER_MS)
  try {
    const piped = await readAll(stdin, patienceMs)
    const token = piped.trim() === '' ? fromEnvironment?.trim() : piped
    if (token) return token
  } finally {
    clearTimeout(hinting)
  }
  throw new BotError('BOT_USAGE', 'No user token came on standard input, and FB_USER_TOKEN is not set.', {
    remedy: 'Pipe it in, set FB_USER_TOKEN, or run this in a terminal to be asked. See --help.',
  })
}

const readAll = (stdin: Readable, patienceMs: number | undefined): Promise<string> =>
  new Promise((resolve, reject) => {
    const chunks: Buffer[] = []
    let size = 0
    const finish = (): void => {
      clearTimeout(patience)
      resolve(Buffer.concat(chunks).toString('utf8'))
    }
    const patience = patienceMs === undefined ? undefined : setTimeout(giveUp, patienceMs)
    function giveUp(): void {
      stdin.destroy()
      finish()
    }
    stdin.on('data', (chunk: Buffer) => {
      clearTimeout(patience)
      size += chunk.length
      if (size <= LARGEST) {
        chunks.push(chunk)
        return
      }
      stdin.destroy()
      reject(
        new BotError('BOT_USER_TOKEN_INVALID', 'Far more came on standard input than a token.', {
          remedy: 'Pipe in the user token and nothing else.',
        }),
      )
    })
    stdin.once('end', finish)
    // A closed or broken standard input counts as empty.
    stdin.once('error', finish)
  })
