import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import {
  appendFileSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { delimiter, dirname, join } from 'node:path'
import { createInterface } from 'node:readline'
import { text } from 'node:stream/consumers'
import { fileURLToPath } from 'node:url'
import t, { type Test } from 'tap'
import { createSandbox, type Sandbox } from '../../sandbox/src/server.ts'
import { buildPackages } from '../../tools/package.ts'
import { startRegistry } from '../helpers/registry.ts'

const ROOT = fileURLToPath(new URL('../..', import.meta.url))
const PAGE_ID = '100000000000001'
/** A second module of handlers, as an editor checks it. */
const LOOKUP = `import { defineBot } from 'evergreen-messenger/handlers'
export const bot = defineBot().hears('price', async (ctx) => {
  const answer = await fetch('https://example.com/price', { signal: ctx.signal })
  console.log(answer.status)
  ctx.reply(await answer.text())
})
`
const APP = { appId: '600000000000001', appSecret: 'app-secret-1' }

interface Ended {
  code: number | null
  output: string
}

/** A machine with npm and a registry that has both packages; the modules of other people are in a folder above all else. */
const buildMachine = async (t: Test) => {
  const home = mkdtempSync(join(tmpdir(), 'evergreen-test-'))
  t.teardown(() => rmSync(home, { recursive: true, force: true }))
  symlinkSync(join(ROOT, 'node_modules'), join(home, 'node_modules'))
  const build = join(home, 'build')
  buildPackages(build)
  const registry = await startRegistry(t, home)
  const names = ['evergreen-messenger', 'create-evergreen-messenger']
  registry.publish(...names.map((name) => join(build, name)))
  const env = {
    PATH: [dirname(process.execPath), process.env['PATH']].join(delimiter),
    HOME: home,
    npm_config_registry: registry.origin,
    npm_config_cache: join(home, 'cache'),
    npm_config_update_notifier: 'false',
    npm_config_audit: 'false',
    // npm is started a dozen times.
    NODE_COMPILE_CACHE: join(home, 'compiled'),
  }
  return {
    home,
    env,
    npm: async (cwd: string, args: string[], more: Record<string, string> = {}): Promise<Ended> => {
      const child = spawn('npm', args, { cwd, env: { ...env, ...more }, stdio: ['ignore', 'pipe', 'pipe'] })
      const [out, err] = await Promise.all([text(child.stdout), text(child.stderr), once(child, 'close')])
      return { code: child.exitCode, output: out + err }
    },
    /** The next version of the program is the same but for its number. */
    release: (version: string): void => registry.renumber('evergreen-messenger', version),
  }
}

/** `npm start` in a folder, with a webhook of the sandbox. @returns ends it as Ctrl-C does */
const start = async (
  t: Test,
  { folder, env, sandbox }: { folder: string; env: Record<string, string>; sandbox: Sandbox },
): Promise<() => Promise<void>> => {
  const child: ChildProcess = spawn('npm', ['start'], { cwd: folder, env, detached: true })
  const { pid, stdout, stderr } = child
  if (pid === undefined || stdout === null || stderr === null) throw new Error('npm could not be started')
  const signal = (name: NodeJS.Signals): void => {
    try {
      process.kill(-pid, name)
    } catch {
      // It is gone.
    }
  }
  t.teardown(() => signal('SIGKILL'))
  let said = ''
  stderr.on('data', (chunk: Buffer) => (said += chunk.toString()))
  const address = await new Promise<string>((resolve, reject) => {
    child.once('exit', () => reject(new Error(`the bot ended: ${said}`)))
    createInterface({ input: stdout }).on('line', (line) => {
      said += `${line}\n`
      if (!line.startsWith('{')) return
      const { msg, address: where = '' } = JSON.parse(line) as { msg?: string; address?: string }
      if (msg === 'listening') resolve(where)
    })
  })
  sandbox.setWebhook({ url: `${address}/webhook`, verifyToken: 'verify-1' })
  sandbox.courier.hurry()
  return async () => {
    const ended = once(child, 'close')
    child.removeAllListeners('exit')
    signal('SIGINT')
    await ended
  }
}

t.test('npm create, the first replies by script and by code, and an upgrade', async (t) => {
  const { home, env, npm, release } = await buildMachine(t)
  const folder = join(home, 'my-bot')
  const own = (name: string): string => readFileSync(join(folder, name), 'utf8')

  const made = await npm(home, [
    'create',
    '--yes',
    'evergreen-messenger@latest',
    'my-bot',
    '--',
    '--handlers',
  ])
  t.equal(made.code, 0, made.output)
  t.match(made.output, /cd my-bot\n[^]*npm start[^]*npm update evergreen-messenger/)
  t.strictSame(readdirSync(folder).toSorted(), [
    '.env',
    '.env.example',
    '.gitignore',
    'README.md',
    'bot.yaml',
    'handlers.ts',
    'node_modules',
    'package-lock.json',
    'package.json',
    'tsconfig.json',
  ])
  t.match(own('bot.yaml'), '$schema=./node_modules/evergreen-messenger/bot.schema.json')

  const lookup = join(folder, 'lookup.ts')
  writeFileSync(lookup, LOOKUP)
  const types = join(ROOT, 'node_modules/typescript/bin/tsc')
  const [untouched, checkedScript, foundTypes] = await Promise.all([
    npm(folder, ['start']),
    npm(folder, ['run', 'script:check']),
    text(
      spawn(process.execPath, [types, '--types', '', '--skipLibCheck', 'false'], {
        cwd: folder,
        stdio: 'pipe',
      }).stdout,
    ),
  ])
  t.match(untouched, { code: 1, output: /npx evergreen-messenger setup/ }, 'cures are spelled for the folder')
  t.match(untouched.output, 'README.md, "Connect a real Page"')
  t.match(own('README.md'), '## Connect a real Page')
  t.match(checkedScript, { code: 0, output: /bot\.yaml is fine/ })
  t.equal(foundTypes, '', 'an editor finds the types of the handlers, and of what Node.js has besides')
  rmSync(lookup)

  const sandbox = await createSandbox({
    ...APP,
    pages: [{ id: PAGE_ID, name: 'My shop' }],
    visitors: [{ name: 'Vera' }],
  })
  t.teardown(() => sandbox.close())
  const psid = sandbox.state().visitors[0]?.psid ?? ''
  const settings = { FB_APP_ID: APP.appId, FB_APP_SECRET: APP.appSecret, FB_VERIFY_TOKEN: 'verify-1' }
  const lines = Object.entries({ ...settings, FB_GRAPH_URL: sandbox.origin, PORT: '0' })
  appendFileSync(join(folder, '.env'), lines.map(([name, value]) => `${name}=${value}\n`).join(''))
  appendFileSync(join(folder, 'bot.yaml'), '\n# Mine.\n')
  const mine = own('bot.yaml')
  /** All that the Page has said, buttons included. */
  const heard = (): string =>
    JSON.stringify(sandbox.conversation(PAGE_ID, psid)?.messages.filter(({ from }) => from === 'page') ?? [])
  const ask = async (question: string, answer: string): Promise<void> => {
    sandbox.act(PAGE_ID, psid, { type: 'text', text: question })
    await sandbox.until(() => heard().includes(answer))
  }

  const token = { FB_USER_TOKEN: sandbox.userToken() }
  const bootstrapped = await npm(folder, ['run', 'bootstrap-token', '--', '--all', '--json'], token)
  t.equal(bootstrapped.code, 0, bootstrapped.output)

  const [version = ''] =
    /\d+\.\d+\./.exec(JSON.parse(own('node_modules/evergreen-messenger/package.json')).version) ?? []
  release(`${version}99`)
  const upgraded = await npm(folder, ['update', 'evergreen-messenger'])
  t.equal(upgraded.code, 0, upgraded.output)
  t.match(JSON.parse(own('node_modules/evergreen-messenger/package.json')), { version: `${version}99` })
  t.equal(own('bot.yaml'), mine, 'an upgrade changes nothing of the owner')

  // With the token that the version before the upgrade has stored.
  const stop = await start(t, { folder, env, sandbox })
  await ask('when are you opn?', 'We are open Monday to Friday')
  await ask('what time is it', 'It is ')
  await ask('order 4711', '4711')
  await stop()
  t.ok(readdirSync(join(folder, 'data')).includes('evergreen.db'), 'the data are in the folder')
  const program = readdirSync(join(folder, 'node_modules/evergreen-messenger'))
  for (const name of ['data', '.env', 'bot.yaml']) t.notOk(program.includes(name), name)
})
