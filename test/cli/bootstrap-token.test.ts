import { spawn } from 'node:child_process'
import { readFile, readdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import t, { type Test } from 'tap'
import { createTokenStore } from '../../src/store/tokens/token-store.ts'
import { bootstrapToken } from '../../src/cli/bootstrap-token.ts'
import { run as runCommand, type Ended } from './run.ts'
import { COMPILED } from '../helpers/compiled.ts'
import {
  APP_ID,
  APP_SECRET,
  hanging,
  html,
  PAGE_ID,
  pageFacts,
  SCOPES,
  startFakeGraph,
  type FakeGraph,
} from '../helpers/graph-server.ts'
import { pageToken } from '../store/tokens/sample.ts'

const BIN = join(import.meta.dirname, '../../bin/bootstrap-token.ts')
const SECOND = '200000000000002'

interface Bench {
  fake: FakeGraph
  dir: string
  /** Runs the command to its end. `stdin: null` leaves the pipe open and silent. */
  run: (args?: string[], options?: { stdin?: string | null; env?: Record<string, string> }) => Promise<Ended>
  start: (args?: string[], env?: Record<string, string>) => ReturnType<typeof spawn>
}

const build = async (t: Test): Promise<Bench> => {
  const fake = await startFakeGraph(t)
  const dir = t.testdir()
  const settings = { FB_APP_ID: APP_ID, FB_APP_SECRET: APP_SECRET, FB_GRAPH_URL: fake.origin }
  const start: Bench['start'] = (args = [], env = {}) => {
    const child = spawn(process.execPath, [BIN, ...args], {
      cwd: dir,
      env: { ...COMPILED, ...settings, DATA_DIR: 'data', ...env },
      stdio: 'pipe',
    })
    t.teardown(() => child.kill('SIGKILL'))
    return child
  }
  const run: Bench['run'] = (args = [], { stdin = 'user-token-1\n', env = {} } = {}) =>
    runCommand(bootstrapToken, join(dir, 'data'), args, { stdin, env: { ...settings, ...env } })
  return { fake, dir, run, start }
}

const stored = async (dir: string) => (await createTokenStore({ dir: join(dir, 'data'), key: null })).pages()

const addPage = (fake: FakeGraph): void => {
  fake.pages.push({ id: SECOND, name: 'Second', token: 'page-token-2', tasks: ['MESSAGING'] })
  fake.tokens.set('page-token-2', pageFacts(SECOND))
}

const SECRETS = /user-token-1|page-token-\d|app-secret-1/

const lines = (text: string): string[] => text.split('\n').filter((line) => line !== '')

t.test('a piped token becomes a saved Page token, each step on a line', async (t) => {
  const { dir, run } = await build(t)
  const { code, stdout, stderr } = await run()
  t.equal(code, 0)
  t.equal(stderr, '')
  t.match(lines(stdout), [
    /^✔ User token valid/,
    /^✔ Exchanged/,
    /^✔ 1 Page found/,
    /^✔ Example Page: token valid, never expires/,
    /^✔ 1 Page token saved/,
    /^✔ Example Page: webhooks subscribed \(10 fields\)/,
    /^✔ Example Page answers/,
    /^Done: Example Page \(100000000000001\)\.$/,
  ])
  t.match(await stored(dir), [{ pageId: PAGE_ID, token: 'page-token-1' }])
  t.notMatch(stdout, SECRETS)
})

t.test('--json prints one object without a token, and nothing else', async (t) => {
  const { run } = await build(t)
  const { code, stdout, stderr } = await run(['--json'])
  t.equal(code, 0)
  t.equal(stderr, '')
  t.strictSame(JSON.parse(stdout), {
    pages: [
      {
        id: PAGE_ID,
        name: 'Example Page',
        expiresAt: null,
        scopes: SCOPES,
        tasks: ['MESSAGING', 'MODERATE'],
        subscribed: true,
      },
    ],
  })
  t.notMatch(stdout, SECRETS)
})

t.test(
  'the token comes from the environment where nothing is piped, even if a pipe stays open',
  async (t) => {
    const { run } = await build(t)
    for (const stdin of ['', null]) {
      const { code } = await run(['--json'], { stdin, env: { FB_USER_TOKEN: ' user-token-1 ' } })
      t.equal(code, 0)
    }
  },
)

t.test('a piped token goes before one in the environment', async (t) => {
  const { run } = await build(t)
  t.equal((await run([], { env: { FB_USER_TOKEN: 'stale' } })).code, 0)
})

t.test('settings and the token may stand in .env', async (t) => {
  const { dir, fake, start } = await build(t)
  const env = `FB_USER_TOKEN="user-token-1"\nFB_GRAPH_VERSION=v26.0\n`
  await writeFile(join(dir, '.env'), env)
  const child = start(['--json'])
  child.stdin?.end()
  t.equal(await new Promise((resolve) => child.once('close', resolve)), 0)
  t.ok(fake.requests.every(({ path }) => path.startsWith('/v26.0/')))
})

t.test('quotes, whitespace and line ends around the token do not matter', async (t) => {
  const { run } = await build(t)
  t.equal((await run(['--json'], { stdin: ' \n "user-token-1" \r\n\n' })).code, 0)
})

t.test('several Pages need --page or --all', async (t) => {
  const { fake, dir, run } = await build(t)
  addPage(fake)
  const undecided = await run()
  t.equal(undecided.code, 1)
  t.match(lines(undecided.stderr), [/reaches 2 Pages: Example Page .*Second/, /--page ID/])
  t.strictSame(await stored(dir), [])

  const runs = [['--page', SECOND], ['--page', SECOND, `--page=${PAGE_ID}`], ['--all']]
  const chosen = await Promise.all(runs.map((args) => run(['--json', ...args])))
  t.strictSame(
    chosen.map(({ stdout }) => JSON.parse(stdout).pages.map(({ id }: { id: string }) => id)),
    [[SECOND], [SECOND, PAGE_ID], [PAGE_ID, SECOND]],
  )
})

t.test('--no-subscribe leaves the subscription alone', async (t) => {
  const { fake, run } = await build(t)
  const { stdout } = await run(['--json', '--no-subscribe'])
  t.match(JSON.parse(stdout).pages, [{ subscribed: false }])
  t.equal(fake.subscribed.size, 0)
})

t.test('with TOKEN_KEY nothing readable is on disk', async (t) => {
  const { dir, run } = await build(t)
  const TOKEN_KEY = Buffer.alloc(32, 7).toString('base64')
  t.equal((await run([], { env: { TOKEN_KEY } })).code, 0)
  for (const name of await readdir(join(dir, 'data'))) {
    t.notMatch(await readFile(join(dir, 'data', name), 'latin1'), SECRETS)
  }
  const other = await run([], { env: { TOKEN_KEY: Buffer.alloc(32, 8).toString('base64') } })
  t.equal(other.code, 1)
  t.match(lines(other.stderr), [/another TOKEN_KEY/, /Set TOKEN_KEY/])
})

t.test('a token as an argument is refused without being repeated, before anything happens', async (t) => {
  const { fake, dir, run } = await build(t)
  const { code, stdout, stderr } = await run(['--token', 'user-token-1'])
  t.equal(code, 2)
  t.equal(stdout, '')
  t.match(lines(stderr), [/never a token/, /Pipe the token in/])
  t.notMatch(stderr, SECRETS)
  t.strictSame(fake.called(), [])
  t.strictSame(await readdir(dir), [])
})

t.test('no token at all is wrong usage', async (t) => {
  const { run } = await build(t)
  const { code, stderr } = await run([], { stdin: ' \n\t ' })
  t.equal(code, 2)
  t.match(lines(stderr), [/No user token came on standard input/, /FB_USER_TOKEN/])
})

t.test('--help explains everything and needs nothing', async (t) => {
  const { run } = await build(t)
  const { code, stdout, stderr } = await run(['--help'], { stdin: null, env: { FB_APP_ID: '' } })
  t.equal(code, 0)
  t.match(stdout, /--page ID[^]*--all[^]*--no-subscribe[^]*--json[^]*Exit code/)
  t.equal(stderr, '')
})

t.test('missing and malformed settings are named together, without their values', async (t) => {
  const { run } = await build(t)
  const { code, stderr } = await run([], {
    env: { FB_APP_ID: '', FB_GRAPH_VERSION: 'user-token-1', TOKEN_KEY: 'short' },
  })
  t.equal(code, 1)
  t.equal(lines(stderr).length, 2)
  t.match(stderr, /FB_APP_ID.*FB_GRAPH_VERSION|FB_GRAPH_VERSION.*FB_APP_ID/)
  t.match(stderr, /TOKEN_KEY/)
  t.notMatch(stderr, SECRETS)
})

interface Failure {
  what: string
  arrange?: (bench: Bench) => unknown
  stdin?: string
  env?: Record<string, string>
  lines: [RegExp, RegExp]
}

const FAILURES: Failure[] = [
  {
    what: 'a dead token',
    arrange: ({ fake }) =>
      fake.tokens.set('user-token-1', {
        is_valid: false,
        error: { code: 190, subcode: 463, message: 'Session has expired' },
      }),
    lines: [/the token has expired/, /new user token/],
  },
  {
    what: 'a wrong app secret',
    env: { FB_APP_SECRET: 'wrong' },
    lines: [/app id and app secret/, /FB_APP_SECRET/],
  },
  {
    what: 'HTML instead of an answer',
    arrange: ({ fake }) => fake.answers.set('accounts', html),
    lines: [/HTTP 502/, /Try again/],
  },
  {
    what: 'a Graph that is not there',
    env: { FB_GRAPH_URL: 'http://127.0.0.1:1' },
    lines: [/ECONNREFUSED/, /Try again/],
  },
  { what: 'a flood', stdin: 'x'.repeat(5_000_000), lines: [/Far more came/, /nothing else/] },
  {
    what: 'a token file that cannot be read',
    arrange: async ({ dir }) => {
      await createTokenStore({ dir: join(dir, 'data'), key: null })
      await writeFile(join(dir, 'data', 'tokens.json'), '{"half')
    },
    lines: [/cannot be read/, /tokens\.json\.previous/],
  },
]

for (const { what, arrange, stdin, env, lines: expected } of FAILURES) {
  t.test(`${what} ends with code 1, what happened and what to do`, async (t) => {
    const bench = await build(t)
    await arrange?.(bench)
    const { code, stdout, stderr } = await bench.run(['--json'], {
      ...(stdin !== undefined && { stdin }),
      ...(env && { env }),
    })
    t.equal(code, 1)
    t.equal(stdout, '')
    t.equal(lines(stderr).length, 2, stderr)
    t.match(lines(stderr), expected)
    t.notMatch(stderr, SECRETS)
  })
}

t.test('a failure keeps the token that worked before', async (t) => {
  const { fake, dir, run } = await build(t)
  const store = await createTokenStore({ dir: join(dir, 'data'), key: null })
  await store.save({ pages: [pageToken({ pageId: PAGE_ID, token: 'working' })] })
  fake.tokens.set('page-token-1', pageFacts(PAGE_ID, { type: 'USER' }))
  t.equal((await run()).code, 1)
  t.match(await stored(dir), [{ token: 'working' }])
})

t.test('Ctrl-C while Facebook does not answer saves nothing', async (t) => {
  const { fake, dir, start } = await build(t)
  const asked = new Promise<void>((resolve) => {
    fake.answers.set('accounts', (request, response) => {
      hanging(request, response)
      resolve()
    })
  })
  const child = start()
  child.stdin?.end('user-token-1')
  await asked
  child.kill('SIGINT')
  const [code, signal] = await new Promise<[number | null, string | null]>((resolve) =>
    child.once('close', (...ended) => resolve(ended)),
  )
  t.ok(code === 130 || signal === 'SIGINT')
  t.strictSame(await stored(dir), [])
})

t.test('a pipe that stays silent gets a hint, and is waited for', async (t) => {
  const { start } = await build(t)
  const child = start(['--json'])
  child.stderr?.setEncoding('utf8')
  const hint = await new Promise<string>((resolve) => child.stderr?.once('data', resolve))
  t.match(hint, /Waiting for the user token on standard input/)
  child.stdin?.end('user-token-1')
  t.equal(await new Promise((resolve) => child.once('close', resolve)), 0)
})
