import { readFileSync } from 'node:fs'
import { browserTest } from '../../sandbox/test/browser.ts'
import { buildScene, KEYS } from '../setup/scene.ts'

const AUDIT = readFileSync(new URL('../../sandbox/test/page-audit.js', import.meta.url), 'utf8')
const NAMELESS = `[...document.querySelectorAll('input:not([type="hidden"]):not([hidden])')]
  .filter(({ labels }) => labels.length === 0).map(({ outerHTML }) => outerHTML)`
const HINTS = `[...document.querySelectorAll('input[aria-describedby]')]
  .map((field) => document.getElementById(field.getAttribute('aria-describedby'))?.textContent ?? 'none')`

browserTest(
  'the set-up is walked through on a narrow phone, and can be read in a light and in a dark room',
  async (t, open) => {
    const scene = await buildScene(t)
    const address = await scene.app.listen({ host: '127.0.0.1', port: 0 })
    const options = { viewport: { width: 320, height: 640 }, reducedMotion: 'reduce' } as const
    const { page, complaints, foreign } = await open(`${address}/setup`, options)
    const look = async (step: string): Promise<void> => {
      await page.evaluate(AUDIT)
      for (const colorScheme of ['dark', 'light'] as const) {
        await page.emulateMedia({ colorScheme })
        await page.evaluate('audit.still()')
        t.same(await page.evaluate('audit.faint()'), [], `${step}, ${colorScheme}: contrast`)
        t.same(await page.evaluate('audit.sticksOut()'), [], `${step}, ${colorScheme}: width`)
      }
      t.same(await page.evaluate(NAMELESS), [], `${step}: every field has a label`)
      t.equal(await page.locator('h1').count(), 1, `${step}: one heading says what it is`)
    }
    await look('code')
    await page.getByLabel('Set-up code').fill(scene.code())
    await page.getByRole('button', { name: 'Begin' }).click()
    await page.locator('[data-step="app"]').waitFor()
    await look('app')
    await page.getByLabel('App id').fill(KEYS.appId)
    await page.getByLabel('App secret').fill('wrong')
    await page.getByRole('button', { name: 'Check and go on' }).click()
    await page.getByRole('alert').waitFor()
    await look('app, refused')
    await page.getByLabel('App secret').fill(KEYS.appSecret)
    await page.getByRole('button', { name: 'Check and go on' }).click()
    await page.locator('[data-step="address"]').waitFor()
    await look('address')
    await page.getByLabel('Public address').fill('https://bot.example.com')
    await page.getByRole('button', { name: 'Check and go on' }).click()
    await page.locator('[data-step="operator"]').waitFor()
    await look('operator')
    t.match(
      await page.evaluate(HINTS),
      [/^\s*At least 12 characters/],
      'what is asked of a password is read out',
    )
    await page.getByRole('button', { name: 'Write the settings' }).click()
    await page.locator('[data-step="start"]').waitFor()
    await look('start')
    t.same(
      complaints.filter((complaint) => !complaint.includes('400')),
      [],
    )
    t.same(foreign, [], 'no other server was asked')

    // From there on the browser goes where no bot is.
    await page.getByRole('button', { name: 'Start the bot' }).click()
    await page.locator('[data-step="started"]').waitFor()
    t.equal(scene.starts.length, 1)
  },
)
