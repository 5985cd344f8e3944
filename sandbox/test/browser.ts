import { existsSync, statfsSync } from 'node:fs'
import { mkdir, mkdtemp, rename, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { chromium, type Browser, type BrowserContextOptions, type Page } from 'playwright-core'
import t, { type Test } from 'tap'
import { loaded } from './room.ts'

/** A page in a browser of its own kind, and what it did that it should not. */
export interface Visit {
  page: Page
  /** Errors and warnings of the console, uncaught exceptions, requests that failed. */
  complaints: string[]
  /** Addresses asked for outside the origin that was visited. */
  foreign: string[]
}

export type OpenPage = (url: string, options?: BrowserContextOptions) => Promise<Visit>

/** Where browsers are on the machines we know. */
const SYSTEM_BROWSERS = ['/usr/bin/chromium', '/usr/bin/google-chrome']

/** For root, without a GPU, and without calls home. */
const ARGS = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
]

/**
 * Playwright has the browser keep what its processes share in files on the disk, because a container may have a `/dev/shm` of 64 MB. In a
 * larger one the same costs a seventh of the browser's system time less.
 */
const dropped = (): string[] => (roomIn('/dev/shm') < ENOUGH_SHARED ? [] : ['--disable-dev-shm-usage'])

const ENOUGH_SHARED = 512 * 1024 * 1024

const roomIn = (path: string): number => {
  if (!existsSync(path)) return 0
  const { bavail, bsize } = statfsSync(path)
  return bavail * bsize
}

/** A machine busy with the rest of the suite is slow to draw. */
const PATIENCE_MS = 60_000

const SPARTICUZ_VERSION = '147'

type Found = { browser: Browser } | { reason: string }

/**
 * A test in a real browser. Where none can be had it is skipped with the reason, or fails when `CI=true`: there,
 * nothing may be skipped unseen.
 */
export const browserTest = (title: string, body: (t: Test, open: OpenPage) => Promise<void>): void => {
  if ('browser' in found) {
    const { browser } = found
    void t.test(title, async (t) => body(t, (url, options) => visit(t, browser, url, options)))
  } else if (process.env['CI'] === 'true') {
    void t.test(title, async (t) => t.fail(`No browser: ${found.reason}`))
  } else {
    void t.test(title, { skip: `no browser: ${found.reason}` }, () => {})
  }
}

/**
 * The browsers to try: the one told by `CHROMIUM_PATH` alone, else the one npm brought, else the system's. npm's is a headless
 * shell, which takes a third of the processor time of a whole browser; it lacks libraries where no browser was ever installed.
 */
const candidates = (env: NodeJS.ProcessEnv): (() => Promise<string>)[] => {
  const told = env['CHROMIUM_PATH']
  return told === undefined ? [unpackedChromium, systemBrowser] : [async () => told]
}

const systemBrowser = async (): Promise<string> => {
  const found = SYSTEM_BROWSERS.find((path) => existsSync(path))
  if (found === undefined) throw new Error('the system has no Chromium')
  return found
}

const CACHE = fileURLToPath(new URL('../../node_modules/.cache/evergreen', import.meta.url))

/**
 * npm's package carries the browser packed, and unpacks it into a fixed place, where two test files started together
 * would meet half a file. So: each into a folder of its own, and the first to finish gives it its name. It stays there
 * for the next run, as unpacking takes seconds.
 */
const unpackedChromium = async (): Promise<string> => {
  // Not in the temporary folder: another user could have put a program there under this name.
  const home = join(CACHE, `chromium-${SPARTICUZ_VERSION}`)
  const path = join(home, 'chromium')
  if (existsSync(path)) return path
  const outside = process.env['TMPDIR']
  await mkdir(CACHE, { recursive: true })
  const staging = await mkdtemp(`${home}-`)
  try {
    process.env['TMPDIR'] = staging
    const { default: sparticuz } = await import('@sparticuz/chromium')
    await sparticuz.executablePath()
    await rename(staging, home).catch((error: unknown) => {
      if (!existsSync(path)) throw error
    })
  } finally {
    if (outside === undefined) delete process.env['TMPDIR']
    else process.env['TMPDIR'] = outside
    await rm(staging, { recursive: true, force: true })
  }
  return path
}

const visit = async (
  t: Test,
  browser: Browser,
  url: string,
  options: BrowserContextOptions = {},
): Promise<Visit> => {
  const context = await browser.newContext(options)
  const page = await context.newPage()
  t.teardown(async () => {
    if (!t.passing()) t.comment(`the page as it stood: ${await textOf(page)}`)
    await context.close()
  })
  page.setDefaultTimeout(PATIENCE_MS)
  const complaints: string[] = []
  const foreign: string[] = []
  const { origin } = new URL(url)
  page.on('console', (message) => {
    if (['error', 'warning'].includes(message.type())) complaints.push(message.text())
  })
  page.on('pageerror', (error) => complaints.push(String(error)))
  page.on('request', (request) => {
    const address = new URL(request.url())
    if (address.origin !== origin && address.protocol !== 'data:') foreign.push(address.href)
  })
  await page.goto(url)
  return { page, complaints, foreign }
}

const textOf = (page: Page): Promise<string> =>
  page.locator('body').innerText({ timeout: 1000 }).catch(String)

const launch = async (): Promise<Found> => {
  const reasons: string[] = []
  for (const bring of candidates(process.env)) {
    try {
      return {
        browser: await chromium.launch({
          executablePath: await bring(),
          args: ARGS,
          ignoreDefaultArgs: dropped(),
        }),
      }
    } catch (error) {
      reasons.push((error instanceof Error ? error.message : String(error)).split('\n')[0] ?? 'unknown')
    }
  }
  return { reason: reasons.join('; ') }
}

const found = await launch()
if ('browser' in found) {
  t.after(() => found.browser.close())
  // The browser keeps the process alive, so tap has to end it when it is idle, as it does after a `teardown` of the root. While a room loads
  // its next file it is idle, too. When the last test is over before its file counts as loaded, tap has been idle already.
  void loaded().then(() => {
    t.teardown(() => undefined)
    if (t.idle) t.emit('idle')
  })
}
