import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { cpSync, existsSync, readdirSync, readFileSync, symlinkSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { createInterface } from 'node:readline'
import t, { type Test } from 'tap'
import { parse } from 'yaml'

const ROOT = join(import.meta.dirname, '../..')
const DOCKERFILE = readFileSync(join(ROOT, 'Dockerfile'), 'utf8')

/** The program as the image holds it: what `.dockerignore` lets in, beside the modules. */
const imageIn = (t: Test): { program: string; own: string } => {
  const dir = t.testdir({ app: {}, bot: {} })
  const program = join(dir, 'app')
  const rules = readFileSync(join(ROOT, '.dockerignore'), 'utf8').split('\n')
  for (const path of rules.filter((rule) => rule.startsWith('!')).map((rule) => rule.slice(1))) {
    t.ok(existsSync(join(ROOT, path)), `${path} is there`)
    cpSync(join(ROOT, path), join(program, path), { recursive: true })
  }
  symlinkSync(join(ROOT, 'node_modules'), join(program, 'node_modules'))
  return { program, own: join(dir, 'bot') }
}

const settings = {
  FB_APP_ID: '1234567890',
  FB_APP_SECRET: '0123456789abcdef0123456789abcdef',
  FB_VERIFY_TOKEN: 'a-verify-token',
}

t.test('the program of the image starts in a folder of the owner, and ends with 0 when told', async (t) => {
  const { program, own } = imageIn(t)
  const [, entrypoint = '[]'] = /^ENTRYPOINT (.+)$/m.exec(DOCKERFILE) ?? []
  const [, ...args] = JSON.parse(entrypoint) as string[]
  t.match(args, ['--max-semi-space-size=32', '--expose-gc'])
  t.match(DOCKERFILE, /^ENV MALLOC_ARENA_MAX=2 MALLOC_MMAP_THRESHOLD_=131072$/m)
  const bot = spawn(
    process.execPath,
    args.map((arg) => arg.replace('/app', program)),
    {
      cwd: own,
      env: { ...settings, NODE_ENV: 'production', HOST: '127.0.0.1', PORT: '0' },
      stdio: ['ignore', 'pipe', 'inherit'],
    },
  )
  t.teardown(() => bot.kill('SIGKILL'))

  let address = ''
  for await (const line of createInterface({ input: bot.stdout })) {
    const said = JSON.parse(line) as { msg: string; address?: string }
    if (said.msg !== 'listening') continue
    address = said.address ?? ''
    break
  }
  bot.stdout.resume()
  t.equal((await fetch(`${address}/healthz`)).status, 200)
  t.strictSame(readdirSync(own).toSorted(), ['bot.yaml', 'data'], 'what is the owner’s own')

  bot.kill('SIGTERM')
  t.strictSame(await once(bot, 'exit'), [0, null])
})

t.test('the image is built with what its program has compiled under the same flags', async (t) => {
  const [, flags] = /^ENTRYPOINT \["node", (.+), "\/app\/bin\/serve\.js"\]$/m.exec(DOCKERFILE) ?? []
  const [, start = ''] = /^RUN (HOST=[^;]+);/m.exec(DOCKERFILE) ?? []
  t.match(start, `node ${flags?.replaceAll(/[",]/g, '')} /app/bin/serve.js`)
  t.match(DOCKERFILE, /^USER 1000:1000\nWORKDIR \/bot\nRUN HOST=/m, 'by the user of the bot, who may read it')

  const { program, own } = imageIn(t)
  // Ended by the time limit: settings that the program does not take would end it before.
  const command = start.replaceAll('\\\n', ' ').replace('timeout 15', 'timeout 3').replace('/app', program)
  const built = spawn('sh', ['-c', command], {
    cwd: own,
    env: { PATH: `${dirname(process.execPath)}:${process.env['PATH'] ?? ''}` },
    stdio: 'ignore',
  })
  t.teardown(() => built.kill('SIGKILL'))
  t.strictSame(await once(built, 'exit'), [124, null])
})

t.test('the image is not root, and holds neither tests nor settings', async (t) => {
  t.match(DOCKERFILE, /^USER 1000:1000$/m)
  const { program } = imageIn(t)
  for (const absent of ['test', 'sandbox/src', '.env', 'data', '.git', 'docs']) {
    t.notOk(existsSync(join(program, absent)), absent)
  }
})

t.test('the compose file hardens the bot and waits until it has stopped', async (t) => {
  const { services } = parse(readFileSync(join(ROOT, 'compose.yaml'), 'utf8')) as {
    services: Record<string, Record<string, unknown>>
  }
  t.match(services['bot'], {
    read_only: true,
    cap_drop: ['ALL'],
    security_opt: ['no-new-privileges:true'],
    stop_grace_period: '20s',
    ports: undefined,
  })
  t.match(services['caddy']?.['ports'], ['80:80', '443:443'])
})
