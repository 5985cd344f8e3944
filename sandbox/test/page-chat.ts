import { readFileSync } from 'node:fs'
import type { BrowserContextOptions, Page } from 'playwright-core'
import type { Test } from 'tap'
import { browserTest } from './browser.ts'
import { startTalk, type Script, type Talk } from './page-bot.ts'

/** The window of a chat page, unless a test names another. */
export const DESK = { width: 1440, height: 900 }

const AUDIT = readFileSync(new URL('./page-audit.js', import.meta.url), 'utf8')

export interface ChatTestOptions {
  script?: Script
  /** Whether the console must stay empty: not where the sandbox is taken away. */
  silent?: boolean
  browser?: BrowserContextOptions
}

interface Chat {
  page: Page
  talk: Talk
  /** What the browser's console has shown so far. */
  complaints: string[]
}

type Body = (t: Test, chat: Chat) => Promise<void>

/** A test at the chat page, with a small bot behind it. Afterwards nothing may have gone wrong unseen. */
export const chatTest = (title: string, ...rest: [Body] | [ChatTestOptions, Body]): void => {
  const [{ script, silent = true, browser }, body] =
    rest.length === 1 ? [{} as ChatTestOptions, rest[0]] : rest
  browserTest(title, async (t, open) => {
    const talk = await startTalk(t, { ...(script && { script }) })
    const visit = await open(talk.sandbox.origin, { viewport: DESK, ...browser })
    await visit.page.evaluate(AUDIT)
    await visit.page.locator('[data-connection="live"]').waitFor()
    await body(t, { page: visit.page, talk, complaints: visit.complaints })
    t.same(visit.foreign, [], 'no request left the origin')
    if (silent) t.same(visit.complaints, [], 'the console stayed empty')
  })
}

/**
 * Tests that share one page, as loading it takes most of what a test costs. Each has a visitor of its own, who has not written
 * yet, and a sandbox without trouble whose token is alive. A scene that moves the clock or changes the window comes last or undoes it.
 */
export const chatScenes = (title: string, scenes: Record<string, Body>): void =>
  chatTest(title, async (t, chat) => {
    for (const [at, [scene, body]] of Object.entries(scenes).entries()) {
      if (at > 0) await comeAs(chat, `Guest${at}`)
      chat.talk.heard.length = 0
      await t.test(scene, (t) => body(t, chat))
    }
  })

/** The traffic of those before is cleared: with each message the page lays out all that is listed. */
const comeAs = async ({ page, talk }: Chat, name: string): Promise<void> => {
  talk.sandbox.trouble('calm')
  if ((await page.getByTestId('token-state').first().getAttribute('data-state')) !== 'alive')
    await talk.repair()
  await page.getByRole('button', { name: 'Clear the list' }).click()
  await join(page, name)
  await page
    .getByTestId('greeting')
    .filter({ hasText: `Hi ${name}!` })
    .waitFor()
}

/** Adds a visitor. */
export const join = async (page: Page, name: string): Promise<void> => {
  const box = page.getByTestId('visitor-name')
  await box.fill(name)
  await box.press('Enter')
  await page.getByTestId('visitor-pick').filter({ hasText: name }).waitFor()
}

export const say = async (page: Page, text: string): Promise<void> => {
  await page.getByTestId('composer').fill(text)
  await page.getByTestId('composer').press('Enter')
}

/** What was said, oldest first. */
export const texts = (page: Page): Promise<string[]> => page.getByTestId('message').allInnerTexts()

export const froms = (page: Page): Promise<(string | null)[]> =>
  page
    .getByTestId('message')
    .evaluateAll((bubbles) => bubbles.map((bubble) => bubble.getAttribute('data-from')))

export const pick = (page: Page, name: string) => page.getByTestId('visitor-pick').filter({ hasText: name })

/** Waits until this was said. */
export const hear = (page: Page, text: string): Promise<void> =>
  page.getByTestId('message').filter({ hasText: text }).last().waitFor()

/** The visitor who writes at present. */
export const chosenPsid = async (page: Page): Promise<string> =>
  (await page.locator('[data-testid="visitor-pick"][aria-pressed="true"]').getAttribute('data-id')) ?? ''
