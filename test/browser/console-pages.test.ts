import { globSync, readFileSync } from 'node:fs'
import type { AddressInfo } from 'node:net'
import type { Page } from 'playwright-core'
import t from 'tap'
import { browserTest } from '../../sandbox/test/browser.ts'
import { buildFullConsole, PERSON_PASSWORD } from '../helpers/full-console.ts'
import { pageToken } from '../store/tokens/sample.ts'

const AUDIT = readFileSync(new URL('../../sandbox/test/page-audit.js', import.meta.url), 'utf8')
const AXE = readFileSync(new URL(import.meta.resolve('axe-core/axe.min.js')), 'utf8')
const CONSOLE = new URL('../../console/', import.meta.url)
const assets = (pattern: string): string =>
  globSync(pattern, { cwd: CONSOLE })
    .map((name) => readFileSync(new URL(name, CONSOLE), 'utf8'))
    .join('')

/** What axe finds; of these rules only, when some are given. */
const violations = (rules?: readonly string[]): string =>
  `axe.run(document, ${JSON.stringify({ resultTypes: ['violations'], ...(rules && { runOnly: rules }) })}).then(
    ({ violations }) => violations.flatMap(({ id, nodes }) => nodes.map(({ target }) => id + ' ' + target)))`

const PHONE = { width: 390, height: 844 }
const DESK = { width: 1280, height: 900 }

/** Colours that fade while the window becomes narrower may never have done so. */
const STILL = { viewport: PHONE, reducedMotion: 'reduce' } as const

/**
 * The rules of axe that go by sizes and colours; the others see the same document in either room. What lies on what is the same, too, so
 * that `audit.faint` alone reads the colours of the second room: axe would take half of its time for them.
 */
const BY_LOOKS = ['link-in-text-block', 'scrollable-region-focusable'] as const

/**
 * Both sizes and both colours, each once: which colours there are never hangs on the size, nor the other way round, as the first test
 * holds. The last one is where forms are filled in: there a button has the least room.
 */
const ROOMS = [
  { name: 'at a desk in the light', viewport: DESK, colorScheme: 'light' },
  { name: 'on a telephone in the dark', viewport: PHONE, colorScheme: 'dark', rules: BY_LOOKS },
] as const

/** What the style sheets say for these media. */
const mediaBlocks = (media: RegExp): string[] =>
  [...assets('*.css').matchAll(/@media ([^{]*)\{(.*?)\n\}/gs)].flatMap(([, of = '', block = '']) =>
    media.test(of) ? [block] : [],
  )

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

t.test(
  'a dark room changes colours alone, a narrow window sizes of boxes alone, and no script asks for either',
  (t) => {
    const [dark = '', ...more] = mediaBlocks(/prefers-color-scheme: dark/)
    t.same(more, [])
    t.match(dark, /^\s*:root \{(?:\s*--[\w-]+: [^;{}]+;)+\s*\}\s*$/, 'nothing but the named colours')
    const named = [...dark.matchAll(/(--[\w-]+):/g)].map(([, name]) => name)
    const sizes = assets('*.css').matchAll(
      /\b(?:width|height|margin|padding|gap|inset|font|line-height)[\w-]*: [^;]*var\((--[\w-]+)/g,
    )
    t.same(
      [...sizes].filter(([, name]) => named.includes(name)),
      [],
      'none of which is a size',
    )

    const narrow = mediaBlocks(/width/)
    t.ok(narrow.length > 0)
    for (const block of narrow) {
      t.notMatch(block, /(?:color|background|opacity|filter|fill|stroke)[\w-]*:/)
      // How much contrast a text needs goes by the size and the weight of its letters.
      t.notMatch(block, /(?:font|zoom)[\w-]*:/)
      t.notMatch(block, /display: (?:block|flex|inline)|visibility: visible/, 'nothing is shown there alone')
    }

    t.match(assets('*.js'), 'addEventListener')
    t.notMatch(assets('*.js'), /matchMedia|inner(?:Width|Height)|ResizeObserver/)
    t.end()
  },
)

browserTest(
  'every page of the console is fit for a telephone and a desk, in the light and in the dark',
  async (t, open) => {
    const { app, pages, person } = await buildFullConsole(t)
    // Who has a password of their own sees more than the operator.
    await person('owner')
    // Facebook takes names of up to 75 characters.
    const names = { '100': 'W'.repeat(75), '101': 'مطعم النخلة' }
    await app.tokenStore.save({
      pages: Object.entries(names).map(([pageId, name]) => pageToken({ pageId, name })),
    })
    const origin = `http://127.0.0.1:${(app.server.address() as AddressInfo).port}`
    const { page, complaints, foreign } = await open(`${origin}/operator/sign-in`, STILL)
    const look = async (what: string): Promise<void> => {
      t.equal(await page.locator('h1').count(), 1, `${what}: one heading says what it is`)
      for (const { name, viewport, colorScheme, ...room } of ROOMS) {
        const where = `${what}, ${name}`
        await page.setViewportSize(viewport)
        await page.emulateMedia({ colorScheme })
        await page.evaluate('audit.still()')
        t.same(await page.evaluate(violations('rules' in room ? room.rules : undefined)), [], `${where}: axe`)
        t.same(await page.evaluate('audit.sticksOut()'), [], `${where}: width`)
        t.same(await page.evaluate('audit.faint()'), [], `${where}: contrast`)
      }
    }
    // Put into each document by the browser, axe is compiled once; handed over anew it took longer than what it is there for.
    for (const content of [AUDIT, AXE]) await page.addInitScript({ content })
    await page.reload()
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
    await page.getByText('Give the bot a new token').click()
    await page.getByLabel('User token').fill('EAAnonsense')
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
