import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { chownSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir, userInfo } from 'node:os'
import { join } from 'node:path'
import type { Test } from 'tap'
import { answers, freePort } from './ports.ts'
import { readMessages } from './postgres-messages.ts'
import { createWay } from './way.ts'

/** Whether PgBouncer is here. */
export const hasPgBouncer = (): boolean => spawnSync('pgbouncer', ['--version']).status === 0

/** The real PgBouncer in front of the server of an address, with the settings it comes with. It knows the address's user and password. @returns the address through it */
export const startPgBouncer = async (
  t: Test,
  url: string,
  mode: 'session' | 'transaction',
  auth: 'trust' | 'scram-sha-256' = 'trust',
): Promise<string> => {
  const { hostname, port, username, password } = new URL(url)
  // Not in the folder of the test, which may be closed for the user it runs as: it does not run as root.
  const dir = mkdtempSync(join(tmpdir(), 'evergreen-pgbouncer-'))
  t.teardown(() => rmSync(dir, { recursive: true, force: true }))
  const file = join(dir, 'pgbouncer.ini')
  const users = join(dir, 'users')
  writeFileSync(users, `"${username}" "${password}"\n`)
  const own = await freePort()
  writeFileSync(
    file,
    `[databases]
* = host=${hostname} port=${port}
[pgbouncer]
listen_addr = 127.0.0.1
listen_port = ${own}
unix_socket_dir =
auth_type = ${auth}
auth_file = ${users}
pool_mode = ${mode}
`,
  )
  const nobody = Number(/^nobody:[^:]*:(\d+):/m.exec(readFileSync('/etc/passwd', 'utf8'))?.[1])
  const as = userInfo().uid === 0 ? { uid: nobody, gid: nobody } : {}
  if (userInfo().uid === 0) for (const path of [dir, file, users]) chownSync(path, nobody, nobody)
  const child = spawn('pgbouncer', [file], { ...as, stdio: ['ignore', 'ignore', 'pipe'] })
  let said = ''
  child.stderr.on('data', (chunk: Buffer) => (said += String(chunk)))
  t.teardown(() => child.kill('SIGKILL'))
  const ended = once(child, 'exit').then(() => {
    throw new Error(`pgbouncer ended: ${said}`)
  })
  ended.catch(() => undefined)
  await Promise.race([ended, answers(own)])
  return throughPort(url, own)
}

/**
 * Imitates the visible effects of a pooler in transaction mode: the server's process is not the one named at the beginning, and
 * no notification comes.
 */
export const startSharedWay = async (t: Test, url: string): Promise<string> => {
  const way = await createWay(t, url, () => {
    const answered = readMessages(false)
    return {
      fromClient: (data) => data,
      fromServer: (data) =>
        Buffer.concat(
          answered(data).flatMap(({ kind, bytes }) => {
            if (kind === 'K') bytes.writeUInt32BE(bytes.readUInt32BE(5) ^ 1, 5)
            return kind === 'A' ? [] : [bytes]
          }),
        ),
    }
  })
  return way.url
}

const throughPort = (url: string, port: number): string => {
  const through = new URL(url)
  through.port = String(port)
  return through.href
}
