import { spawn, spawnSync, type ChildProcessByStdio } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, openSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { connect } from 'node:net'
import type { Readable } from 'node:stream'
import { text } from 'node:stream/consumers'
import { fileURLToPath } from 'node:url'
import t, { type Test } from 'tap'
import { createSandbox } from '../../sandbox/src/server.ts'
import { withDotEnv } from '../../src/base/config.ts'
import { hiddenFields } from '../helpers/console.ts'
import { until } from '../helpers/until.ts'
import { readUntil } from '../helpers/read-until.ts'

const ROOT = fileURLToPath(new URL('../..', import.meta.url))
const SERVE = join(ROOT, 'bin/serve.js')
const KEYS = { appId: '600000000000001', appSecret: 'app-secret-1' }
const TERMINAL = spawnSync('script', ['--version']).status === 0

/** A terminal of its own for `npm start`, such as `script` makes; without one it would not ask. */
const inTerminal =
  TERMINAL || process.env['CI'] === 'true' ? {} : { skip: 'there is no "script" to make a terminal' }

t.test(
  'npm start in an empty folder leads through the set-up, and the same process answers a visitor',
  inTerminal,
  async (t) => {
    const sandbox = await createSandbox({
      ...KEYS,
      pages: [{ name: 'Evergreen Café' }],
      visitors: [{ name: 'Vera Visitor' }],
    })
    t.teardown(() => sandbox.close())
    const dir = t.testdir()
    const env = {
      PATH: process.env['PATH'],
      PORT: '0',
      FB_GRAPH_URL: sandbox.origin,
      FB_LOGIN_URL: sandbox.origin,
    }

    const [first, url] = await startInTerminal(t, dir, env)
    const interrupted = await open(url)
    await interrupted.give('app', { app_id: KEYS.appId, app_secret: KEYS.appSecret })
    first.kill('SIGKILL')
    await once(first, 'exit')

    // Nothing was written yet: it begins anew.
    const [bot, link] = await startInTerminal(t, dir, env)
    const { origin } = new URL(link)
    const tab = await open(link)
    await tab.give('app', { app_id: KEYS.appId, app_secret: KEYS.appSecret })
    await tab.give('address', { public_url: origin })
    await tab.give('operator', { password: 'correct horse battery' })
    // Browsers open connections ahead of need; they must not keep the bot from its port.
    for (const beginning of ['', 'GET /setup HTTP/1.1\r\nHost:']) {
      const socket = connect(Number(new URL(origin).port), '127.0.0.1').on('error', () => undefined)
      await once(socket, 'connect')
      socket.write(beginning)
    }
    t.match(await tab.post('/setup/start', {}), /The bot is starting/)

    await tab.until('/operator/sign-in', /name="password"/)
    await tab.post('/operator/sign-in', { user: 'operator', password: 'correct horse battery' })
    t.match(await tab.get('/operator'), /The bot needs its first token/)
    t.match(
      await tab.post('/operator/repair', { token: sandbox.userToken() }),
      /data-repair="done"|data-repair="running"/,
    )
    // A message that comes before goes nowhere, as at Facebook.
    await until(() => {
      const { pages, webhook } = sandbox.state()
      return pages[0]?.subscribed === true && webhook.verified
    })

    const [page] = sandbox.state().pages
    const [visitor] = sandbox.state().visitors
    sandbox.act(page?.id ?? '', visitor?.psid ?? '', { type: 'text', text: 'when are you open?' })
    // What says that a machine is talking comes first.
    const replies = await sandbox.replies(page?.id ?? '', visitor?.psid ?? '', 2)
    t.match(replies.at(-1)?.text, /open/i)

    t.match(withDotEnv({}, join(dir, '.env')), {
      FB_APP_ID: KEYS.appId,
      OPERATOR_PASSWORD: 'correct horse battery',
    })
    // Its terminal is gone; it ends in order all the same, and gives its data folder back.
    bot.kill('SIGKILL')
    await until(() => !existsSync(join(dir, 'data/evergreen.pid')))
  },
)

t.test(
  'without a terminal npm run setup does the same, also where nothing can be logged; with settings it says that there is nothing to set up',
  async (t) => {
    const dir = t.testdir({ '.env': 'FB_APP_ID=1\n' })
    const refused = run(t, ['--setup'], dir, {})
    const [stderr, [code]] = await Promise.all([text(refused.stderr), once(refused, 'exit')])
    t.equal(code, 1)
    t.match(stderr, /^This bot is set up already, at least in part\.\n[^\n]*node \S+bin\/serve\.js[^\n]*\n$/)

    const full = existsSync('/dev/full') ? openSync('/dev/full', 'w') : 'ignore'
    const env = { PORT: '0', SSH_CONNECTION: '192.0.2.1 1 192.0.2.2 22' }
    const asked = run(t, ['--setup'], t.testdir(), env, full)
    const shown = await readUntil(asked.stderr, /demo/)
    t.match(shown, /http:\/\/localhost:\d+\/setup\/code\/[a-z2-9-]{23}\n[^]*ssh -L (\d+):localhost:\1/)
    asked.kill('SIGTERM')
    const [said, ended] = await Promise.all([text(asked.stderr), once(asked, 'exit')])
    t.strictSame(ended, [0, null])
    if (full !== 'ignore') t.match(shown + said, /^Nothing can be logged \(ENOSPC\)\. The bot goes on/m)
    t.equal(
      readFileSync(join(ROOT, 'package.json'), 'utf8').includes('"setup": "exec node bin/serve.js --setup"'),
      true,
    )
  },
)

t.test('a mistake in another setting ends the set-up before it begins, with all that is wrong', async (t) => {
  const bot = run(t, ['--setup'], t.testdir(), { PORT: 'eighty' })
  const [stderr, [code]] = await Promise.all([text(bot.stderr), once(bot, 'exit')])
  t.equal(code, 1)
  t.match(stderr, /FB_APP_ID is missing[^]*PORT must be a whole number/)
})

const run = (
  t: Test,
  args: string[],
  cwd: string,
  env: NodeJS.ProcessEnv,
  stdout: 'ignore' | number = 'ignore',
) => {
  const child = spawn(process.execPath, [SERVE, ...args], {
    cwd,
    env,
    stdio: ['ignore', stdout, 'pipe'],
  }) as ChildProcessByStdio<null, null, Readable>
  t.teardown(() => child.kill('SIGKILL'))
  return child
}

const startInTerminal = async (t: Test, cwd: string, env: NodeJS.ProcessEnv) => {
  // What ends `script` ends what runs in its terminal.
  const command = `exec '${process.execPath}' '${SERVE}'`
  const child = spawn('script', ['--quiet', '--return', '--command', command, '/dev/null'], {
    cwd,
    env,
    stdio: 'pipe',
  })
  t.teardown(() => child.kill('SIGKILL'))
  const shown = await readUntil(child.stdout, /setup\/code\/[a-z2-9-]{23}/)
  return [child, /http:\/\/\S+\/setup\/code\/\S+/.exec(shown)?.[0] ?? ''] as const
}

/** What a browser does with plain forms: cookies, redirects, and the fields it was shown. */
const open = async (url: string) => {
  const { origin } = new URL(url)
  const cookies = new Map<string, string>()
  let page = ''
  const visit = async (path: string, init: RequestInit = {}): Promise<string> => {
    const cookie = [...cookies].map((pair) => pair.join('=')).join('; ')
    const answer = await fetch(`${origin}${path}`, {
      ...init,
      redirect: 'manual',
      headers: { accept: 'text/html', origin, cookie },
    })
    for (const one of answer.headers.getSetCookie()) {
      const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(one) ?? []
      cookies.set(name, value)
    }
    const location = answer.headers.get('location')
    if (location !== null) return visit(location)
    return (page = await answer.text())
  }
  const post = (path: string, fields: Record<string, string>): Promise<string> =>
    visit(path, {
      method: 'POST',
      body: new URLSearchParams([...hiddenFields(page, path), ...Object.entries(fields)]),
    })
  await visit(new URL(url).pathname)
  return {
    get: (path: string) => visit(path),
    post,
    give: (step: string, fields: Record<string, string>) => post(`/setup/${step}`, fields),
    /** Asks again while the bot takes over the port. */
    until: (path: string, words: RegExp): Promise<void> =>
      until(async () => words.test(await visit(path).catch(() => '')), { everyMs: 20 }),
  }
}
