import { spawn } from 'node:child_process'
import { once } from 'node:events'
import http from 'node:http'
import type { AddressInfo } from 'node:net'
import t from 'tap'

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

  child.kill('SIGINT')
  t.strictSame((await exit)[0], 0)
  await t.rejects(fetch(value('FB_GRAPH_URL')))
})

t.test('bad arguments exit with 2 and the usage', async (t) => {
  const bad = [
    ['--bogus'],
    ['--port', 'x'],
    ['--port', '70000'],
    ['--seed', '-1'],
    ['--app-id', 'abc'],
    ['--webhook', 'ftp://x'],
    ['--app-secret', ''],
    ['stray'],
  ]
  for (const args of bad) {
    const { output, exit } = run(...args)
    t.equal((await exit)[0], 2, args.join(' '))
    t.match(output.err, 'npm run sandbox -- [options]')
    t.equal(output.out, '')
  }
})

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
