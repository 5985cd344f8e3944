import { readFileSync, writeFileSync } from 'node:fs'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import type { Locator, Page } from 'playwright-core'
import type { Test } from 'tap'
import { browserTest, type OpenPage } from '../../sandbox/test/browser.ts'
import { buildConsole, PASSWORD } from '../helpers/console.ts'
import { signed, textCallback } from '../helpers/sign.ts'

const SCRIPT = 'replies:\n  hours: { when: open, say: From 9 to 18. }\nfallback: { say: Pardon? }\n'
const HALF_A_DAY_MS = 12 * 3_600_000

/** A console with a script, and what is typed into a page of it and sent when the sign-in has ended. */
const buildEditor = async (t: Test, open: OpenPage) => {
  const dir = t.testdir({ own: { 'bot.yaml': SCRIPT }, data: {} })
  const file = join(dir, 'own/bot.yaml')
  const { app, clock } = await buildConsole(t, { dir: join(dir, 'data'), env: { BOT_SCRIPT: file } })
  const origin = `http://127.0.0.1:${(app.server.address() as AddressInfo).port}`
  const { page } = await open(`${origin}/operator/sign-in`)
  await signIn(page)
  return {
    page,
    file,
    /** The next scene begins: that script, and nothing kept in the tab. */
    begin: async (script: string) => {
      writeFileSync(file, script)
      await page.goto(`${origin}/operator/script`)
      await page.evaluate('sessionStorage.clear()')
    },
    visitorWrites: () => app.inject(signed(textCallback('hello', 'm_1', { atMs: clock.now() }))),
    goTo: (path: string) => page.goto(`${origin}/operator/script${path}`),
    press: (name: string) => page.getByRole('button', { name }).first().click(),
    pressTooLate: async (name: string) => {
      clock.skip(HALF_A_DAY_MS)
      await page.getByRole('button', { name }).first().click()
      await kept(page)
    },
  }
}

/** The page says so as soon as its script has run, which may be after its text is shown. */
const kept = (page: Page): Promise<void> => page.getByText('What you typed is still in this tab').waitFor()

/** How many texts the tab keeps once the script of the page has run, which is before the page counts as loaded. */
const keptIn = async (page: Page): Promise<unknown> => {
  await page.waitForLoadState()
  return page.evaluate('sessionStorage.length')
}

/** A link is clicked, the browser asks whether to leave, and the person stays. */
const dismissesLeaving = async (page: Page, field: Locator): Promise<void> => {
  // Browsers ask for those alone who have touched the page.
  await field.click()
  const asked = page.waitForEvent('dialog', (dialog) => dialog.type() === 'beforeunload')
  await page.evaluate(`setTimeout(() => document.querySelector('a[href^="/operator"]').click())`)
  await (await asked).dismiss()
}

const signIn = async (page: Page): Promise<void> => {
  await page.getByLabel('Password').fill(PASSWORD)
  await page.getByRole('button', { name: 'Sign in' }).click()
  await page.getByRole('button', { name: 'Sign out' }).waitFor()
}

browserTest('what is typed when the sign-in ends is not lost, and is told as not saved', async (t, open) => {
  const dir = t.testdir({ own: { 'bot.yaml': SCRIPT }, data: {} })
  const file = join(dir, 'own/bot.yaml')
  const { app, clock } = await buildConsole(t, { dir: join(dir, 'data'), env: { BOT_SCRIPT: file } })
  const origin = `http://127.0.0.1:${(app.server.address() as AddressInfo).port}`
  const reply = `${origin}/operator/script/reply?name=hours`
  const { page, complaints } = await open(`${origin}/operator/sign-in`)
  const notice = page.getByText('What you typed before')
  await signIn(page)
  await page.goto(reply)
  await page.getByLabel('Text').first().fill('From 10 to 20, "daily".')
  clock.skip(HALF_A_DAY_MS)
  await page.getByRole('button', { name: 'Save' }).first().click()

  await kept(page)
  t.match(
    await page.locator('[data-unsaved]').textContent(),
    /had ended.*not saved or done\.\s+What you typed is still in this tab/,
  )
  t.equal(readFileSync(file, 'utf8'), SCRIPT)
  await signIn(page)
  t.equal(page.url(), reply, 'the sign-in leads back')
  await notice.waitFor()
  await page.getByRole('button', { name: 'Save' }).first().click()
  await page.getByText('Saved.').waitFor()
  t.match(readFileSync(file, 'utf8'), /say: 'From 10 to 20, "daily"\.'/)

  await page.goto(reply)
  t.equal(await page.getByLabel('Text').first().inputValue(), 'From 10 to 20, "daily".')
  t.equal(await notice.count(), 0, 'once')
  t.equal(await keptIn(page), 0, 'nothing stays in the tab')
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
  clock.skip(HALF_A_DAY_MS)
  await name.press('Enter')
  await page.getByText('Your sign-in had ended').waitFor()
  t.equal(await keptIn(page), 0)
})

// The scenes share a console and a tab, as both are slow to make.
browserTest('what was typed is filled in again, where it belongs', async (t, open) => {
  const { page, file, begin, visitorWrites, goTo, press, pressTooLate } = await buildEditor(t, open)

  await t.test(
    'what is typed is not lost when the form is refused as too old, or gets no answer',
    async (t) => {
      await begin(SCRIPT)
      const text = page.getByLabel('Text').first()
      const notice = page.getByText('What you typed before')
      await goTo('/reply?name=hours')
      await text.fill('From 10 to 20.')
      // As after twelve hours, when the operator signs in again in another tab.
      const other = await page.context().newPage()
      await page.context().clearCookies()
      await other.goto(new URL('/operator/sign-in', page.url()).href)
      await signIn(other)
      await other.close()
      await press('Save')
      await page.getByText('This form is too old').waitFor()
      await page.getByRole('link', { name: 'fill the form in again' }).click()
      await notice.waitFor()
      t.equal(await text.inputValue(), 'From 10 to 20.')
      t.equal(readFileSync(file, 'utf8'), SCRIPT)

      // As while the bot restarts.
      await page.route('**/*', (route) => route.abort())
      await press('Save')
      await page.waitForURL(/^chrome-error:/)
      await page.unroute('**/*')
      await page.goBack()
      await page.getByText('the bot gave no answer. See first whether it was saved').waitFor()
      t.equal(await text.inputValue(), 'From 10 to 20.')
      await press('Save')
      await page.getByText('Saved.').waitFor()
      t.equal(await keptIn(page), 0, 'nothing stays in the tab')

      await goTo('/reply?name=hours')
      await text.fill('From 11 on.')
      await dismissesLeaving(page, text)
      t.equal(await text.inputValue(), 'From 11 on.', 'asked before what was not sent is left')
      await press('Save')
      await page.getByText('Saved.').waitFor()
    },
  )

  await t.test('what is filled in again does not undo what another person saved meanwhile', async (t) => {
    await begin(SCRIPT)
    const text = page.locator('#text')
    await goTo('/text')
    await text.fill(SCRIPT.replace('9 to 18', '10 to 20'))
    // The form comes back with what was typed as its own.
    await press('Check')
    await page.getByText('No mistakes.').waitFor()
    await pressTooLate('Save')
    const theirs = SCRIPT.replace('Pardon?', 'Please?')
    writeFileSync(file, theirs)
    await signIn(page)
    await page.getByText('What you typed before').waitFor()
    t.match(await text.inputValue(), /10 to 20/)
    await dismissesLeaving(page, text)
    t.match(await text.inputValue(), /10 to 20/, 'asked before it is lost')

    await press('Save')
    await page.getByText('The script was changed after you opened it').waitFor()
    t.equal(readFileSync(file, 'utf8'), theirs)
  })

  await t.test(
    'a form that was shown again before the sign-in ended is filled in where it belongs',
    async (t) => {
      const script =
        'replies:\n  hours: { when: open, say: [One., Two.] }\nfallback: { say: [Pardon?, Again?] }\n'
      await begin(script)
      const message = page.getByLabel('Text').first()
      await goTo('/reply?name=hours')
      await message.fill('First.')
      await press('Down')
      await page.getByText('Not saved yet').waitFor()
      await message.fill('Second.')
      await pressTooLate('Save')
      await goTo('/reply')
      await signIn(page)
      t.equal(await message.inputValue(), 'Pardon?', 'not into another reply')
      await goTo('/reply?name=hours')
      await page.getByText('Not saved yet').waitFor()
      await press('Save')
      await page.getByText('Saved.').waitFor()
      t.match(readFileSync(file, 'utf8'), /Second\..*First\./)
    },
  )

  await t.test('what was typed for a part that is gone is shown, not dropped', async (t) => {
    const two = SCRIPT.replace('From 9 to 18.', '[One., Two.]')
    await begin(two)
    await goTo('/reply?name=hours')
    await page.getByLabel('Text').nth(1).fill('Second.')
    await pressTooLate('Save')
    writeFileSync(file, two.replace(', Two.', ''))
    await signIn(page)
    await page.getByText('What you typed before').waitFor()
    await press('Save')
    await page.getByText('for a part that is gone').waitFor()
    t.equal(await page.getByText('Second.').count(), 1)
    t.equal(readFileSync(file, 'utf8'), two.replace(', Two.', ''))
  })

  await t.test('what is filled in again is unfolded, and goes with the person who signs out', async (t) => {
    await begin(SCRIPT)
    const says = page.locator('#new-say')
    const makeTooLate = async () => {
      await goTo('')
      await page.getByText('Make a new reply').click()
      await page.locator('#new-name').fill('parking')
      await says.fill('Behind the house.')
      await pressTooLate('Make the reply')
    }
    await makeTooLate()
    await signIn(page)
    await says.waitFor()
    t.equal(await says.inputValue(), 'Behind the house.')

    await makeTooLate()
    await goTo('/text')
    await signIn(page)
    await press('Sign out')
    await signIn(page)
    await goTo('')
    t.equal(await says.inputValue(), '')
    t.equal(await keptIn(page), 0)
  })

  await t.test('what was typed into a reply that another person took out is shown', async (t) => {
    await begin(SCRIPT)
    await goTo('/reply?name=hours')
    await page.getByLabel('Text').first().fill('From 10 to 20.')
    writeFileSync(file, SCRIPT.replace('hours', 'other'))
    await press('Save')
    await page.getByText('There is no reply hours any more').waitFor()
    await page.getByRole('link', { name: 'fill the form in again' }).click()
    await page.getByText('is not here any more').waitFor()
    const shown = page.getByLabel('What you typed')
    t.same(await Promise.all((await shown.all()).map((one) => one.inputValue())), ['open', 'From 10 to 20.'])
    await goTo('/reply')
    t.equal(await shown.count(), 0, 'only where it was typed')
    await goTo('/reply?name=hours')
    await press('Remove it')
    t.equal(await shown.count(), 0)
    t.equal(await keptIn(page), 0)
  })

  await t.test('text that the browser keeps for Back does not undo what another person saved', async (t) => {
    await begin(SCRIPT)
    const theirs = SCRIPT.replace('9 to 18', '8 to 12')
    const text = page.getByLabel('Text').first()
    for (const hash of ['', '#main']) {
      writeFileSync(file, SCRIPT)
      await goTo('/reply?name=hours')
      await page.evaluate(`location.hash = '${hash}'`)
      await text.fill('From 10 to 20.')
      await page.getByRole('link', { name: 'Numbers' }).click()
      await page.getByRole('heading', { name: 'Numbers' }).waitFor()
      writeFileSync(file, theirs)
      await page.goBack()
      await page.waitForLoadState()
      t.equal(await text.inputValue(), 'From 10 to 20.')
      await press('Save')
      await page.getByText('This was changed after you opened it').waitFor()
      t.equal(readFileSync(file, 'utf8'), theirs)
    }
  })

  await t.test('no browser cuts a long text: it is saved, or refused and kept, as a whole', async (t) => {
    await begin(SCRIPT)
    const long = `${'🍕'.repeat(2000)} end`
    const paste = async (field: Locator): Promise<void> => {
      await field.focus()
      await page.keyboard.insertText(long)
    }
    await goTo('')
    await page.getByText('Make a new reply').click()
    await page.locator('#new-name').fill('pizza')
    await paste(page.locator('#new-say'))
    await press('Make the reply')
    await page.getByText('Saved.').waitFor()
    t.ok(readFileSync(file, 'utf8').includes(long))

    await visitorWrites()
    const answer = page.getByLabel('Your answer')
    await goTo('/../conversation?page=100&psid=700')
    await paste(answer)
    await press('Send')
    await page.getByText('The answer has 4004 characters').waitFor()
    await page.getByRole('link', { name: 'fill the form in again' }).click()
    await page.getByText('What you typed before').waitFor()
    t.equal(await answer.inputValue(), long)
  })

  await t.test(
    'an answer that came in without an answer of the bot goes out once when it is sent again',
    async (t) => {
      await begin(SCRIPT)
      await visitorWrites()
      const answer = page.getByLabel('Your answer')
      await goTo('/../conversation?page=100&psid=700')
      await answer.fill('We open at nine.')
      // As where the connection breaks after the bot has read the form.
      await page.route('**/*', async (route) => {
        await route.fetch({ maxRedirects: 0 })
        await route.abort()
      })
      await press('Send')
      await page.waitForURL(/^chrome-error:/)
      await page.unroute('**/*')
      await page.goBack()
      await page.getByText('it goes out only once').waitFor()
      t.equal(await answer.inputValue(), 'We open at nine.')
      await press('Send')
      await page.getByText('Your answer is on its way').waitFor()
      await page.goto(new URL('/operator/people', page.url()).href)
      t.equal(await page.getByText('answered a visitor').count(), 1)
    },
  )

  await t.test('what one person typed is not shown to another who signs in to the same tab', async (t) => {
    await begin(SCRIPT)
    const text = page.getByLabel('Text').first()
    await goTo('/reply?name=hours')
    await text.fill('From 10 to 20.')
    await pressTooLate('Save')
    const other = await page.context().newPage()
    await other.goto(new URL('/operator/people', page.url()).href)
    await signIn(other)
    await other.locator('#invite-name').fill('ann')
    await other.locator('#invite-role').selectOption('owner')
    await other.getByRole('button', { name: 'Make a link' }).click()
    await page.goto((await other.locator('code', { hasText: 'code=' }).textContent()) ?? '')
    await other.close()
    await page.locator('input[name="becomes"]').fill('a long enough password')
    await page.keyboard.press('Enter')
    await page.getByRole('button', { name: 'Sign out' }).waitFor()

    await goTo('/reply?name=hours')
    t.equal(await text.inputValue(), 'From 9 to 18.')
    t.equal(await keptIn(page), 0)
  })
})
