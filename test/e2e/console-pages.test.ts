import { globSync, readFileSync } from 'node:fs'
import type { AddressInfo } from 'node:net'
import type { Page } from 'playwright-core'
import { browserTest } from '../../sandbox/test/browser.ts'
import { buildFullConsole, PERSON_PASSWORD } from '../helpers/full-console.ts'

const AUDIT = readFileSync(new URL('../../sandbox/test/page-audit.js', import.meta.url), 'utf8')
const AXE = readFileSync(new URL(import.meta.resolve('axe-core/axe.min.js')), 'utf8')
const CONSOLE = new URL('../../console/', import.meta.url)
const SCRIPTS = globSync('*.js', { cwd: CONSOLE })
  .map((name) => readFileSync(new URL(name, CONSOLE), 'utf8'))
  .join('')
const VIOLATIONS = `axe.run(document, { resultTypes: ['violations'] }).then(({ violations }) =>
  violations.flatMap(({ id, nodes }) => nodes.map(({ target }) => id + ' ' + target)))`

const PHONE = { width: 390, height: 844 }
const DESK = { width: 1280, height: 900 }

/** Colours that fade while the window becomes narrower may never have done so. */
const STILL = { viewport: PHONE, reducedMotion: 'reduce' } as const

/** The last one is where forms are filled in: there a button has the least room. */
const ROOMS = [
  { name: 'at a desk in the light', viewport: DESK, colorScheme: 'light', axe: true },
  { name: 'at a desk in the dark', viewport: DESK, colorScheme: 'dark', axe: false },
  { name: 'on a telephone in the dark', viewport: PHONE, colorScheme: 'dark', axe: true },
  { name: 'on a telephone in the light', viewport: PHONE, colorScheme: 'light', axe: false },
] as const

const press = (page: Page, name: string): Promise<void> => page.getByRole('button', { name }).first().click()

/** Pages that are the answer to a form; each begins at an address. */
const ANSWERS: Record<string, (page: Page) => Promise<void>> = {
  '/operator/script': async (page) => {
    await page.getByLabel('Try a sentence').fill('when do you open?')
    await press(page, 'Try')
    await page.getByText('How it looks').or(page.getByText('answers')).first().waitFor()
  },
  '/operator/script/reply?name=hours': async (page) => {
    await page.getByLabel('Text').first().fill('')
    await press(page, 'Save')
    await page.getByText('nothing was saved').waitFor()
  },
  '/operator/dead-letters': async (page) => {
    await page.getByRole('checkbox').first().check()
    await press(page, 'Drop those ticked')
    await page.locator('[data-drop]').waitFor()
  },
  '/operator/people': async (page) => {
    await press(page, 'Set up a second factor')
    await page.locator('[data-factor]').waitFor()
  },
  '/operator': async (page) => {
    await press(page, 'Send a trial alert')
    await page.locator('[data-trial]').waitFor()
  },
  '/operator/dead-letters/none': async (page) => page.getByRole('heading').first().waitFor(),
}

browserTest(
  'every page of the console is fit for a telephone and a desk, in the light and in the dark',
  async (t, open) => {
    const { app, pages, person } = await buildFullConsole(t)
    // Who has a password of their own sees more than the operator.
    await person('owner')
    const origin = `http://127.0.0.1:${(app.server.address() as AddressInfo).port}`
    const { page, complaints, foreign } = await open(`${origin}/operator/sign-in`, STILL)
    t.match(SCRIPTS, 'addEventListener')
    t.notMatch(
      SCRIPTS,
      /matchMedia|inner(?:Width|Height)|ResizeObserver/,
      'a page is the same in whichever room it was loaded',
    )
    const look = async (what: string): Promise<void> => {
      await page.evaluate(AUDIT)
      await page.evaluate(AXE)
      t.equal(await page.locator('h1').count(), 1, `${what}: one heading says what it is`)
      for (const { name, viewport, colorScheme, axe } of ROOMS) {
        const where = `${what}, ${name}`
        await page.setViewportSize(viewport)
        await page.emulateMedia({ colorScheme })
        await page.evaluate('audit.still()')
        // Of what axe looks at, a room changes sizes and colours; both of each are among these.
        if (axe) t.same(await page.evaluate(VIOLATIONS), [], `${where}: axe`)
        t.same(await page.evaluate('audit.sticksOut()'), [], `${where}: width`)
        t.same(await page.evaluate('audit.faint()'), [], `${where}: contrast`)
      }
    }
    await look('/operator/sign-in')
    await page.getByLabel('User name').fill('the-owner')
    await page.getByLabel('Password').fill(PERSON_PASSWORD)
    await press(page, 'Sign in')
    await page.locator('[data-verdict]').waitFor()

    for (const address of Object.values(await pages()).flat()) {
      // It was begun in another session.
      if (address.startsWith('/operator/repair/')) continue
      await page.goto(origin + address)
      await look(address)
    }
    for (const [address, step] of Object.entries(ANSWERS)) {
      await page.goto(origin + address)
      await step(page)
      await look(`the answer of ${address}`)
    }
    await page.goto(`${origin}/operator`)
    await page
      .getByLabel('User token')
      .fill('EAAnonsense')
      .catch(async () => {
        await page.getByText('Give the bot a new token').click()
        await page.getByLabel('User token').fill('EAAnonsense')
      })
    await press(page, 'Repair')
    await page.locator('[data-repair="failed"]').waitFor()
    await look('a repair that failed')
    t.same(
      complaints.filter((complaint) => !/status of (?:404|422)/.test(complaint)),
      [],
      'no script failed, and nothing broke the content policy',
    )
    t.same(foreign, [], 'no other server was asked')
  },
)
