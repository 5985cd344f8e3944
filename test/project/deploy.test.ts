import { spawnSync } from 'node:child_process'
import { chmodSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { loadConfig } from '../../src/base/config.ts'
import { configSchema } from '../../src/base/settings.ts'
import { COMMAND_VARIABLE, surroundingsOf } from '../../src/cures/surroundings.ts'

const DEPLOY = join(import.meta.dirname, '../../deploy')
const read = (name: string): string => readFileSync(join(DEPLOY, name), 'utf8')
const NAMES = readdirSync(DEPLOY)
const UNITS = NAMES.filter((name) => /\.(service|timer)$/.test(name))
const HAS_SYSTEMD = spawnSync('systemd-analyze', ['--version']).status === 0
const { PORT } = loadConfig({}, ['PORT'])

t.test('systemd takes the units, and calls the bot well protected', async (t) => {
  if (!HAS_SYSTEMD) {
    t.pass('there is no systemd-analyze on this machine; the other tests read the units')
    return
  }
  // The programs they start are elsewhere here.
  const dir = t.testdir(
    Object.fromEntries(
      UNITS.map((name) => [name, read(name).replaceAll(/^(Exec\w+=)\S+/gm, `$1${process.execPath}`)]),
    ),
  )
  const units = UNITS.map((name) => join(dir, name))
  const verified = spawnSync('systemd-analyze', ['verify', ...units], { encoding: 'utf8' })
  t.strictSame([verified.status, verified.stderr], [0, ''])

  const security = [
    'security',
    '--offline=true',
    '--no-pager',
    '--threshold=20',
    join(dir, 'evergreen.service'),
  ]
  const judged = spawnSync('systemd-analyze', security, { encoding: 'utf8' })
  t.equal(judged.status, 0, judged.stdout.split('\n').at(-2) ?? judged.stderr)
})

t.test(
  'the service leaves the bot its time to end, its data folder, and no secret in the open',
  async (t) => {
    const unit = read('evergreen.service')
    const [, seconds] = /^TimeoutStopSec=(\d+)$/m.exec(unit) ?? []
    t.ok(Number(seconds) > 15)
    t.match(unit, /^ExecStart=\S+ --max-semi-space-size=32 --expose-gc bin\/serve\.js$/m)
    t.match(unit, /^Environment=MALLOC_ARENA_MAX=2\nEnvironment=MALLOC_MMAP_THRESHOLD_=131072$/m)
    t.match(unit, /^StartLimitIntervalSec=0$[^]*^MemoryMax=\d+[MG]$/m, 'it is bounded, and never gives up')
    t.match(unit, /^Restart=always$/m, 'a signal of another program is not its end')
    t.match(unit, /^OOMPolicy=continue$/m, 'what handlers eat is not the end of the bot')
    t.match(unit, /^StateDirectory=evergreen\n[^]*^Environment=DATA_DIR=\/var\/lib\/evergreen$/m)
    t.match(unit, /^CacheDirectory=evergreen\n[^]*^Environment=NODE_COMPILE_CACHE=\/var\/cache\/evergreen$/m)
    t.match(unit, /^EnvironmentFile=\/etc\/evergreen\.env$/m)
    // It would end Node.js, which compiles at run time.
    t.notMatch(unit, /^MemoryDenyWriteExecute=/m)
  },
)

t.test('a secret leaves by no core dump, no backup and no first visit in the clear', async (t) => {
  const hardening =
    /^(?:NoNew|Protect|Private|Restrict|System|Lock|Keyring|Remove|Capab|Ambient|UMask|Limit)\w+=/gm
  const settings = (name: string) => new Set(read(name).match(hardening))
  t.ok(settings('evergreen.service').has('LimitCORE='))
  for (const compose of ['../compose.yaml', 'several-machines/compose.yaml'])
    t.match(read(compose), /^ +ulimits: \{ core: 0 \}$/m, compose)
  for (const setting of settings('evergreen.service'))
    t.ok(settings('evergreen-backup.service').has(setting), `the backup, too: ${setting}`)
  for (const proxy of ['nginx.conf', 'Caddyfile', 'compose/Caddyfile'])
    t.match(read(proxy), /Strict-Transport-Security max-age=\d{8}/, proxy)
})

t.test('a second backup of a day has a folder of its own, which is deleted in its time', async (t) => {
  const unit = read('evergreen-backup.service')
  const [, line = ''] = /^ExecStart=\/bin\/sh -c '(.+)'$/m.exec(unit) ?? []
  const command = line.replaceAll('%%', '%').replace('exec /usr/bin/node bin/backup.ts', 'basename')
  const { stdout } = spawnSync('sh', ['-c', command], { encoding: 'utf8' })
  t.match(stdout, /^\d{4}-\d\d-\d\dT\d{6}\n$/)
  const [, kept = ''] = /^ExecStartPost=.* -name '(.+?)\*'/m.exec(unit) ?? []
  t.ok(kept !== '' && stdout.startsWith(kept))
})

t.test('every setting a unit names exists', async (t) => {
  for (const name of UNITS) {
    for (const [, setting = ''] of read(name).matchAll(/^Environment="?(\w+)=/gm)) {
      const isOurs = setting in configSchema.properties || setting === COMMAND_VARIABLE
      t.ok(isOurs || /^(?:NODE|MALLOC)_/.test(setting), `${name}: ${setting}`)
    }
  }
})

t.test('the proxies lead to the port of the bot, and take callbacks as large as the bot does', async (t) => {
  const route = readFileSync(join(DEPLOY, '../routes/webhook.ts'), 'utf8')
  const [, mebibytes] = /LARGEST_BODY_BYTES = (\d+) \* 1024 \* 1024/.exec(route) ?? []
  t.match(read('nginx.conf'), `proxy_pass http://127.0.0.1:${PORT};`)
  t.match(read('nginx.conf'), `client_max_body_size ${mebibytes}m;`)
  t.match(read('Caddyfile'), `reverse_proxy 127.0.0.1:${PORT}\n`)
  t.match(read('Caddyfile'), `max_size ${mebibytes}MiB`)
})

t.test('nginx believes no stranger who they are, and logs neither verify token nor login code', async (t) => {
  const nginx = read('nginx.conf')
  t.match(nginx, 'proxy_set_header X-Forwarded-For $remote_addr;')
  const [, format = ''] = /log_format evergreen '([^']*)'/.exec(nginx) ?? []
  t.match(format, '$uri')
  t.notMatch(format, /\$(request|request_uri|args|query_string|http_referer)\b/)
  t.strictSame(
    nginx.match(/^ *access_log .*$/gm)?.every((line) => line.endsWith(' evergreen;')),
    true,
  )
  t.match(nginx, /error_log \S+ crit;/)
  t.match(read('Caddyfile'), 'exclude http.log.error')
  t.equal(nginx.match(/\{/g)?.length, nginx.match(/\}/g)?.length)
})

t.test('a cure of the service is a command of this machine, which runs as the service does', async (t) => {
  const unit = read('evergreen.service')
  const [, told = ''] = new RegExp(`^Environment="${COMMAND_VARIABLE}=(.*)"$`, 'm').exec(unit) ?? []
  const dir = t.testdir({
    'systemd-run': '#!/bin/sh\nfor one in "$@"; do echo "$one"; done\n',
    systemctl: '#!/bin/sh\necho systemctl "$@"\n',
  })
  for (const name of ['systemd-run', 'systemctl']) chmodSync(join(dir, name), 0o755)
  const { command } = surroundingsOf({ [COMMAND_VARIABLE]: told })
  /** As a shell runs it; `sudo` gives the rights to a machine that has systemd. */
  const give = (cure: string) =>
    spawnSync('sh', ['-c', cure.replace(/^sudo evergreen\b/, join(DEPLOY, 'evergreen'))], {
      encoding: 'utf8',
      env: { ...process.env, PATH: `${dir}:${process.env['PATH']}` },
    })
  const { stdout, status } = give(command('bootstrap-token', '--page 1001'))
  t.equal(status, 0)
  const args = stdout.trim().split('\n')
  t.strictSame(args.slice(-6), ['run', '--silent', 'bootstrap-token', '--', '--page', '1001'])
  t.ok(args.includes(`--setenv=${COMMAND_VARIABLE}=${told}`), 'what that command tells can be followed, too')
  for (const [, name = '', value = ''] of unit.matchAll(/^(User|WorkingDirectory|EnvironmentFile)=(.*)$/gm))
    t.ok(
      args.some((arg) => arg.endsWith(`=${value}`)),
      `${name}=${value}`,
    )
  t.equal(give(command('start')).stdout, 'systemctl restart evergreen\n')
  t.match(give(command('')), { status: 2, stderr: /Usage: sudo evergreen/ })
})
