import { execFileSync } from 'node:child_process'
import { constants, existsSync, openSync, readFileSync, readSync } from 'node:fs'
import { join } from 'node:path'
import { setImmediate as turn } from 'node:timers/promises'
import { pino } from 'pino'
import t from 'tap'
import { SECRET_NAMES } from '../../src/base/settings.ts'
import { createLogOptions, openLogStream } from '../../src/base/log.ts'

const HOSTILE = '\u001b[2J \u009b2J \u202etxt \u007f\r \\u001b'
const STEERING = /(?!\n)\p{Cc}|[\u202a-\u202e]/u

t.test('nothing that grants access gets into a log line under its usual name', async (t) => {
  const { lines, log } = createLog()
  const secrets = {
    authorization: 'hush-1',
    access_token: 'hush-2',
    appsecret_proof: 'hush-3',
    client_secret: 'hush-4',
    input_token: 'hush-5',
    fb_exchange_token: 'hush-6',
    cookie: 'hush-7',
    'hub.verify_token': 'hush-8',
    token: 'hush-9',
    pageToken: 'hush-10',
    ...Object.fromEntries(SECRET_NAMES.map((name) => [name, `hush-${name}`])),
  }

  log.info(secrets, 'on its own')
  log.info({ config: secrets }, 'in an object')
  log.info({ request: { headers: secrets } }, 'in the headers of an object')
  log.error({ err: Object.assign(new Error('failed'), secrets) }, 'on an error')
  log.child({ part: 'sender', ...secrets }).info('in a child')

  t.equal(lines.length, 5)
  t.notMatch(lines.join(''), /hush/)
  t.match(lines[0], /"token":"\[redacted\]"/)
  t.match(lines[3], /"message":"failed"/)
})

t.test('a request is logged without its query, which may hold a token', async (t) => {
  const { lines, log } = createLog()
  log.info({ req: { method: 'GET', url: '/webhook?hub.verify_token=hush' } })
  t.match(lines[0], /"req":\{"method":"GET","url":"\/webhook"\}/)
})

t.test(
  'a log that cannot be written, as on a full disk, never fails its writer, and is told of once',
  existsSync('/dev/full') ? {} : { skip: 'this system has no /dev/full' },
  async (t) => {
    const troubles: string[] = []
    const stream = openLogStream(openSync('/dev/full', 'w'), (code) => troubles.push(code))
    const log = pino(createLogOptions('info'), stream)
    for (let count = 0; count < 3; count += 1) log.info('a line')
    log.fatal('the last one')
    t.strictSame(troubles, ['ENOSPC'])
  },
)

t.test(
  'a log whose reader does not read on keeps no writer waiting, and is whole once it does',
  existsSync('/proc/self/fd') ? {} : { skip: 'this system opens no pipe anew' },
  async (t) => {
    const fifo = join(t.testdir(), 'log')
    execFileSync('mkfifo', [fifo])
    const reader = openSync(fifo, constants.O_RDWR | constants.O_NONBLOCK)
    const troubles: string[] = []
    const stream = openLogStream(openSync(fifo, constants.O_WRONLY), (code) => troubles.push(code))
    const lines = Array.from({ length: 300 }, (_one, index) => `${index} ${'x'.repeat(1000)}\n`)
    for (const line of lines) stream.write(line)
    t.strictSame(troubles, [])

    const whole = lines.join('')
    let text = ''
    let isCut = false
    while (text.length < whole.length) {
      text += readWaiting(reader)
      isCut ||= !text.endsWith('\n')
      await turn()
    }
    t.notOk(isCut, 'another process that writes to the pipe breaks no line')
    t.ok(text === whole, 'every line, in its order')

    for (let count = 0; count < 1200; count += 1) stream.write('y'.repeat(1000))
    t.strictSame(troubles, ['EAGAIN'], 'told once lines are lost')
    readWaiting(reader)
  },
)

t.test('what a stranger sent steers no terminal on which the log is read', async (t) => {
  const file = join(t.testdir(), 'log')
  const stream = openLogStream(openSync(file, 'w'), () => {})
  pino(createLogOptions('info'), stream).warn({ origin: HOSTILE }, HOSTILE)
  const line = readFileSync(file, 'utf8')
  t.notMatch(line, STEERING)
  t.match(JSON.parse(line), { origin: HOSTILE, msg: HOSTILE }, 'a program reads what came')
  t.equal(line.trim().split('\n').length, 1)
})

t.test('the level is what the operator asked for', async (t) => {
  const { lines, log } = createLog('warn')
  log.info('quiet')
  log.warn('loud')
  t.match(lines, [/loud/])
})

t.test('the remedy of an error is spelled for the place, the rest of it stays', async (t) => {
  const lines: string[] = []
  const spell = (remedy: string) => remedy.replace('npm run', 'sudo evergreen')
  const { stream, ...options } = createLogOptions('info', { write: (line) => void lines.push(line) }, spell)
  const log = pino(options, stream ?? { write: () => {} })
  log.error(
    { err: Object.assign(new TypeError('lost'), { remedy: 'npm run doctor', token: 'hush' }) },
    'told',
  )
  log.error({ err: new Error('bare'), a: 1 }, 'told')
  log.info('nothing')
  t.match(JSON.parse(lines[0] ?? ''), {
    msg: 'told',
    err: { type: 'TypeError', message: 'lost', stack: /log\.test/, remedy: 'sudo evergreen doctor' },
  })
  t.notMatch(lines[0], /hush/)
  t.match(JSON.parse(lines[1] ?? ''), { a: 1, err: { message: 'bare' } })
})

function createLog(level = 'info') {
  const lines: string[] = []
  const { stream, ...options } = createLogOptions(level, { write: (line) => void lines.push(line) })
  return { lines, log: pino(options, stream ?? { write: () => {} }) }
}

function readWaiting(fd: number): string {
  const bytes = Buffer.alloc(1_000_000)
  try {
    return bytes.toString('utf8', 0, readSync(fd, bytes))
  } catch {
    return ''
  }
}
