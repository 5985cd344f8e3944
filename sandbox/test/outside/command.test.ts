import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { closeSync, openSync, readFileSync, statSync } from 'node:fs'
import http from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import t from 'tap'
import { ProxyAgent, request } from 'undici'
import { readArguments, WrongUsage } from '../../src/arguments.ts'

const COMMAND = new URL('../../bin/sandbox.ts', import.meta.url).pathname

const run = (...args: string[]) => {
  const child = spawn(process.execPath, [COMMAND, ...args], { stdio: ['ignore', 'pipe', 'pipe'] })
  const output = { out: '', err: '' }
  child.stdout.setEncoding('utf8').on('data', (text: string) => (output.out += text))
  child.stderr.setEncoding('utf8').on('data', (text: string) => (output.err += text))
  return { child, output, exit: once(child, 'exit') as Promise<[number | null]> }
}

t.test('it says all a newcomer needs, works as told, and leaves nothing behind', async (t) => {
  const { child, output, exit } = run(
    '--port',
    '0',
    '--app-id',
    '123',
    '--app-secret',
    'hush-hush',
    '--verify-token',
    'v-token',
    '--page',
    'Flower Shop',
    '--seed',
    '1',
    '--tls',
    '--tls-port',
    '0',
    '--tls-folder',
    join(t.testdir(), 'my files'),
    '--public-url',
    'http://localhost:4000',
    '--second-app-id',
    '456',
    '--second-webhook',
    'http://127.0.0.1:9/webhook',
  )
  t.teardown(() => child.kill('SIGKILL'))
  while (!output.out.includes('Ctrl-C')) await once(child.stdout, 'data')

  t.match(output.out, 'Only this machine can reach it.')
  const value = (name: string) => new RegExp(`${name}=(\\S+)`).exec(output.out)?.[1] ?? ''
  t.equal(value('FB_APP_ID'), '123')
  t.equal(value('FB_VERIFY_TOKEN'), 'v-token')
  t.equal(value('FB_LOGIN_URL'), value('FB_GRAPH_URL'))
  const token = /^ {2}(EAA\w+)$/m.exec(output.out)?.[1] ?? ''
  const response = await fetch(`${value('FB_GRAPH_URL')}/v25.0/me/accounts?access_token=${token}`)
  t.match(await response.json(), { data: [{ name: 'Flower Shop' }] })

  const second = /a user token: (EAA\w+)/.exec(output.out)?.[1] ?? ''
  const debug = `/v25.0/debug_token?input_token=${second}&access_token=${second}`
  t.match(await (await fetch(value('FB_GRAPH_URL') + debug)).json(), { data: { app_id: '456' } })

  const caFile = /NODE_EXTRA_CA_CERTS='([^']+)'/.exec(output.out)?.[1] ?? ''
  const dispatcher = new ProxyAgent({
    uri: value('HTTPS_PROXY'),
    requestTls: { ca: readFileSync(caFile, 'utf8') },
  })
  t.teardown(() => dispatcher.close())
  const me = await request(`https://graph.facebook.com/v25.0/me?access_token=${token}`, { dispatcher })
  t.match(await me.body.json(), { name: 'Olivia Operator' })
  for (const language of ['Python', 'PHP', 'Ruby', 'Go', 'Java']) t.match(output.out, language)
  // Java reads nothing from a store whose password it is not told, and then trusts none.
  const page = readFileSync(new URL('../../../docs/sandbox/java.md', import.meta.url), 'utf8')
  for (const [option] of output.out.matchAll(/-Djavax\.net\.ssl\.\w+/g)) t.match(page, option)
  for (const [option] of page.matchAll(/-Djavax\.net\.ssl\.\w+/g)) t.match(output.out, option)

  child.kill('SIGINT')
  t.strictSame((await exit)[0], 0)
  await t.rejects(fetch(value('FB_GRAPH_URL')))
})

const settled = async ({ child, output }: ReturnType<typeof run>) => {
  while (!output.out.includes('Ctrl-C')) {
    if (child.exitCode !== null) throw new Error(output.err)
    await Promise.race([once(child.stdout, 'data'), once(child, 'exit')])
  }
  const value = (name: string) => new RegExp(`${name}=(\\S+)`).exec(output.out)?.[1] ?? ''
  return { value, token: /^ {2}(EAA\w+)$/m.exec(output.out)?.[1] ?? '' }
}

t.test('with --state a token works after a restart, and the app is the same', async (t) => {
  const state = join(t.testdir(), 'world.json')
  const first = run('--port', '0', '--state', state, '--page', 'Flower Shop', '--visitor', 'Nora')
  t.teardown(() => first.child.kill('SIGKILL'))
  const { value, token } = await settled(first)
  first.child.kill('SIGINT')
  t.strictSame((await first.exit)[0], 0)
  t.equal(statSync(state).mode & 0o777, 0o600)

  const second = run('--port', '0', '--state', state)
  t.teardown(() => second.child.kill('SIGKILL'))
  const again = await settled(second)
  t.match(second.output.out, 'is the one of')
  for (const name of ['FB_APP_ID', 'FB_APP_SECRET']) t.equal(again.value(name), value(name))
  const response = await fetch(`${again.value('FB_GRAPH_URL')}/v25.0/me/accounts?access_token=${token}`)
  t.match(await response.json(), { data: [{ name: 'Flower Shop' }] })

  const third = run('--port', '0', '--state', state, '--app-id', '5')
  t.equal((await third.exit)[0], 2)
  t.match(third.output.err, `is the world of app ${value('FB_APP_ID')}`)
})

t.test('a state file that is none is left alone, and said so', async (t) => {
  const state = join(t.testdir({ 'world.json': '{"format":"something else"}' }), 'world.json')
  const { output, exit } = run('--port', '0', '--state', state)
  t.equal((await exit)[0], 1)
  t.match(output.err, /no saved world/)
  t.match(output.err, `To begin anew, move ${state} away.`)
  t.equal(readFileSync(state, 'utf8'), '{"format":"something else"}')
})

t.test('a state that is a folder ends with a file to name', async (t) => {
  const { output, exit } = run('--port', '0', '--state', t.testdir())
  t.equal((await exit)[0], 1)
  t.match(output.err, /is a folder; name a file in it: --state \S+\/world\.json/)
})

t.test('how strict Facebook is, is told on the command line', async (t) => {
  const started = run(
    ...'--port 0 --development --limits --require-proof --portfolio Shops --tester Tina --frozen'.split(' '),
    ...'--start 2026-11-21T12:00:00Z --batch 5 --latency 1'.split(' '),
  )
  t.teardown(() => started.child.kill('SIGKILL'))
  const { value, token } = await settled(started)
  const origin = value('FB_GRAPH_URL')
  const state = (await (await fetch(`${origin}/sandbox/state`)).json()) as object
  t.match(state, {
    nowMs: Date.UTC(2026, 10, 21, 12),
    app: { mode: 'development' },
    visitors: [{ name: 'Tina', appRole: true }],
  })
  const me = await (await fetch(`${origin}/v25.0/me?access_token=${token}`)).json()
  t.match(me, { error: { code: 100, message: /appsecret_proof/ } })
})

t.test('bad arguments exit with 2, the reason and where the usage is', async (t) => {
  const { output, exit } = run('--bogus')
  t.equal((await exit)[0], 2)
  t.match(output.err, /^Unknown option '--bogus'\nSee: npm run sandbox -- --help\n$/)
  t.equal(output.out, '')
})

t.test('arguments that make no sense are refused, and the message says which', async (t) => {
  const bad: [message: string, ...args: string[]][] = [
    ['stray', 'stray'],
    ['--port must be', '--port', 'x'],
    ['--port must be', '--port', '70000'],
    ['--seed', '--seed', '-1'],
    ['--app-id must be', '--app-id', 'abc'],
    ['--webhook must be', '--webhook', 'ftp://x'],
    ['--app-secret must', '--app-secret', ''],
    ['--verify-token must not be empty', '--verify-token', ''],
    ['--page must not be empty', '--page', 'Shop', '--page', ' '],
    ['--visitor must not be empty', '--visitor', ''],
    ['--state must', '--state', ''],
    ['--start must', '--start', 'tomorrow'],
    ['--batch must', '--batch', '0'],
    ['--latency must', '--latency', 'slow'],
    ['--deauthorize must', '--deauthorize', 'nowhere'],
    ['an origin alone', '--public-url', 'http://sandbox:4000/graph'],
    ['--public-url must be an http', '--public-url', 'sandbox:4000'],
    ['--host-name must be', '--host-name', 'http://sandbox'],
    ['belong to --tls', '--tls-port', '443'],
    ['--tls-port must be', '--tls', '--tls-port', 'https'],
    ['--tls-folder must name', '--tls', '--tls-folder', ''],
    ['--second-app-id must be', '--second-app-id', 'abc'],
    ['must differ', '--app-id', '5', '--second-app-id', '5'],
    ['needs a --second-app-id', '--state', 'world.json', '--second-webhook', 'http://127.0.0.1:1/'],
  ]
  for (const [message, ...args] of bad) {
    t.equal(refusal(args)?.includes(message), true, `${args.join(' ')}: ${refusal(args)}`)
  }
  t.match(readArguments(['--tls'])?.tls, { port: 4443, folder: '.sandbox-tls' })
})

const refusal = (args: string[]): string | null => {
  try {
    readArguments(args)
    return null
  } catch (error) {
    if (error instanceof WrongUsage) return error.message
    throw error
  }
}

t.test('a taken port exits with 1 and says what to do', async (t) => {
  const other = http.createServer()
  await new Promise<void>((resolve) => other.listen(0, '127.0.0.1', resolve))
  t.teardown(() => other.close())
  const { output, exit } = run('--port', String((other.address() as AddressInfo).port))
  t.equal((await exit)[0], 1)
  t.match(output.err, /is taken; try --port 0/)
})

t.test('--help prints the usage', async (t) => {
  const { output, exit } = run('--help')
  t.equal((await exit)[0], 0)
  t.match(output.out, '--verify-token')
})

t.test('an output that cannot be written is told, without a stack', (t) => {
  const full = openSync('/dev/full', 'w')
  t.teardown(() => closeSync(full))
  const { status, stderr } = spawnSync(process.execPath, [COMMAND, '--help'], {
    stdio: ['ignore', full, 'pipe'],
    encoding: 'utf8',
  })
  t.strictSame([status, stderr], [1, 'The output could not be written (ENOSPC).\n'])
  t.end()
})
