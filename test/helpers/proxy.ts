import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { networkInterfaces } from 'node:os'
import { join } from 'node:path'
import type { Test } from 'tap'
import { makeCertificate } from './certificate.ts'
import { answers, freePort } from './ports.ts'

/** A proxy of `deploy/` in front of a bot, on loopback and with a certificate of our own. */
export interface Proxy {
  /** Its https address. */
  origin: string
  plainOrigin: string
  /** The certificate authority of its certificate, in PEM. */
  ca: string
  /** All its log lines, from all its log files. */
  logged: () => string
}

/** Programs a sample is for. */
export type ProxyName = 'nginx' | 'caddy'

const DEPLOY = join(import.meta.dirname, '../../deploy')
const HAS_IPV6 = Object.values(networkInterfaces()).some((list) =>
  list?.some(({ address }) => address === '::1'),
)

const sampleOf = { nginx: 'nginx.conf', caddy: 'Caddyfile' } as const

/** Whether the program is installed. */
export const isInstalled = (name: ProxyName): boolean =>
  spawnSync(name, name === 'nginx' ? ['-v'] : ['version']).status === 0

/**
 * Starts it with the sample as it stands, but for name, certificate, ports and the place of its files: in the folder of the
 * test, which the bot has made.
 */
export const startProxy = async (t: Test, name: ProxyName, botPort: number): Promise<Proxy> => {
  // Beside what the bot keeps there.
  const dir = join(t.testdirName, 'proxy')
  mkdirSync(dir, { recursive: true })
  const authority = makeCertificate({ name: 'Test authority' })
  const { cert, key } = makeCertificate({ name: 'localhost', hosts: ['localhost'], by: authority })
  writeFileSync(join(dir, 'cert.pem'), cert + authority.cert)
  writeFileSync(join(dir, 'key.pem'), key)
  const [port, plainPort] = [await freePort(), await freePort()]
  const sample = readFileSync(join(DEPLOY, sampleOf[name]), 'utf8').replaceAll(
    '127.0.0.1:3000',
    `127.0.0.1:${botPort}`,
  )
  const place = { dir, port, plainPort }
  const args = name === 'nginx' ? prepareNginx(sample, place) : prepareCaddy(sample, place)

  const child = spawn(name, args, {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { PATH: process.env['PATH'], HOME: dir, XDG_DATA_HOME: dir, XDG_CONFIG_HOME: dir },
  })
  let said = ''
  for (const stream of [child.stdout, child.stderr])
    stream.on('data', (chunk: Buffer) => (said += String(chunk)))
  const ended = once(child, 'exit').then(() => {
    throw new Error(`${name} ended: ${said}`)
  })
  ended.catch(() => undefined)
  t.teardown(async () => {
    child.kill('SIGKILL')
    await ended.catch(() => undefined)
  })
  await Promise.race([ended, Promise.all([answers(port), answers(plainPort)])])
  return {
    origin: `https://localhost:${port}`,
    plainOrigin: `http://localhost:${plainPort}`,
    ca: authority.cert,
    logged: () =>
      readdirSync(dir)
        .filter((file) => file.endsWith('.log'))
        .reduce((text, file) => text + readFileSync(join(dir, file), 'utf8'), said),
  }
}

interface Place {
  dir: string
  port: number
  plainPort: number
}

const prepareNginx = (sample: string, { dir, port, plainPort }: Place): string[] => {
  const site = sample
    .replaceAll('bot.example.com', 'localhost')
    .replaceAll(/listen \[::\]:(443|80)(.*);/g, HAS_IPV6 ? 'listen [::1]:$1$2;' : '')
    .replaceAll(/listen (443|80)\b/g, 'listen 127.0.0.1:$1')
    .replaceAll(/(listen \S+:)443\b/g, `$1${port}`)
    .replaceAll(/(listen \S+:)80\b/g, `$1${plainPort}`)
    .replace(/ssl_certificate +\S+;/, `ssl_certificate ${dir}/cert.pem;`)
    .replace(/ssl_certificate_key +\S+;/, `ssl_certificate_key ${dir}/key.pem;`)
    .replaceAll('/var/log/nginx/', `${dir}/`)
  writeFileSync(join(dir, 'site.conf'), site)
  const temporary = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'].map(
    (kind) => `${kind}_temp_path ${dir};`,
  )
  const main = `daemon off; master_process off; pid ${dir}/nginx.pid; error_log ${dir}/main.log;
    events {} http { ${temporary.join(' ')} access_log ${dir}/main-access.log; include ${dir}/site.conf; }`
  writeFileSync(join(dir, 'nginx.conf'), main)
  return ['-p', dir, '-e', join(dir, 'main.log'), '-c', join(dir, 'nginx.conf')]
}

const prepareCaddy = (sample: string, { dir, port, plainPort }: Place): string[] => {
  const config = sample
    .replace(
      /^\{$/m,
      `{\n\tadmin off\n\thttp_port ${plainPort}\n\thttps_port ${port}\n\tdefault_bind 127.0.0.1`,
    )
    .replace(/^bot\.example\.com \{$/m, `localhost {\n\ttls ${dir}/cert.pem ${dir}/key.pem`)
  writeFileSync(join(dir, 'Caddyfile'), config)
  return ['run', '--config', join(dir, 'Caddyfile'), '--adapter', 'caddyfile']
}
