import { createHash, randomBytes, timingSafeEqual } from 'node:crypto'
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { BotError } from '../../base/errors.ts'
import { readCode, type DialogAnswer } from '../../token/login-dialog.ts'

/** Waits on this machine for the browser to come back from the login dialog. */
export interface LoginReceiver {
  /** The redirect URI for the dialog. */
  redirectUri: string
  /** The state that the dialog must return unchanged; valid for one login. */
  state: string
  /**
   * The code. From then on nothing here keeps the process, but a browser that comes again is still answered.
   *
   * @throws BotError `BOT_USER_TOKEN_INVALID` when the dialog ended without one, or no answer came in time
   */
  code: Promise<string>
  close: () => void
}

export interface ReceiverOptions {
  timeoutMs: number
  /** How long a browser that has come back may take to be shown how it went; one that does not go on is not waited for. */
  shownWithinMs?: number
  /** A request brought an answer with another state than ours. */
  onStranger: () => void
}

/**
 * Listens under `localhost`, the one plain http address that Facebook comes back to, and only for apps in development
 * mode. The code never leaves this process: the browser is at once sent on to an address without it.
 */
export const openReceiver = async ({
  timeoutMs,
  shownWithinMs = SHOWN_WITHIN_MS,
  onStranger,
}: ReceiverOptions): Promise<LoginReceiver> => {
  const state = randomBytes(24).toString('base64url')
  const { promise: code, resolve, reject } = Promise.withResolvers<string>()
  // The rejection reaches those that await `code`; without any, it must not count as unhandled.
  code.catch(() => {})
  let outcome: 'waiting' | 'done' | 'refused' = 'waiting'
  /** Ends the waiting, once the browser has seen how it went: this process may be over the moment after. */
  let finish = (): void => {}

  const decide = (answer: DialogAnswer): void => {
    clearTimeout(deadline)
    for (const server of servers) server.unref()
    try {
      const found = readCode(answer)
      outcome = 'done'
      finish = () => resolve(found)
    } catch (error) {
      outcome = 'refused'
      finish = () => reject(error as Error)
    }
    const shown = setTimeout(finish, shownWithinMs)
    void code.catch(() => {}).finally(() => clearTimeout(shown))
  }

  const handle = (request: IncomingMessage, response: ServerResponse): void => {
    const url = new URL(request.url ?? '/', 'http://localhost')
    if (request.method !== 'GET' || !isOurs(request.headers.host)) return show(response, 404, PAGES.nothing)
    if (url.pathname === OVER) {
      response.once('close', finish)
      return show(response, 200, PAGES[outcome])
    }
    if (url.pathname !== BACK) return show(response, 404, PAGES.nothing)
    const answer: DialogAnswer = Object.fromEntries(url.searchParams)
    if (!isSame(answer['state'] ?? '', state)) {
      if (outcome === 'waiting') onStranger()
      return show(response, 400, PAGES.stranger)
    }
    // Browsers fetch an address ahead, reload it and go back to it: a later answer is shown how the first one ended.
    if (outcome === 'waiting') decide(answer)
    response.writeHead(303, { ...HEADERS, location: OVER }).end()
  }

  const { servers, port } = await listen(handle)
  const isOurs = (host: string | undefined): boolean => HOSTS.some((name) => host === `${name}:${port}`)
  const close = (): void => {
    clearTimeout(deadline)
    for (const server of servers) {
      server.close()
      server.closeAllConnections()
    }
  }
  const deadline = setTimeout(() => reject(tooLate(timeoutMs)), timeoutMs)
  return { redirectUri: `http://localhost:${port}${BACK}`, state, code, close }
}

const BACK = '/login'
/** The page that the browser is redirected to, so that the code disappears from its address. */
const OVER = '/'
const SHOWN_WITHIN_MS = 2000
const HOSTS = ['localhost', '127.0.0.1', '[::1]']

/** A browser may take `localhost` for either address; not every machine has both. */
const listen = async (
  handle: (request: IncomingMessage, response: ServerResponse) => void,
): Promise<{ servers: Server[]; port: number }> => {
  const first = createServer(handle)
  await start(first, '127.0.0.1', 0)
  const { port } = first.address() as AddressInfo
  const second = createServer(handle)
  try {
    await start(second, '::1', port)
    return { servers: [first, second], port }
  } catch {
    return { servers: [first], port }
  }
}

const start = (server: Server, host: string, port: number): Promise<void> =>
  new Promise((resolve, reject) => {
    server.once('error', reject)
    server.listen({ host, port }, resolve)
  })

// Digests have one length, so the comparison tells nothing.
const isSame = (given: string, wanted: string): boolean => timingSafeEqual(digest(given), digest(wanted))

const digest = (text: string): Buffer => createHash('sha256').update(text).digest()

const tooLate = (timeoutMs: number): BotError =>
  new BotError(
    'BOT_USER_TOKEN_INVALID',
    `There was no login within ${Math.round(timeoutMs / 60_000)} minutes.`,
    {
      remedy: 'Run this again, or without --login to paste a token.',
    },
  )

const PAGES = {
  waiting: ['Waiting for your login', 'Open the address that the terminal shows.'],
  done: ['You are logged in', 'Go back to the terminal; it does the rest. You may close this window.'],
  refused: ['No login', 'The dialog ended without a login. The terminal says what to do.'],
  stranger: [
    'This is another login',
    'It was not begun by the command that waits here. Open the address it shows.',
  ],
  nothing: ['Nothing here', 'Go back to the terminal.'],
} as const

const HEADERS = {
  'cache-control': 'no-store',
  'referrer-policy': 'no-referrer',
  'x-content-type-options': 'nosniff',
  connection: 'close',
}

const show = (response: ServerResponse, status: number, [title, text]: readonly [string, string]): void => {
  response.writeHead(status, {
    ...HEADERS,
    'content-type': 'text/html; charset=utf-8',
    'content-security-policy': "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'",
  }).end(`<!DOCTYPE html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<title>${title} · Evergreen</title>
<style>:root{color-scheme:light dark;font:1.1rem/1.5 system-ui,sans-serif}main{max-width:30rem;margin:20vh auto;padding:0 1.5rem}h1{font-size:1.6rem}</style></head>
<body><main><h1>${title}</h1><p>${text}</p></main></body></html>
`)
}
