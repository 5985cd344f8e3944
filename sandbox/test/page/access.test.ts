import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { fileURLToPath } from 'node:url'
import type { Page } from 'playwright-core'
import t from 'tap'
import { chatScenes, chosenPsid, DESK, hear, say, texts } from '../page-chat.ts'

const run = promisify(execFile)
const NARROW = { width: 320, height: 640 }

t.test('the modules of the page agree with the control API they are written against', async (t) => {
  const tsc = fileURLToPath(import.meta.resolve('typescript/package.json')).replace('package.json', 'bin/tsc')
  const project = fileURLToPath(new URL('../../src/page', import.meta.url))

  const { stdout } = await run(process.execPath, [tsc, '-p', project]).catch(
    (error: { stdout: string }) => error,
  )
  t.equal(stdout, '')
})

chatScenes('the page can be read and used', {
  // The first one, as it begins at the top of the page.
  'everything can be done with the keyboard alone': async (t, { page }) => {
    await page.locator('body').press('Tab')
    await focusBy(page, 'Tab', (label) => label === 'Skip to the message box')
    await page.keyboard.press('Enter')
    await page.keyboard.type('when are you open?')
    await page.keyboard.press('Enter')
    await hear(page, 'From 9 to 18.')

    await focusBy(page, 'Shift+Tab', (label) => label === 'Talk to a person')
    await page.keyboard.press('Enter')
    await hear(page, 'You said: Talk to a person')
    await page.keyboard.type('a line')
    await page.keyboard.press('Shift+Enter')
    await page.keyboard.type('and another')
    await page.keyboard.press('Enter')
    await hear(page, 'You said: a line\nand another')

    await focusBy(page, 'Tab', (label) => label === 'Password changed')
    await page.keyboard.press('Space')
    await page.locator('[data-testid="token-state"][data-state="dead"]').waitFor()
    await focusBy(page, 'Shift+Tab', (label) => label === 'Fresh user token')
    t.equal(await page.locator(':focus-visible').count(), 1, 'and one sees where one is')
  },

  'what arrives is announced, and everything to press or fill in has a name': async (t, { page }) => {
    await say(page, 'when are you open?')
    await hear(page, 'From 9 to 18.')
    await page.locator('[role="log"][aria-live="polite"]').waitFor()

    t.equal(await page.getByRole('log', { name: 'Conversation with Corner Bakery' }).count(), 1)
    for (const landmark of ['banner', 'main', 'navigation'] as const) {
      t.ok((await page.locator(`${LANDMARKS[landmark]}`).count()) > 0, landmark)
    }
    t.same(await nameless(page), [])
    const ids = await page.locator('[id]').evaluateAll((all) => all.map(({ id }) => id))
    t.same(
      ids.filter((id, at) => ids.indexOf(id) !== at),
      [],
      'no id twice',
    )
  },

  'who reads further up is not torn away by a new message': async (t, { page, talk }) => {
    const psid = await chosenPsid(page)
    for (let at = 0; at < 14; at += 1) {
      talk.sandbox.act(talk.pageId, psid, { type: 'text', text: `line ${at}` })
    }
    await hear(page, 'You said: line 13')
    const scroller = page.locator('#scroller')
    await scroller.evaluate((element: { scrollTop: number }) => (element.scrollTop = 0))
    // The scroll event comes with the next frame; only then does the page know that it is being read.
    await page.evaluate('new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))')

    talk.sandbox.act(talk.pageId, psid, { type: 'text', text: 'from elsewhere' })
    await hear(page, 'You said: from elsewhere')
    await page.getByRole('button', { name: 'New messages' }).waitFor()
    t.equal(await scroller.evaluate((element: { scrollTop: number }) => element.scrollTop), 0)

    await page.getByRole('button', { name: 'New messages' }).click()
    await page.getByRole('button', { name: 'New messages' }).waitFor({ state: 'hidden' })
    t.equal((await texts(page)).at(-1), 'You said: from elsewhere')
  },

  'a window from 760 to 1600 wide shows the chat, the troubles and the traffic side by side': async (
    t,
    { page },
  ) => {
    await say(page, 'x'.repeat(500))
    await hear(page, 'You said: xxx')
    for (const width of [760, 900, 1180, 1600]) {
      await page.setViewportSize({ width, height: 900 })
      for (const part of [
        page.getByTestId('composer'),
        page.locator('[data-trouble="calm"]'),
        page.getByTestId('traffic-filter'),
      ]) {
        t.equal(await part.isVisible(), true, `${width}`)
      }
      t.same(await audit(page, 'sticksOut'), [], `${width}`)
    }
    await page.setViewportSize(DESK)
  },

  'text stands out from its ground in a light and in a dark room (WCAG AA)': async (t, { page }) => {
    await say(page, 'when are you open?')
    await hear(page, 'From 9 to 18.')
    await page.locator('[data-trouble="password-changed"]').click()
    await page.getByTestId('repair').waitFor()
    await page.getByTestId('fresh-user-token').click()
    await say(page, 'hello?')
    await page.locator('[data-receipt="waiting"]').waitFor()
    await page.getByTestId('call').first().locator('summary').click()
    for (const colorScheme of ['dark', 'light'] as const) {
      await page.emulateMedia({ colorScheme })
      // What still fades in has no contrast yet.
      await page.evaluate('audit.still()')
      t.same(await audit(page, 'faint'), [], colorScheme)
    }
  },

  'on a narrow phone no message of any kind sticks out sideways': async (t, { page }) => {
    await page.setViewportSize(NARROW)
    await say(page, 'x'.repeat(500))
    await hear(page, 'You said: xxx')
    await say(page, 'when are you open?')
    await hear(page, 'From 9 to 18.')
    for (const view of ['Trouble', 'Guide', 'Traffic', 'Chat']) {
      await page.getByRole('navigation').getByRole('button', { name: view }).click()
      t.same(await audit(page, 'sticksOut'), [], view)
    }
    await page.getByRole('navigation').getByRole('button', { name: 'Trouble' }).click()
    await page.locator('[data-trouble="password-changed"]').click()
    await page.getByTestId('repair').waitFor()
    t.same(await audit(page, 'sticksOut'), [], 'with the repair shown')
    await page.getByRole('navigation').getByRole('button', { name: 'Chat' }).click()
    t.equal(await page.getByTestId('composer').isVisible(), true)
  },
})

const LANDMARKS = { banner: 'header.brand', main: 'main', navigation: 'nav' }

const FOCUSED = '(document.activeElement?.ariaLabel ?? document.activeElement?.textContent ?? "").trim()'

/** Presses a key until what has the focus is called so. */
const focusBy = async (page: Page, key: string, wanted: (label: string) => boolean): Promise<void> => {
  for (let presses = 0; presses < 60; presses += 1) {
    const label = await page.evaluate<string>(FOCUSED)
    if (wanted(label)) return
    await page.keyboard.press(key)
  }
  throw new Error('The keyboard does not get there.')
}

/** What `page-audit.js` finds. */
const audit = (page: Page, what: 'faint' | 'sticksOut'): Promise<string[]> =>
  page.evaluate<string[]>(`audit.${what}()`)

const nameless = (page: Page): Promise<string[]> =>
  page
    .locator('button, a, input, textarea, select, summary')
    .evaluateAll((all) =>
      all
        .filter((element) => (element.getAttribute('aria-label') ?? element.textContent ?? '').trim() === '')
        .map((element) => element.outerHTML),
    )
