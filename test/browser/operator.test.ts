import { readFileSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { Page } from 'playwright-core'
import type { Test } from 'tap'
import { browserTest, type OpenPage, type Visit } from '../../sandbox/test/browser.ts'
import { PASSWORD } from '../helpers/console.ts'
import { buildTown, type Town } from '../helpers/town.ts'
import { until } from '../helpers/until.ts'

const AUDIT = readFileSync(new URL('../../sandbox/test/page-audit.js', import.meta.url), 'utf8')
const PHONE = { viewport: { width: 360, height: 740 } }
const QUESTIONS = ['where is your shop', 'order 4711', 'thanks']

const verdict = (page: Page, is: string) => page.locator(`[data-verdict="${is}"]`)

const signIn = async (page: Page): Promise<void> => {
  await page.getByLabel('Password').fill(PASSWORD)
  await page.getByRole('button', { name: 'Sign in' }).click()
  await page.locator('[data-verdict]').waitFor()
}

interface Scene extends Visit {
  town: Town
}

/** The operator looks at a bot that is well. */
const wellTown = async (
  t: Test,
  open: OpenPage,
  options: { browser?: Parameters<OpenPage>[1]; sandbox?: Parameters<typeof buildTown>[1] } = {},
): Promise<Scene> => {
  const town = await buildTown(t, options.sandbox)
  await town.bootstrap()
  town.say('when are you opn?')
  await town.sandbox.replies(town.pageId, town.psid, 1)
  const visit = await open(`${town.address}/operator`, options.browser)
  await signIn(visit.page)
  await verdict(visit.page, 'well').waitFor()
  return { town, ...visit }
}

/** The token dies while visitors write. Resolves with how many replies wait. */
const breakToken = async ({ sandbox, say, app, pageId }: Town): Promise<number> => {
  // What the last answer still has to say is to be out before.
  await until(async () => ((await app.store.counts()).outbox.get(pageId) ?? 0) === 0)
  sandbox.trouble('password-changed')
  for (const text of QUESTIONS) say(text)
  await new Promise<void>((resolve) => {
    const stop = app.needs.onChange(() => (stop(), resolve()))
  })
  let waiting = 0
  await until(async () => {
    const { inbox, outbox } = await app.store.counts()
    waiting = outbox.get(pageId) ?? 0
    return waiting >= QUESTIONS.length && inbox === 0
  })
  return waiting
}

const pageReplies = async ({ sandbox, pageId, psid }: Town): Promise<number> =>
  (await sandbox.replies(pageId, psid, 0)).filter(({ from }) => from === 'page').length

// The scenes share a town and a page, as both are slow to make; each leaves the bot well, until the last sign out.
browserTest('the token dies and is mended, and things go another way than was meant', async (t, open) => {
  const { town, page, complaints, foreign } = await wellTown(t, open)

  await t.test('the open page says so by itself, a pasted token mends it, the replies leave', async (t) => {
    await page.evaluate('window.neverReloaded = true')
    const before = await pageReplies(town)

    const waiting = await breakToken(town)
    await verdict(page, 'needed').waitFor()
    await page.locator(`[data-waiting="${waiting}"]`).waitFor()
    t.equal(await page.evaluate('window.neverReloaded'), true, 'without reloading')
    t.match(await page.locator('h2').first().innerText(), 'Evergreen Café cannot answer')
    t.match(await page.title(), /Evergreen Café cannot answer/)
    t.equal(
      await page.locator('#announce').textContent(),
      'Evergreen Café cannot answer',
      'and it is announced',
    )

    const token = town.sandbox.userToken()
    await page.getByLabel('User token').fill(token)
    await page.getByRole('button', { name: 'Repair' }).click()
    await page.locator('[data-repair="done"]').waitFor()
    t.match(await page.locator('main').innerText(), /never expires, may send messages/)
    await page.getByText(`${waiting} replies had waited; all have left.`).waitFor()
    await town.sandbox.replies(town.pageId, town.psid, before + waiting)

    await page.getByRole('link', { name: 'Back to the overview' }).click()
    await verdict(page, 'well').waitFor()
    t.notMatch(await page.content(), token)
    t.notMatch(page.url() + town.log(), token)
    t.same(complaints, [], 'nothing broke the content policy')
    t.same(foreign, [], 'no other server was asked')
  })

  await page.setViewportSize(PHONE.viewport)
  const before = await pageReplies(town)
  let waiting = 0

  await t.test('what the operator is typing survives what happens meanwhile', async (t) => {
    await page.getByText('Give the bot a new token').click()
    const field = page.getByLabel('User token')
    await field.fill('half a tok')
    waiting = await breakToken(town)
    await verdict(page, 'needed').waitFor()
    await page.keyboard.type('en')
    t.equal(await field.inputValue(), 'half a token')
    t.ok(await field.isVisible())
  })

  await t.test('Continue with Facebook mends it by a login', async (t) => {
    await page.getByRole('button', { name: 'Continue with Facebook' }).click()
    await page.getByRole('button', { name: 'Continue' }).click()
    await page.locator('[data-repair="done"]').waitFor()
    t.equal(new URL(page.url()).origin, town.address)
    t.notMatch(page.url(), /code|state/)
    await town.sandbox.replies(town.pageId, town.psid, before + waiting)
    await page.goto(`${town.address}/operator`)
    await verdict(page, 'well').waitFor()
    t.same(complaints, [])
  })

  await t.test('a login that lacks a permission is asked again, and then mends it', async (t) => {
    await breakToken(town)
    await verdict(page, 'needed').waitFor()
    await page.getByRole('button', { name: 'Continue with Facebook' }).click()
    await page.getByLabel('pages_messaging').uncheck()
    await page.getByRole('button', { name: 'Continue' }).click()
    await page.locator('[data-repair="failed"]').waitFor()

    await page.getByRole('button', { name: 'Ask Facebook again' }).click()
    t.match(page.url(), /auth_type=rerequest/)
    await page.getByRole('button', { name: 'Continue' }).click()
    await page.locator('[data-repair="done"]').waitFor()
    t.equal(town.app.tokens.status(town.pageId).state, 'valid')
  })

  await t.test('a form on another site does nothing, though it has the fields of ours', async (t) => {
    await page.goto(`${town.address}/operator`)
    const csrf = await page.locator('input[name="_csrf"]').first().getAttribute('value')
    const evil = createServer((_request, response) => {
      response.setHeader('content-type', 'text/html')
      response.end(`<form method="post" action="${town.address}/operator/sign-out">
        <input type="hidden" name="_csrf" value="${csrf}"><button>Win a prize</button></form>`)
    })
    await new Promise<void>((resolve) => evil.listen(0, '127.0.0.1', resolve))
    t.teardown(() => evil.close())
    const { port } = evil.address() as AddressInfo

    // Under one name it is another site; under the other it is the same site, where the cookie goes along.
    for (const name of ['localhost', '127.0.0.1']) {
      await page.goto(`http://${name}:${port}/`)
      const [answer] = await Promise.all([page.waitForNavigation(), page.getByRole('button').click()])
      t.equal(answer?.status(), 403, name)
      t.match(await page.content(), /BOT_FORM_REFUSED/)
    }
    await page.goto(`${town.address}/operator`)
    await verdict(page, 'well').waitFor()
  })

  await t.test(
    'a page that was left open says when the bot does not answer, and goes on when it does',
    async (t) => {
      await page.clock.install()
      const notice = page.getByRole('alert').filter({ hasText: 'The bot does not answer.' })
      // As a proxy answers while the bot starts again: the browser itself would not try once more.
      await page.route('**/operator/live', (route) => route.fulfill({ status: 502, body: '' }))
      await page.goto(`${town.address}/operator`)
      await page.getByText('Connecting').waitFor()
      t.equal(await notice.count(), 0, 'a moment is no news')
      await page.clock.fastForward(4000)
      await notice.waitFor()
      t.equal(await page.title(), 'No answer · Evergreen')
      await page.unroute('**/operator/live')
      await page.clock.fastForward(10_000)
      await page.getByText('Live', { exact: true }).waitFor()
      t.equal(await notice.count(), 0)
      t.match(await page.title(), /^All is well/)

      // As a proxy that collects the answer, and a connection that was cut without a word.
      await page.route('**/operator/live', () => undefined)
      await page.reload()
      await page.clock.fastForward(50_000)
      await page.getByText('Connecting').waitFor()
      await page.clock.fastForward(4000)
      await notice.waitFor()
      await page.unroute('**/operator/live')
      await page.clock.fastForward(10_000)
      await page.getByText('Live', { exact: true }).waitFor()
      t.equal(await notice.count(), 0)
    },
  )

  await t.test('signing out elsewhere ends what is live here', async (t) => {
    const other = await page.context().newPage()
    await other.goto(`${town.address}/operator`)
    await other.getByRole('button', { name: 'Sign out' }).click()
    await page.getByLabel('Password').waitFor()
    t.equal(new URL(page.url()).pathname, '/operator/sign-in')
  })

  await t.test('so does a session that the bot does not know any more when it is back', async (t) => {
    await signIn(page)
    await page.route('**/operator/live', async (route) => {
      await page.context().clearCookies()
      await route.fulfill({ status: 502, body: '' })
    })
    await page.goto(`${town.address}/operator`)
    await page.getByLabel('Password').waitFor()
    t.equal(new URL(page.url()).pathname, '/operator/sign-in')
  })
})

browserTest('without JavaScript everything but the liveness works', async (t, open) => {
  const { town, page } = await wellTown(t, open, {
    browser: { ...PHONE, javaScriptEnabled: false },
  })
  await breakToken(town)
  await page.reload()
  // So slow that the repair is not over when its page is first shown.
  town.sandbox.trouble('delay', { delayMs: 300 })
  await page.getByLabel('User token').fill(town.sandbox.userToken())
  await page.getByRole('button', { name: 'Repair' }).click()
  await page.locator('[data-repair="running"]').waitFor()
  await page.locator('[data-repair="done"]').waitFor()
  await page.goto(`${town.address}/operator`)
  await page.locator('#conversations li').first().click()
  await page.getByText('We are open Monday').first().waitFor()
  await page.getByRole('button', { name: 'Sign out' }).click()
  await page.getByLabel('Password').waitFor()
})

browserTest('every page can be read in a light and in a dark room and on a narrow phone', async (t, open) => {
  const sandbox = {
    pages: [
      { id: '100000000000001', name: 'Evergreen Café' },
      {
        id: '100000000000002',
        name: `<script>alert("${'endless'.repeat(9)} ${'long name '.repeat(3)}")</script>`,
      },
    ],
  }
  const { town, page, complaints } = await wellTown(t, open, {
    browser: { viewport: { width: 320, height: 640 }, reducedMotion: 'reduce' },
    sandbox: { sandbox },
  })
  const look = async (name: string): Promise<void> => {
    await page.evaluate(AUDIT)
    for (const colorScheme of ['dark', 'light'] as const) {
      await page.emulateMedia({ colorScheme })
      await page.evaluate('audit.still()')
      t.same(await page.evaluate('audit.faint()'), [], `${name}, ${colorScheme}: contrast`)
      t.same(await page.evaluate('audit.sticksOut()'), [], `${name}, ${colorScheme}: width`)
    }
    const nameless = `[...document.querySelectorAll('input:not([type="hidden"])')]
      .filter(({ labels }) => labels.length === 0).map(({ outerHTML }) => outerHTML)`
    t.same(await page.evaluate(nameless), [], `${name}: every field has a label`)
    t.equal(await page.locator('h1').count(), 1, `${name}: one heading says what it is`)
    t.equal(await page.locator('main').count(), 1)
  }
  await look('well')
  await breakToken(town)
  await verdict(page, 'needed').waitFor()
  await look('needed')
  await page.locator('#conversations li').first().click()
  await page.locator('[data-state="waiting"]').first().waitFor()
  await look('conversation')
  await page.goBack()
  await page.getByLabel('User token').fill('nonsense')
  await page.getByRole('button', { name: 'Repair' }).click()
  await page.locator('[data-repair="failed"]').waitFor()
  await look('failed')
  await page.getByLabel('Let me choose').check()
  await page.getByLabel('User token').fill(town.sandbox.userToken())
  await page.getByRole('button', { name: 'Repair' }).click()
  await page.locator('[data-repair="choosing"]').waitFor()
  await look('choosing')
  await page.getByRole('button', { name: 'Go on' }).click()
  await page.locator('[data-repair="done"]').waitFor()
  await look('done')
  await page.getByRole('link', { name: 'Dead letters' }).click()
  await look('dead letters')
  await page.goto(`${town.address}/operator/repair/none`)
  await look('an error')
  await page.getByRole('button', { name: 'Sign out' }).click()
  await look('sign in')
  t.same(
    complaints.filter((complaint) => !complaint.includes('404')),
    [],
  )
})
