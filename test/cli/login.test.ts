import { spawn } from 'node:child_process'
import { request } from 'node:http'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import t, { type Test } from 'tap'
import { commandFor } from '../../src/cli/bootstrap-token/browser.ts'
import { openReceiver } from '../../src/cli/bootstrap-token/receiver.ts'
import { createSandbox } from '../../sandbox/src/server.ts'
import { COMPILED } from '../helpers/compiled.ts'

const CODE = 'hush-code'

const build = async (t: Test, timeoutMs = 60_000) => {
  let strangers = 0
  const receiver = await openReceiver({ timeoutMs, shownWithinMs: 20, onStranger: () => (strangers += 1) })
  t.teardown(receiver.close)
  const come = (query: Record<string, string>) =>
    fetch(`${receiver.redirectUri}?${new URLSearchParams(query).toString()}`, { redirect: 'manual' })
  return { ...receiver, come, strangers: () => strangers }
}

t.test('the code comes back with the state, and the browser goes on to an address without it', async (t) => {
  const { come, code, state, redirectUri } = await build(t)
  t.match(redirectUri, /^http:\/\/localhost:\d+\/login$/)
  t.match(await (await fetch(new URL('/', redirectUri))).text(), /Waiting for your login/)
  const answer = await come({ code: CODE, state })
  t.match(answer, { status: 303 })
  t.equal(answer.headers.get('location'), '/')
  const page = await fetch(new URL('/', redirectUri))
  t.equal(await code, CODE)
  t.match(await page.text(), /You are logged in[^]*Go back to the terminal/)
  t.match(page.headers.get('content-security-policy'), "default-src 'none'")
})

t.test('an answer to another login is refused in a friendly way, and waiting goes on', async (t) => {
  const { come, code, state, strangers } = await build(t)
  for (const wrong of [
    { code: 'other' },
    { code: 'other', state: '' },
    { code: 'other', state: `${state}x` },
  ]) {
    const answer = await come(wrong)
    t.equal(answer.status, 400)
    t.match(await answer.text(), /This is another login/)
  }
  t.equal(strangers(), 3)
  await come({ code: CODE, state })
  t.equal(await code, CODE)
})

t.test(
  'the same answer again, by a reload or a look ahead, is shown the same page and changes nothing',
  async (t) => {
    const { come, code, state, redirectUri, strangers } = await build(t)
    const first = await come({ code: CODE, state })
    const ends = [await code]
    for (const later of [CODE, 'second']) {
      const again = await come({ code: later, state })
      t.match([again.status, again.headers.get('location')], [first.status, first.headers.get('location')])
      ends.push(await code)
    }
    t.match(await (await fetch(new URL('/', redirectUri))).text(), /You are logged in/)
    t.strictSame(ends, [CODE, CODE, CODE])

    const other = await come({ code: CODE, state: 'another' })
    t.match([other.status, await other.text()], [400, /This is another login/])
    t.equal(strangers(), 0, 'the terminal waits for nothing any more')
  },
)

t.test('a cancelled login stays cancelled when its page is loaded again', async (t) => {
  const { come, code, state, redirectUri } = await build(t)
  const cancelled = { error: 'access_denied', error_reason: 'user_denied', state }
  await come(cancelled)
  t.equal((await come(cancelled)).status, 303)
  t.equal((await come({ code: CODE, state })).status, 303, 'nor by going back and accepting')
  await t.rejects(code, { message: /cancelled in the dialog/ })
  t.match(await (await fetch(new URL('/', redirectUri))).text(), /No login/)
})

t.test('who cancels in the dialog is told in the browser and in the terminal', async (t) => {
  const { come, code, state, redirectUri } = await build(t)
  const answer = await come({ error: 'access_denied', error_reason: 'user_denied', state })
  t.equal(answer.status, 303)
  await t.rejects(code, {
    code: 'BOT_USER_TOKEN_INVALID',
    message: /cancelled in the dialog/,
    remedy: /again/,
  })
  t.match(await (await fetch(new URL('/', redirectUri))).text(), /No login[^]*The terminal says what to do/)
})

t.test('without a login in time it ends, saying so', async (t) => {
  const { code } = await build(t, 20)
  await t.rejects(code, { code: 'BOT_USER_TOKEN_INVALID', message: /There was no login/, remedy: /--login/ })
})

t.test('other paths, methods and host names get nothing', async (t) => {
  const { code, state, redirectUri, come } = await build(t)
  const { origin, port } = new URL(redirectUri)
  const query = `code=evil&state=${state}`
  t.equal((await fetch(`${origin}/favicon.ico`)).status, 404)
  t.equal((await fetch(`${redirectUri}?${query}`, { method: 'POST' })).status, 404)
  const rebound = await new Promise((resolve) => {
    const headers = { host: `evil.example:${port}` }
    request(`http://127.0.0.1:${port}/login?${query}`, { headers }, ({ statusCode }) =>
      resolve(statusCode),
    ).end()
  })
  t.equal(rebound, 404)
  await come({ code: CODE, state })
  t.equal(await code, CODE)
})

t.test('a browser is opened where there is a desktop, whatever the system', async (t) => {
  const url = 'https://www.facebook.com/v25.0/dialog/oauth?a=1&b=2'
  t.strictSame(commandFor(url, {}, 'darwin'), ['open', url])
  t.match(commandFor(url, {}, 'win32'), ['rundll32', String, url])
  t.strictSame(commandFor(url, { DISPLAY: ':0' }, 'linux'), ['xdg-open', url])
  t.strictSame(commandFor(url, { WAYLAND_DISPLAY: 'wayland-0' }, 'linux'), ['xdg-open', url])
  t.equal(commandFor(url, {}, 'linux'), null)
})

const BIN = join(import.meta.dirname, '../../bin/bootstrap-token.ts')
const APP = { appId: '600000000000001', appSecret: 'hush-app-secret' }

/** The command, and a person at the sandbox's login dialog. */
const start = async (t: Test, args: string[] = []) => {
  const sandbox = await createSandbox(APP)
  t.teardown(() => sandbox.close())
  const dir = t.testdir()
  const child = spawn(process.execPath, [BIN, '--login', ...args], {
    cwd: dir,
    env: {
      ...COMPILED,
      FB_APP_ID: APP.appId,
      FB_APP_SECRET: APP.appSecret,
      FB_GRAPH_URL: sandbox.origin,
      FB_LOGIN_URL: sandbox.origin,
      DATA_DIR: join(dir, 'data'),
    },
  })
  t.teardown(() => child.kill('SIGKILL'))
  let stderr = ''
  const dialog = Promise.withResolvers<string>()
  child.stderr.setEncoding('utf8').on('data', (chunk: string) => {
    stderr += chunk
    const [, url] = /Log in to Facebook: (\S+)\n/.exec(stderr) ?? []
    if (url !== undefined) dialog.resolve(url)
  })
  const stdout = text(child.stdout)
  const ended = new Promise<number | null>((resolve) => child.once('close', resolve))
  /** Answers the dialog's form, and follows where it leads. */
  const decide = async (form: Record<string, string | string[]>) => {
    const body = new URLSearchParams(
      Object.entries(form).flatMap(([name, value]) =>
        [value].flat().map((one): [string, string] => [name, one]),
      ),
    )
    return await fetch(await dialog.promise, { method: 'POST', body })
  }
  const [user] = sandbox.world.users.keys()
  const [page] = sandbox.world.pages.keys()
  return {
    dir,
    sandbox,
    dialog: dialog.promise,
    decide,
    ended,
    stdout,
    stderr: () => stderr,
    user: user ?? '',
    page: page ?? '',
  }
}

const SCOPES = ['pages_show_list', 'pages_messaging', 'pages_manage_metadata']

t.test(
  '--login makes a saved Page token of a login in the browser, and shows neither code nor token',
  async (t) => {
    const { decide, dialog, ended, stdout, stderr, dir, user, page } = await start(t, ['--json'])
    const asked = new URL(await dialog).searchParams
    t.equal(asked.get('scope'), SCOPES.join(','))
    t.match(asked.get('redirect_uri'), /^http:\/\/localhost:\d+\/login$/)
    t.ok((asked.get('state') ?? '').length >= 32)
    t.match(stderr(), /development mode/)

    const back = await decide({ user, page, scope: SCOPES, decision: 'continue' })
    t.match(await back.text(), /You are logged in/)
    t.equal(await ended, 0)
    t.match(JSON.parse(await stdout), { pages: [{ id: page, expiresAt: null, subscribed: true }] })
    const { pages, users } = JSON.parse(await readFile(join(dir, 'data/tokens.json'), 'utf8')) as Record<
      string,
      { token: string }[]
    >
    t.equal(pages?.length, 1)
    for (const secret of [...(pages ?? []), ...(users ?? [])].map(({ token }) => token)) {
      t.notMatch(stderr() + (await stdout), secret)
    }
    t.notMatch(stderr() + (await stdout), /hush|code=/)
  },
)

t.test('a login that is cancelled ends with 1, what happened and what to do', async (t) => {
  const { decide, ended, stdout, stderr } = await start(t)
  t.match(await (await decide({ decision: 'cancel' })).text(), /No login/)
  t.equal(await ended, 1)
  t.equal(await stdout, '')
  t.match(stderr(), /The login was cancelled in the dialog[^\n]*\nStart it again and accept[^\n]*\n$/)
})

t.test('a permission left out in the dialog is named', async (t) => {
  const { decide, ended, stderr, user, page } = await start(t)
  await decide({ user, page, scope: ['pages_show_list'], decision: 'continue' })
  t.equal(await ended, 1)
  t.match(stderr(), /The user token lacks pages_messaging, pages_manage_metadata/)
})
