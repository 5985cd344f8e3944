import { chatScenes, chosenPsid, hear, say, texts } from '../page-chat.ts'

chatScenes('a visitor does what people do, each in a conversation of their own', {
  // The first one, as the link brings the first visitor, who must not have written yet.
  'a link with a referral is opened from the sheet, or by its address': async (t, { page, talk }) => {
    const { sandbox, pageId } = talk
    await page.getByTestId('visit').click()
    await page.getByTestId('ref').fill('not a ref!')
    await page.getByTestId('ref').press('Enter')
    t.equal(await page.locator('#visit').isVisible(), true, 'a ref has its letters')
    await page.getByTestId('ref').fill('poster-1')
    await page.getByTestId('ref').press('Enter')
    await page.getByTestId('notice').filter({ hasText: 'Get Started carries it' }).waitFor()
    const pending = async () =>
      sandbox.world.conversations.get(`${pageId} ${await chosenPsid(page)}`)?.pendingReferral
    t.match(await pending(), { kind: 'link', ref: 'poster-1' })

    await page.goto(`${sandbox.origin}/m.me/${pageId}?ref=flyer-2`)
    await page.getByTestId('notice').filter({ hasText: 'You came through the link' }).waitFor()
    t.match(await pending(), { ref: 'flyer-2' })
    t.notMatch(page.url(), 'flyer-2', 'a reload is not another visit')
    const strange = await fetch(`${sandbox.origin}/m.me/nowhere?ref=x`, { redirect: 'manual' })
    t.equal(strange.status, 400, 'no such address')
  },

  'a file of the computer is sent, shown, and served by the sandbox': async (t, { page, talk }) => {
    await page.getByTestId('attach').click()
    await page.getByTestId('attach-file').setInputFiles({
      name: 'price list.txt',
      mimeType: 'text/plain',
      buffer: Buffer.from('bread 3'),
    })
    const sent = page.getByTestId('message').filter({ hasText: 'price list.txt' })
    await sent.waitFor()
    const address = await sent.locator('a').getAttribute('href')
    t.equal(new URL(address ?? '').origin, talk.sandbox.origin)
    t.equal(await (await fetch(address ?? '')).text(), 'bread 3')
    t.equal(await page.locator('#attach').isVisible(), false)
  },

  'a picture of the computer is shown as one': async (t, { page }) => {
    const pixel =
      'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=='
    await page.getByTestId('attach').click()
    await page.getByTestId('attach-file').setInputFiles({
      name: 'dot.png',
      mimeType: 'image/png',
      buffer: Buffer.from(pixel, 'base64'),
    })
    const picture = page.getByTestId('message').locator('img.picture')
    await picture.waitFor()
    await page.waitForFunction('document.querySelector("img.picture")?.naturalWidth === 1')
    t.pass('it was loaded')
  },

  'a message is quoted, and the quote shows above the answer': async (t, { page, talk }) => {
    await say(page, 'first')
    await hear(page, 'You said: first')
    const theirs = page.getByTestId('message').filter({ hasText: 'You said: first' })
    await theirs.hover()
    await page.getByTestId('reply').last().click()
    t.match(await page.getByTestId('draft').innerText(), /Answering.*You said: first/s)
    await page.keyboard.type('about that')
    await page.keyboard.press('Enter')
    await hear(page, 'You said: about that')
    t.equal(await page.getByTestId('quote').innerText(), 'You said: first')
    t.equal(await page.getByTestId('draft').isVisible(), false)

    const psid = await chosenPsid(page)
    const mid = talk.sandbox.conversation(talk.pageId, psid)?.messages[0]?.mid
    await talk.send({ recipient: { id: psid }, message: { text: 'quoted back' }, reply_to: { mid } })
    await hear(page, 'quoted back')
    t.same(await page.getByTestId('quote').allInnerTexts(), ['You said: first', 'first'])
  },

  'a message is changed; leaving it as it was empties the box': async (t, { page }) => {
    await say(page, 'helo')
    await hear(page, 'You said: helo')
    await page.getByTestId('message').first().hover()
    await page.getByTestId('edit').first().click()
    t.equal(await page.getByTestId('composer').inputValue(), 'helo')
    await page.getByTestId('draft-cancel').click()
    t.equal(await page.getByTestId('composer').inputValue(), '')

    await page.getByTestId('message').first().hover()
    await page.getByTestId('edit').first().click()
    await page.getByTestId('composer').fill('hello')
    await page.getByTestId('composer').press('Enter')
    await page
      .getByTestId('message')
      .filter({ hasText: /^hello$/ })
      .waitFor()
    t.same(await texts(page), ['hello', 'You said: helo'])
    t.match(await page.locator('.row .at').first().textContent(), /Edited/)
  },

  'a persona is named, has its own face, and types': async (t, { page, talk }) => {
    await say(page, 'hi')
    await hear(page, 'You said: hi')
    const psid = await chosenPsid(page)
    talk.sandbox.world.personas.set('9', {
      id: '9',
      pageId: talk.pageId,
      name: 'John <b>Baker</b>',
      pictureUrl: 'https://a.example/1',
      deleted: false,
    })
    await talk.send({ recipient: { id: psid }, sender_action: 'typing_on', persona_id: '9' })
    await page.locator('#typing', { hasText: 'John <b>Baker</b> is typing' }).waitFor()
    await talk.send({ recipient: { id: psid }, message: { text: 'John here' }, persona_id: '9' })
    await hear(page, 'John here')
    t.same(await page.getByTestId('speaker').allInnerTexts(), ['John <b>Baker</b>'])
  },

  'a person in the Page inbox answers, takes the thread and hands it back': async (t, { page, talk }) => {
    t.equal(await page.getByTestId('inbox-text').isDisabled(), true, 'no visitor has written yet')
    await say(page, 'hi')
    await hear(page, 'You said: hi')
    await page.getByTestId('inbox-text').fill('A person here.')
    await page.getByTestId('inbox-text').press('Enter')
    await hear(page, 'A person here.')
    await page.getByTestId('inbox-move').click()
    await page.getByTestId('holder').filter({ hasText: 'Page inbox' }).waitFor()
    t.match(await page.getByTestId('inbox-state').innerText(), /Page inbox holds the thread/)
    await page.getByText('A person has the conversation').waitFor()

    await say(page, 'bot?')
    await page.getByTestId('message').filter({ hasText: 'bot?' }).waitFor()
    t.equal(talk.heard.length, 1, 'the bot only listens')
    await page.getByTestId('inbox-move').click()
    await page.getByTestId('holder').filter({ hasText: 'Sandbox app' }).waitFor()
    await say(page, 'and now?')
    await hear(page, 'You said: and now?')
  },

  'a visitor who is away is not shown as having read, until they are back': async (t, { page, talk }) => {
    await say(page, 'hi')
    await hear(page, 'You said: hi')
    const psid = await chosenPsid(page)
    await page.getByTestId('visit').click()
    await page.locator('[data-presence="offline"]').click()
    await page.locator('[data-presence="offline"][aria-pressed="true"]').waitFor()
    const readMs = talk.sandbox.conversation(talk.pageId, psid)?.readMs ?? 0
    await talk.send({ recipient: { id: psid }, message: { text: 'are you there?' } })
    t.equal(talk.sandbox.conversation(talk.pageId, psid)?.readMs, readMs)
    await page.locator('[data-presence="here"]').click()
    await page.locator('[data-presence="here"][aria-pressed="true"]').waitFor()
    t.ok((talk.sandbox.conversation(talk.pageId, psid)?.readMs ?? 0) > readMs)
    await page.keyboard.press('Escape')
    t.equal(await page.locator('#visit').isVisible(), false)
  },

  'a blocked Page is said so, and unblocked from there': async (t, { page, talk }) => {
    await say(page, 'hi')
    await hear(page, 'You said: hi')
    await page.getByTestId('visit').click()
    await page.getByTestId('block').click()
    await page.getByTestId('unblock').waitFor()
    t.equal(await page.getByTestId('composer').isVisible(), false)
    const psid = await chosenPsid(page)
    await t.rejects(talk.send({ recipient: { id: psid }, message: { text: 'hello?' } }), /551/)
    await page.getByTestId('unblock').click()
    await page.getByTestId('composer').waitFor()
    await say(page, 'back')
    await hear(page, 'You said: back')
  },

  'through an ad, the next message carries it': async (t, { page, talk }) => {
    await say(page, 'hi')
    await hear(page, 'You said: hi')
    await page.getByTestId('visit').click()
    await page.getByTestId('through-ad').click()
    await page.getByTestId('notice').filter({ hasText: 'your next message carries it' }).waitFor()
    const psid = await chosenPsid(page)
    t.match(talk.sandbox.world.conversations.get(`${talk.pageId} ${psid}`)?.pendingReferral, { kind: 'ad' })
  },

  "a visitor's own menu takes the place of the Page's": async (t, { page, talk }) => {
    await say(page, 'hi')
    await hear(page, 'You said: hi')
    const psid = await chosenPsid(page)
    const conversation = talk.sandbox.world.conversations.get(`${talk.pageId} ${psid}`)
    if (!conversation) throw new TypeError('no conversation')
    conversation.menu = [
      { locale: 'default', call_to_actions: [{ type: 'postback', title: 'Your order', payload: 'order' }] },
    ]
    await say(page, 'again')
    await hear(page, 'You said: again')
    await page.getByTestId('menu').click()
    t.same(await page.getByTestId('menu-item').allInnerTexts(), ['Your order'])
  },

  'a name typed while another visitor is added stays, and so does one that could not be added': async (
    t,
    { page },
  ) => {
    const [visitors, box] = ['**/sandbox/visitors', page.getByTestId('visitor-name')]
    let release = (): void => {}
    const held = new Promise<void>((resolve) => (release = resolve))
    await page.route(visitors, async (route) => {
      await held
      await route.continue()
    })
    await box.fill('Zora')
    await box.press('Enter')
    await box.fill('Will')
    release()
    await page.getByTestId('visitor-pick').filter({ hasText: 'Zora' }).waitFor()
    t.equal(await box.inputValue(), 'Will')

    await page.unroute(visitors)
    await page.route(visitors, (route) => route.fulfill({ status: 200, body: 'no JSON' }))
    await box.press('Enter')
    await page.getByTestId('notice').filter({ hasText: 'The sandbox answered 200' }).waitFor()
    t.equal(await box.inputValue(), 'Will')
    await page.unroute(visitors)
  },

  'rarer trouble is a step further, and says what goes on': async (t, { page, talk }) => {
    await page.getByText('More trouble').click()
    await page.locator('[data-trouble="throttle"]').click()
    await page
      .getByTestId('trouble-states')
      .filter({ hasText: /is throttled for 5 more minutes/ })
      .waitFor()
    await page.getByTestId('mode').click()
    await page.getByTestId('mode').filter({ hasText: 'Put the app live' }).waitFor()
    t.match(talk.sandbox.state().app, { mode: 'development' })
    await page.locator('[data-trouble="policy-block"]').click()
    await page.getByTestId('trouble-states').filter({ hasText: 'may not send' }).waitFor()
    await page.locator('[data-trouble="calm"]').click()
    await page.getByTestId('mode').filter({ hasText: 'Put the app in development' }).waitFor()
    t.equal(await page.getByTestId('trouble-states').innerText(), '')
  },

  'the clock moves: the window closes, a token expires': async (t, { page, talk }) => {
    await say(page, 'hi')
    await hear(page, 'You said: hi')
    t.match(await page.getByTestId('window').innerText(), /^The bot may write until/)
    const beforeMs = talk.sandbox.clock.nowMs()
    await page.locator('[data-move="86400"]').click()
    await page.getByTestId('window').filter({ hasText: 'closed' }).waitFor()
    t.ok(talk.sandbox.clock.nowMs() - beforeMs >= 24 * 3600_000)
    await page.locator('[data-testid="token-state"][data-state="dead"]').waitFor()
    t.match(await page.getByTestId('token-state').first().innerText(), /expired/)
  },
})
