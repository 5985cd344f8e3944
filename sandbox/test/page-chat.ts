import { readFileSync } from 'node:fs'
import type { BrowserContextOptions, Page } from 'playwright-core'
import type { Test } from 'tap'
import { browserTest } from './browser.ts'
import { startTalk, type Script, type Talk } from './page-bot.ts'

const AUDIT = readFileSync(new URL('./page-audit.js', import.meta.url), 'utf8')

export interface ChatTestOptions {
  script?: Script
  /** Whether the console must stay empty: not where the sandbox is taken away. */
  silent?: boolean
  browser?: BrowserContextOptions
}

type Body = (t: Test, chat: { page: Page; talk: Talk }) => Promise<void>

/** A test at the chat page, with a small bot behind it. Afterwards nothing may have gone wrong unseen. */
export const chatTest = (title: string, ...rest: [Body] | [ChatTestOptions, Body]): void => {
  const [{ script, silent = true, browser }, body] =
    rest.length === 1 ? [{} as ChatTestOptions, rest[0]] : rest
  browserTest(title, async (t, open) => {
    const talk = await startTalk(t, { ...(script && { script }) })
    const visit = await open(talk.sandbox.origin, { viewport: { width: 1440, height: 900 }, ...browser })
    await visit.page.evaluate(AUDIT)
    await visit.page.locator('[data-connection="live"]').waitFor()
    await body(t, { page: visit.page, talk })
    t.same(visit.foreign, [], 'no request left the origin')
    if (silent) t.same(visit.complaints, [], 'the console stayed empty')
  })
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

export const firstPsid = async (page: Page): Promise<string> =>
  (await page.getByTestId('visitor-pick').first().getAttribute('data-id')) ?? ''
