import { DEFAULT_SCOPES } from '../../src/tokens.ts'
import { startTalk } from '../page-bot.ts'
import { chatScenes, chatTest, chosenPsid, hear, say, texts } from '../page-chat.ts'

const CARDS = {
  type: 'template',
  payload: {
    template_type: 'generic',
    elements: [
      {
        title: 'Sourdough',
        subtitle: 'Baked at five',
        buttons: [
          { type: 'postback', title: 'Reserve', payload: 'RESERVE_SOURDOUGH' },
          { type: 'web_url', title: 'Recipe', url: 'https://example.com/recipe' },
        ],
      },
      { title: 'Rye', subtitle: 'Baked at six' },
      { title: 'Spelt', subtitle: 'Baked at seven' },
    ],
  },
}

/** The longest name of a message template. */
const LONG = 'order'.repeat(100)

chatScenes('what a bot can send is shown, and answered', {
  'typing dots while the bot types, and "Seen" once it has read': async (t, { page, talk }) => {
    await say(page, 'hello')
    await hear(page, 'You said: hello')
    const recipient = { id: await chosenPsid(page) }
    await page.locator('[data-receipt="delivered"]').waitFor()

    await talk.send({ recipient, sender_action: 'mark_seen' })
    await page.locator('[data-receipt="seen"]').waitFor()
    await talk.send({ recipient, sender_action: 'typing_on' })
    await page.getByTestId('typing').filter({ hasText: 'Corner Bakery is typing' }).waitFor()
    await talk.send({ recipient, messaging_type: 'RESPONSE', message: { text: 'Done typing' } })
    await hear(page, 'Done typing')
    t.equal(await page.getByTestId('typing').isVisible(), false)
  },

  'cards stand side by side, and their buttons are pressed or followed': async (t, { page, talk }) => {
    await say(page, 'bread')
    await hear(page, 'You said: bread')
    const recipient = { id: await chosenPsid(page) }
    await talk.send({ recipient, messaging_type: 'RESPONSE', message: { attachment: CARDS } })
    await hear(page, 'Sourdough')

    t.equal(await page.locator('#messages li.card').count(), 3)
    t.equal(
      await page.getByTestId('button').filter({ hasText: 'Recipe' }).getAttribute('href'),
      'https://example.com/recipe',
    )
    await page.getByRole('button', { name: 'Cards after' }).click()
    await page.getByRole('button', { name: 'Cards before' }).waitFor()
    await page.getByTestId('button').filter({ hasText: 'Reserve' }).click()
    await hear(page, 'You said: Reserve')
    t.match(talk.heard.at(-1), { text: 'Reserve', payload: 'RESERVE_SOURDOUGH' })
  },

  'reactions of both sides sit on the message, and a second press takes one back': async (
    t,
    { page, talk },
  ) => {
    await say(page, 'hello')
    await hear(page, 'You said: hello')
    const theirs = page.locator('.row.theirs').first()

    await theirs.hover()
    await theirs.getByTestId('react').click()
    await theirs.getByRole('button', { name: '👍' }).click()
    await theirs.getByTestId('reaction').filter({ hasText: 'You reacted: 👍' }).waitFor()
    await theirs.getByTestId('react').click()
    await theirs.getByRole('button', { name: '👍', pressed: true }).click()
    await theirs.getByTestId('reaction').waitFor({ state: 'detached' })

    const mine = page.locator('[data-testid="message"][data-from="visitor"]')
    await talk.send({
      recipient: { id: await chosenPsid(page) },
      sender_action: 'react',
      payload: { message_id: await mine.getAttribute('data-mid'), reaction: '😮' },
    })
    await mine.getByTestId('reaction').filter({ hasText: 'The Page reacted: 😮' }).waitFor()
    t.equal(await page.getByTestId('reaction').count(), 1)
  },

  'coupons, picture grids and feedback are shown, and a feedback is answered': async (t, { page, talk }) => {
    await say(page, 'hi')
    await hear(page, 'You said: hi')
    const psid = await chosenPsid(page)
    const picture = `${talk.sandbox.origin}/sample-photo.svg`
    const send = (payload: object) =>
      talk.send({ recipient: { id: psid }, message: { attachment: { type: 'template', payload } } })
    await send({ template_type: 'coupon', title: 'Ten percent', coupon_code: 'TEN' })
    await page.getByText('TEN', { exact: true }).waitFor()
    await send({
      template_type: 'image_grid',
      elements: [
        {
          title: 'New',
          images: [
            { url: picture, action: { type: 'postback', payload: 'one', text: 'The first' } },
            { url: picture },
          ],
        },
      ],
    })
    await page.getByRole('button', { name: 'The first' }).click()
    await hear(page, 'You said: The first')
    await send({
      template_type: 'customer_feedback',
      title: 'How was it?',
      feedback_screens: [{ questions: [{ id: 'q1', type: 'csat' }] }],
      business_privacy: { url: 'https://a.example' },
    })
    await page.getByTestId('feedback').getByRole('button', { name: '5' }).click()
    await page.getByTestId('feedback').filter({ hasText: 'You answered 5.' }).waitFor()
    t.equal(await page.getByTestId('feedback').count(), 1)
  },

  "a login button opens the bot's own site with the visitor's token": async (t, { page, talk }) => {
    await say(page, 'log in')
    await hear(page, 'You said: log in')
    const recipient = { id: await chosenPsid(page) }
    const payload = {
      template_type: 'button',
      text: 'Your account',
      buttons: [{ type: 'account_link', url: 'https://bot.example/login' }],
    }
    await talk.send({
      recipient,
      messaging_type: 'RESPONSE',
      message: { attachment: { type: 'template', payload } },
    })
    await hear(page, 'Your account')
    await page
      .context()
      .route('https://bot.example/**', (route) => route.fulfill({ body: 'the login of the bot' }))
    const opened = page.context().waitForEvent('page')
    await page.getByTestId('button').click()
    const login = await opened
    await login.waitForURL(/account_linking_token=AR\w+&redirect_uri=/)
    t.match(login.url(), 'https://bot.example/login')
  },

  'a message template is reviewed, and its utility message is shown as a card': async (t, { page, talk }) => {
    await say(page, 'order')
    await hear(page, 'You said: order')
    const { sandbox, pageId } = talk
    await talk.repair(sandbox.userToken({ scopes: [...DEFAULT_SCOPES, 'page_utility_messaging'] }))
    const components = [
      { type: 'HEADER', format: 'TEXT', text: 'Order Update' },
      { type: 'BODY', text: 'Order {{1}}\nis here.' },
      { type: 'BUTTONS', buttons: [{ type: 'POSTBACK', text: 'Track', payload: 'order_{{1}}' }] },
    ]
    sandbox.world.messageTemplates.set('11', {
      id: '11',
      pageId,
      name: LONG,
      language: 'en',
      parameterFormat: 'POSITIONAL',
      components,
      status: 'PENDING',
      rejectedReason: null,
      createdMs: 0,
      updatedMs: 0,
    })
    sandbox.bus.stateChanged()
    await page.getByRole('button', { name: `Approve ${LONG} (en)` }).click()
    const reviews = page.getByTestId('reviews')
    await reviews.filter({ hasText: 'APPROVED' }).waitFor()
    t.ok(await reviews.evaluate(({ scrollWidth, clientWidth }) => scrollWidth <= clientWidth), 'it has room')

    const values = [
      { type: 'body', parameters: [{ type: 'text', text: '566701' }] },
      { type: 'buttons', parameters: [{ type: 'POSTBACK', payload: '12' }] },
    ]
    const template = { name: LONG, language: { code: 'en' }, components: values }
    const recipient = { id: await chosenPsid(page) }
    await talk.send({ recipient, messaging_type: 'UTILITY', message: { template } })
    await page.locator('#messages .card').filter({ hasText: 'Order Update' }).waitFor()
    t.equal(await page.locator('#messages .card-subtitle').innerText(), 'Order 566701\nis here.')
    await page.getByTestId('button').filter({ hasText: 'Track' }).click()
    await hear(page, 'You said: Track')
    t.match(talk.heard.at(-1), { text: 'Track', payload: 'order_12' })
  },

  'commands are copied whole: the repair as it stands, a call as curl without its secrets': async (
    t,
    { page },
  ) => {
    await page.context().grantPermissions(['clipboard-read', 'clipboard-write'])
    const copied = () => page.evaluate<string>('navigator.clipboard.readText()')
    await say(page, "it's me")
    await hear(page, "You said: it's me")
    await page.locator('[data-kind="graph"].half').click()
    await page.getByTestId('traffic-filter').fill("you said: it's me")
    await page.getByTestId('call').locator('summary').click()
    await page.getByRole('button', { name: 'Copy as curl' }).click()
    await page.getByTestId('notice').filter({ hasText: 'Copied' }).waitFor()

    const curl = await copied()
    t.match(curl, /^curl -X POST 'http:\/\/127\.0\.0\.1:\d+\/v25\.0\/me\/messages' /)
    t.match(curl, String.raw`You said: it'\''s me`, 'a quote in the text does not end the argument')
    t.match(curl, 'Authorization: Bearer $PAGE_TOKEN')
    t.notMatch(curl, /EAA[A-Za-z0-9]{29}/)

    await page.locator('[data-trouble="password-changed"]').click()
    await page.getByTestId('repair').getByRole('button', { name: 'Copy' }).first().click()
    await page.getByTestId('repair').getByRole('button', { name: 'Copied' }).waitFor()
    t.equal(await copied(), 'npm run bootstrap-token')
  },
})

chatTest(
  'the guide leads through the first minute, ticks off what has happened, and begins anew in another sandbox',
  { silent: false },
  async (t, { page, talk }) => {
    const act = page.getByTestId('guide-action')
    const at = async (title: string) =>
      page.locator('#guide [aria-current="step"]').filter({ hasText: title }).waitFor()

    await at('Ask the bot something')
    await act.click()
    await at('Kill its token')
    await hear(page, 'From 9 to 18.')
    await act.click()
    await at('Write on')
    await act.click()
    await hear(page, 'Thank you!')
    await at('Repair it')
    t.equal((await texts(page)).length, 3 + 3, 'a question with two answers, then three messages that wait')
    await act.click()
    t.equal(await page.evaluate('document.activeElement.id'), 'repair')
    await talk.repair()
    await page.locator('#guide .all-done').waitFor()

    await page.reload()
    await page.locator('#guide .all-done').waitFor()

    const { port } = new URL(talk.sandbox.origin)
    await talk.sandbox.close()
    await startTalk(t, { options: { port: Number(port), seed: 2 } })
    await at('Ask the bot something')
  },
)
