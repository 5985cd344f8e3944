import { chatScenes, chatTest, chosenPsid, froms, hear, pick, say, texts } from '../page-chat.ts'
import { startTalk } from '../page-bot.ts'

chatScenes('a visitor writes, presses and reads', {
  'before the first message there are the greeting, ice breakers and Get Started': async (
    t,
    { page, talk },
  ) => {
    t.equal(await page.getByTestId('greeting').innerText(), 'Hi Vera! Ask me anything.')
    t.equal(await page.getByTestId('ice-breaker').innerText(), 'When are you open?')
    await page.getByTestId('get-started').click()
    await hear(page, 'Hello! I am the assistant.')

    t.same(await texts(page), ['Get Started', 'Hello! I am the assistant.'])
    t.match(talk.heard, [{ payload: 'welcome' }])
    t.equal(await page.getByTestId('get-started').isVisible(), false)
  },

  'what a visitor sends is seen at once, and the replies come below it in order': async (t, { page }) => {
    await say(page, 'when are you opn?')
    await hear(page, 'From 9 to 18.')

    t.same(await texts(page), ['when are you opn?', 'We are open Monday to Friday.', 'From 9 to 18.'])
    t.same(await froms(page), ['visitor', 'page', 'page'])
    t.equal(await page.getByTestId('composer').inputValue(), '', 'the composer is free for the next one')
  },

  'a quick reply is a pill that says its title, carries its payload and is gone after': async (
    t,
    { page, talk },
  ) => {
    await say(page, 'when are you open?')

    await page.getByTestId('quick-reply').filter({ hasText: 'Talk to a person' }).click()
    await hear(page, 'You said: Talk to a person')

    t.match(talk.heard.at(-1), { text: 'Talk to a person', payload: 'human' })
    t.equal(await page.getByTestId('quick-reply').count(), 0)
  },

  'the menu of the Page opens by its button, and Escape closes it': async (t, { page, talk }) => {
    const menu = page.getByTestId('menu')

    await menu.click()
    const website = page.getByTestId('menu-item').filter({ hasText: 'Website' })
    t.equal(await website.getAttribute('href'), 'https://example.com/')
    t.match(await website.getAttribute('rel'), /noopener/)
    await page.keyboard.press('Escape')
    t.equal(await website.isVisible(), false)
    t.equal(await menu.getAttribute('aria-expanded'), 'false')

    await menu.click()
    await page.getByTestId('menu-item').filter({ hasText: 'Opening hours' }).click()
    await hear(page, 'From 9 to 18.')
    t.match(talk.heard, [{ text: 'Opening hours', payload: 'hours' }])
  },

  'live traffic lists both directions, filters, and opens to JSON without a secret': async (
    t,
    { page, talk },
  ) => {
    await say(page, 'hello wire')
    await hear(page, 'You said: hello wire')
    const calls = page.getByTestId('call')

    await calls.filter({ hasText: 'message “hello wire”' }).first().waitFor()
    await page.locator('[data-kind="graph"].half').click()
    t.equal(await page.locator('[data-testid="call"][data-kind="webhook"]').count(), 0)
    await page.getByTestId('traffic-filter').fill('you said: hello wire')
    t.equal(await calls.count(), 1)
    await calls.locator('summary').click()
    await calls.locator('pre').first().waitFor()
    t.match(await calls.innerText(), /"recipient"/)
    const everything = await page.content()
    t.notMatch(everything, /EAA[A-Za-z0-9]{29}/)
    t.notMatch(everything, /app-secret-1|verify-1/)

    await page.getByTestId('traffic-filter').fill('')
    await page.locator('[data-kind="all"].half').click()
    await calls.filter({ hasText: 'message “hello wire”' }).locator('summary').focus()
    talk.sandbox.act(talk.pageId, await chosenPsid(page), { type: 'text', text: 'meanwhile' })
    await calls.filter({ hasText: '“You said: meanwhile”' }).waitFor()
    t.match(
      await page.locator('summary:focus').innerText(),
      'hello wire',
      'a new call does not take the focus from the one being read',
    )

    await page.getByTestId('traffic-pause').click()
    const before = await calls.count()
    await say(page, 'while paused')
    await page.getByTestId('traffic-count').filter({ hasText: 'while paused' }).waitFor()
    t.equal(await calls.count(), before)
  },

  'a changed password: the token is dead, messages wait, and the repair brings every reply in order': async (
    t,
    { page, talk },
  ) => {
    const token = page.getByTestId('token-state')
    t.equal(await token.getAttribute('data-state'), 'alive')
    t.equal(await page.getByTestId('repair').isVisible(), false)

    await page.locator('[data-trouble="password-changed"]').click()
    await page.locator('[data-testid="token-state"][data-state="dead"]').waitFor()
    t.match(await page.getByTestId('token-reason').innerText(), /password/i)
    t.equal(await page.getByTestId('repair-command').innerText(), 'npm run bootstrap-token')
    for (const text of ['one', 'two', 'three']) await say(page, text)
    await hear(page, 'three')
    await page.locator('[data-receipt="waiting"]').waitFor()
    t.same(await texts(page), ['one', 'two', 'three'], 'no reply yet')

    await page.getByTestId('fresh-user-token').click()
    await page.getByTestId('user-token').filter({ hasText: /\S/ }).waitFor()
    await talk.repair(await page.getByTestId('user-token').innerText())
    await hear(page, 'You said: three')

    t.same((await texts(page)).slice(3), ['You said: one', 'You said: two', 'You said: three'])
    t.equal(await token.getAttribute('data-state'), 'alive')
    t.equal(await page.getByTestId('repair').isVisible(), false)
  },

  'two visitors have a conversation each, and the other one shows what is unread': async (
    t,
    { page, talk },
  ) => {
    const psid = await chosenPsid(page)
    const [first, victor] = [page.locator(`[data-id="${psid}"]`), pick(page, 'Victor Guest')]
    await say(page, 'I am here')
    await hear(page, 'You said: I am here')

    await victor.click()
    await page.getByTestId('greeting').filter({ hasText: 'Hi Victor!' }).waitFor()
    t.same(await texts(page), [])
    talk.sandbox.act(talk.pageId, psid, { type: 'text', text: 'again' })
    await first.filter({ hasText: '1 unread' }).waitFor()

    await first.click()
    await hear(page, 'You said: again')
    t.equal((await texts(page)).length, 4)
    t.notMatch(await first.innerText(), 'unread')
    await page.reload()
    await hear(page, 'You said: again')
  },

  'Graph down and lost webhooks show as they are, and calm ends both': async (t, { page, talk }) => {
    const pressed = (kind: string) => page.locator(`[data-trouble="${kind}"][aria-pressed="true"]`)

    await page.locator('[data-trouble="graph-down"]').click()
    await pressed('graph-down').waitFor()
    await page.locator('[data-trouble="webhook-lost"]').click()
    await pressed('webhook-lost').waitFor()
    await say(page, 'anybody?')
    await page.locator('[data-receipt="pending"]').waitFor()

    await page.locator('[data-trouble="calm"]').click()
    await pressed('graph-up').waitFor()
    await pressed('webhook-back').waitFor()
    await hear(page, 'You said: anybody?')
    t.equal(await page.locator('[data-receipt="pending"]').count(), 0)

    const problem = page.getByTestId('webhook-problem')
    t.equal(await problem.isVisible(), false, 'a cut line is no fault of the bot')
    talk.sandbox.setWebhook({ url: 'http://127.0.0.1:1/webhook' })
    await say(page, 'who listens?')
    await problem.filter({ hasText: 'nothing listens at 127.0.0.1:1' }).waitFor()
    await page.locator('[data-testid="call"][data-kind="webhook"] .call-status.bad').first().waitFor()

    talk.sandbox.world.pages.get(talk.pageId)?.subscriptions.clear()
    await say(page, 'who is subscribed?')
    await page.getByTestId('receipt').filter({ hasText: 'No bot gets it' }).waitFor()
  },
})

chatTest(
  'a sandbox that went away is told plainly, and the page comes back by itself',
  { silent: false },
  async (t, { page, talk }) => {
    await say(page, 'before')
    await hear(page, 'You said: before')
    const { port } = new URL(talk.sandbox.origin)

    await talk.sandbox.close()
    await page.getByTestId('unreachable').filter({ hasText: 'does not answer' }).waitFor()
    await say(page, 'lost words')
    await page.getByTestId('notice').filter({ hasText: 'does not answer' }).waitFor()
    t.equal(
      await page.getByTestId('composer').inputValue(),
      'lost words',
      'what could not be sent is given back',
    )

    await startTalk(t, { options: { port: Number(port) } })
    await page.locator('[data-connection="live"]').waitFor()
    t.equal(await page.getByTestId('unreachable').isVisible(), false)
    t.same(await texts(page), [], 'the new sandbox knows nothing of the old conversation')
    await page.keyboard.press('Enter')
    await hear(page, 'You said: lost words')
  },
)
