import { createHash, randomBytes, timingSafeEqual } from 'node:crypto'
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { BotError } from '../../base/errors.ts'
import { readCode, type DialogAnswer } from '../../token/login-dialog.ts'

/** Receives the browser on this machine when the login dialog redirects it back. */
export interface LoginReceiver {
  /** The redirect URI for the dialog. */
  redirectUri: string
  /** The state that the dialog must return unchanged; valid for one login. */
  state: string
  /**
   * The login code. Once it has come, the receiver no longer keeps the process alive, but still answers a browser that comes
   * again.
   *
   * @throws BotError `BOT_USER_TOKEN_INVALID` when the dialog ended without one, or no answer came in time
   */
  code: Promise<string>
  close: () => void
}

export interface ReceiverOptions {
  timeoutMs: number
  /** How long to wait for the browser to load the page with the outcome. */
  shownWithinMs?: number
  /** Called when a request has another state than this login's. */
  onStranger: () => void
}

/**
 * Listens under `localhost`, the only plain http address that Facebook redirects to, and only for apps in development mode. The
 * browser is redirected at once to an address without the code, so that the code does not stay in its history.
 */
export const openReceiver = async ({
  timeoutMs,
  shownWithinMs = SHOWN_WITHIN_MS,
  onStranger,
}: ReceiverOptions): Promise<LoginReceiver> => {
  const state = randomBytes(24).toString('base64url')
  const { promise: code, resolve, reject } = Promise.withResolvers<string>()
  // Callers that await `code` get the rejection; if none does, it must not count as unhandled.
  code.catch(() => {})
  let outcome: 'waiting' | 'done' | 'refused' = 'waiting'
  /** Settles `code` after the browser has loaded the page with the outcome, because the process may end right after that. */
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
    // Browsers prefetch and reload addresses and go back to them: later requests are shown the outcome of the first one.
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

/** Listens on IPv4 and IPv6, because a browser may resolve `localhost` to either address; not every machine has both. */
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

// Digests have equal lengths, so the time of the comparison does not depend on the state.
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
