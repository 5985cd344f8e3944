import type { AddressInfo } from 'node:net'
import { browserTest } from '../../sandbox/test/browser.ts'
import { buildConsole, signedInTab } from '../helpers/console.ts'

const PASSWORD = 'a long enough password'

browserTest('a double click posts a form once, and its answer is shown', async (t, open) => {
  const { app } = await buildConsole(t)
  const owner = await signedInTab(app)
  await owner.get('/operator/people')
  const { body } = await owner.submit('/operator/people', { do: 'invite', name: 'ann', role: 'viewer' })
  const { pathname, search } = new URL(/<code>(http[^<]*)<\/code>/.exec(body)?.[1] ?? '')
  const { page } = await open(
    `http://127.0.0.1:${(app.server.address() as AddressInfo).port}${pathname}${search}`,
  )

  const posts: string[] = []
  page.on('request', (request) => {
    if (request.method() === 'POST') posts.push(new URL(request.url()).pathname)
  })

  const clickTwice = async (name: string): Promise<void> => {
    await page.getByRole('button', { name }).hover()
    // Not `dblclick`, whose second click the browser takes before it sends the first post.
    for (const clickCount of [1, 2]) {
      await page.mouse.down({ clickCount })
      await page.mouse.up({ clickCount })
    }
  }

  await page.locator('[name="becomes"]').fill(PASSWORD)
  await clickTwice('Come in')
  await page.getByText('You, ann').waitFor()

  // The second post would be told that the sign-in had ended, so that nothing was done.
  await page.locator('#was').fill(PASSWORD)
  await page.locator('[name="becomes"]').fill('another long password')
  await clickTwice('Change the password')
  await page.locator('[name="user"]').waitFor()
  t.equal(await page.getByText('had ended').count(), 0)
  t.strictSame(posts, ['/operator/join', '/operator/people/own'])
  t.match((await owner.get('/operator/people')).body, /ann<\/bdi> changed the password/)
  t.notMatch(owner.page(), /failed sign-in/)
})
