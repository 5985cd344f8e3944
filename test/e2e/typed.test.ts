import { readFileSync } from 'node:fs'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import type { Page } from 'playwright-core'
import { browserTest } from '../../sandbox/test/browser.ts'
import { buildConsole, PASSWORD } from '../helpers/console.ts'

const SCRIPT = 'replies:\n  hours: { when: open, say: From 9 to 18. }\nfallback: { say: Pardon? }\n'
const HALF_A_DAY_MS = 12 * 3_600_000

const signIn = async (page: Page): Promise<void> => {
  await page.getByLabel('Password').fill(PASSWORD)
  await page.getByRole('button', { name: 'Sign in' }).click()
  await page.locator('[data-verdict]').waitFor()
}

browserTest('what is typed when the sign-in ends is not lost, and is told as not saved', async (t, open) => {
  const dir = t.testdir({ own: { 'bot.yaml': SCRIPT }, data: {} })
  const file = join(dir, 'own/bot.yaml')
  const { app, clock } = await buildConsole(t, { dir: join(dir, 'data'), env: { BOT_SCRIPT: file } })
  const origin = `http://127.0.0.1:${(app.server.address() as AddressInfo).port}`
  const reply = `${origin}/operator/script/reply?name=hours`
  const { page, complaints } = await open(`${origin}/operator/sign-in`)
  const notice = page.getByText('What you typed before your sign-in ended')
  await signIn(page)
  await page.goto(reply)
  await page.getByLabel('Text').first().fill('From 10 to 20, "daily".')
  await clock.advance(HALF_A_DAY_MS)
  await page.getByRole('button', { name: 'Save' }).first().click()

  await page.getByText('Your sign-in had ended').waitFor()
  t.match(
    await page.locator('[data-unsaved]').textContent(),
    /not saved or done\.\s+What you typed is still in this tab/,
  )
  t.equal(readFileSync(file, 'utf8'), SCRIPT)
  await signIn(page)
  t.equal(await notice.count(), 0, 'only on the same page')
  await page.goto(reply)
  await notice.waitFor()
  await page.getByRole('button', { name: 'Save' }).first().click()
  await page.getByText('Saved.').waitFor()
  t.match(readFileSync(file, 'utf8'), /say: 'From 10 to 20, "daily"\.'/)

  await page.goto(reply)
  t.equal(await page.getByLabel('Text').first().inputValue(), 'From 10 to 20, "daily".')
  t.equal(await notice.count(), 0, 'once')
  t.equal(await page.evaluate('sessionStorage.length'), 0, 'nothing stays in the tab')
  t.same(complaints, [])
})

browserTest('only forms in which much is typed keep it', async (t, open) => {
  const { app, clock } = await buildConsole(t)
  const origin = `http://127.0.0.1:${(app.server.address() as AddressInfo).port}`
  const { page } = await open(`${origin}/operator/sign-in`)
  await signIn(page)
  await page.goto(`${origin}/operator/people`)
  const name = page.locator('input[name="name"]:not([type="hidden"])').first()
  await name.fill('ann')
  await clock.advance(HALF_A_DAY_MS)
  await name.press('Enter')
  await page.getByText('Your sign-in had ended').waitFor()
  t.equal(await page.evaluate('sessionStorage.length'), 0)
})
