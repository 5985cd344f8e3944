import { chatScenes, chosenPsid, hear, join, say, texts } from '../page-chat.ts'

const HOSTILE = [
  '<img src=x onerror=alert(1)>',
  '<script>alert(1)</script>',
  '"><svg onload=alert(1)>',
  'javascript:alert(1)',
  '{{constructor.constructor("alert(1)")()}}',
  '\u202Egnirts desrever',
  'z\u0300\u0301\u0302\u0303\u0304\u0305\u0306\u0307\u0308\u0309',
  'x'.repeat(1900),
  '../../etc/passwd\\u0000',
  "'; drop table messages; --",
]

/** What a page should not trust, though a bot can send it. */
const LIES = [
  {
    text: 'See https://example.com/a?b=1. Not javascript:alert(1) nor ftp://example.com, but HTTP://EXAMPLE.COM/x)',
  },
  {
    attachment: {
      type: 'template',
      payload: {
        template_type: 'button',
        text: 'Choose <b>one</b>',
        buttons: [
          { type: 'web_url', title: 'Good', url: 'https://example.com/good' },
          { type: 'postback', title: '<img src=x>', payload: 'P' },
        ],
      },
    },
  },
]

chatScenes('nothing that is sent or named does harm', {
  'hostile text stays text, in the chat, in the traffic and in a name': async (t, { page }) => {
    let dialogs = 0
    page.on('dialog', (dialog) => {
      dialogs += 1
      void dialog.dismiss()
    })
    for (const text of HOSTILE) await say(page, text)
    for (const text of HOSTILE) await hear(page, `You said: ${text}`)
    t.same(
      (await texts(page)).filter((text) => !text.startsWith('You said: ')),
      HOSTILE,
      'each is there as it was written',
    )

    await join(page, '<b onclick=alert(1)>Mallory</b>')
    await say(page, '<i>me</i>')
    await hear(page, 'You said: <i>me</i>')

    t.equal(await page.locator('#messages :is(script, img, svg[onload], b, i), #people b').count(), 0)
    t.equal(dialogs, 0)
  },

  'only http(s) addresses become links, and those tell the other side nothing': async (t, { page, talk }) => {
    await say(page, 'hi')
    await hear(page, 'You said: hi')
    const recipient = { id: await chosenPsid(page) }
    for (const message of LIES) await talk.send({ recipient, messaging_type: 'RESPONSE', message })
    await hear(page, 'See https://example.com/a')
    const links = page.locator('[data-testid="message"][data-from="page"] a')

    t.same(await links.evaluateAll((all) => all.map((link) => link.getAttribute('href'))), [
      'https://example.com/a?b=1',
      'http://example.com/x',
      'https://example.com/good',
    ])
    for (const rel of await links.evaluateAll((all) => all.map((link) => link.getAttribute('rel')))) {
      t.match(rel, /noopener.*noreferrer/)
    }

    await hear(page, 'Choose <b>one</b>')
    await page.getByTestId('button').filter({ hasText: '<img src=x>' }).click()
    await page
      .locator('[data-testid="message"][data-from="visitor"]')
      .filter({ hasText: '<img src=x>' })
      .waitFor()
    t.equal(await page.locator('#messages img').count(), 0)
  },

  'a long name is cut, and one written from the right stays in sight': async (t, { page }) => {
    for (const name of ['محمد', 'x'.repeat(80)]) await join(page, name)
    const rail = await page.locator('#people').boundingBox()
    const picks = await page.getByTestId('visitor-pick').all()
    const widths = await Promise.all(picks.map(async (pick) => (await pick.boundingBox())?.width))
    t.ok(picks.length > 2)
    for (const width of widths)
      t.ok((width ?? Infinity) <= (rail?.width ?? 0) + 16, `${width} in ${rail?.width}`)
  },

  'a picture that cannot be had leaves a word in its place': async (t, { page, talk, complaints }) => {
    await page.getByTestId('attach').click()
    await page.getByTestId('attach-url').fill('javascript:alert(1)')
    await page.getByTestId('attach-url').press('Enter')
    t.equal(await page.getByTestId('message').count(), 0, 'only http(s) addresses are sent')

    await page.getByTestId('attach-url').fill(`${talk.sandbox.origin}/sandbox/no-such-picture.png`)
    await page.getByTestId('attach-url').press('Enter')
    await hear(page, 'Picture could not be shown')

    await page.getByTestId('attach').click()
    await page.getByTestId('sample-photo').click()
    await page.locator('#messages img').waitFor()
    t.equal(
      await page
        .locator('#messages img')
        .evaluate((image: { naturalWidth: number }) => image.naturalWidth > 0),
      true,
    )
    t.match(complaints.splice(0), [/404/], 'and the browser says why')
  },

  'what the sandbox would never send is drawn harmlessly all the same': async (t, { page, talk }) => {
    const psid = await chosenPsid(page)
    const shapes = [
      { type: 'image', payload: { url: 'javascript:alert(1)' } },
      { type: 'image', payload: null },
      { type: 'audio', payload: { url: 'data:text/html,x' } },
      { type: 'file', payload: { url: 'file:///etc/passwd', title: '<u>x</u>' } },
      { type: '<b>', payload: {} },
      { type: 'template', payload: { template_type: 'generic', elements: 'none' } },
      {
        type: 'template',
        payload: {
          template_type: 'generic',
          elements: [
            null,
            {
              title: 7,
              buttons: [
                { type: 'web_url', title: 'x', url: 'javascript:alert(1)' },
                null,
                { type: 'game_play' },
              ],
            },
          ],
        },
      },
      { type: 'template', payload: { template_type: 'receipt', elements: [{}], summary: null } },
      {
        type: 'template',
        payload: {
          template_type: 'media',
          elements: [{ media_type: 'image', url: 'data:image/svg+xml,<svg onload=alert(1)>' }],
        },
      },
      { type: 'template', payload: { template_type: '__proto__', x: '<script>' } },
    ]
    const messages = shapes.map((attachment, at) => ({
      mid: `m_${at}`,
      from: 'page',
      atMs: at === 3 ? Number.MAX_VALUE : 1_800_000_000_000 + at,
      text: null,
      attachment,
      quickReplies: at === 9 ? [{ title: '', payload: 'x', imageUrl: 'javascript:alert(1)' }] : [],
      webhook: null,
      metadata: null,
    }))
    const conversation = {
      pageId: talk.pageId,
      psid,
      typing: false,
      seenMs: null,
      deliveredMs: null,
      windowEndsMs: null,
      messages,
    }
    await page.route('**/sandbox/conversations/**', (route) => route.fulfill({ json: conversation }))
    await page.reload()
    await page.getByTestId('message').nth(9).waitFor()

    t.equal(await page.getByTestId('message').count(), shapes.length)
    const addresses = await page
      .locator('#messages :is([href], [src])')
      .evaluateAll((all) => all.map((element) => element.getAttribute('href') ?? element.getAttribute('src')))
    t.same(addresses, [], 'none of these addresses is followed')
    t.equal(await page.getByTestId('quick-reply').count(), 1)
  },
})
