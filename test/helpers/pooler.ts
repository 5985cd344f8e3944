import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { chownSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { connect, createServer, type AddressInfo, type Socket } from 'node:net'
import { tmpdir, userInfo } from 'node:os'
import { join } from 'node:path'
import type { Test } from 'tap'
import { answers, freePort } from './ports.ts'

/** Whether PgBouncer is here. */
export const hasPgBouncer = (): boolean => spawnSync('pgbouncer', ['--version']).status === 0

/** The real PgBouncer in front of the server of an address, with the settings it comes with. @returns the address through it */
export const startPgBouncer = async (
  t: Test,
  url: string,
  mode: 'session' | 'transaction',
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
auth_type = trust
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
 * What a pooler in transaction mode does to a connection, as far as it can be seen: the server's process is not the one that was
 * named at the beginning, and no notification comes.
 */
export const startSharedWay = async (t: Test, url: string): Promise<string> => {
  const { hostname, port } = new URL(url)
  const way = createServer((client) => {
    const server = connect(Number(port), hostname)
    for (const socket of [client, server]) socket.on('error', () => undefined)
    client.on('data', (data) => server.write(data))
    let rest: Buffer = Buffer.alloc(0)
    server.on('data', (data) => {
      rest = Buffer.concat([rest, data])
      rest = passOn(rest, client)
    })
    client.on('close', () => server.destroy())
    server.on('close', () => client.destroy())
  })
  await new Promise<void>((resolve) => way.listen(0, '127.0.0.1', resolve))
  t.teardown(() => way.close())
  return throughPort(url, (way.address() as AddressInfo).port)
}

/** Messages of the server: a letter, the length of the rest, the rest. @returns the beginning of one that is not whole yet */
const passOn = (all: Buffer, client: Socket): Buffer => {
  let rest = all
  while (rest.length >= 5 && rest.length > rest.readUInt32BE(1)) {
    const message = rest.subarray(0, 1 + rest.readUInt32BE(1))
    rest = rest.subarray(message.length)
    const kind = String.fromCharCode(message[0] ?? 0)
    if (kind === 'K') message.writeUInt32BE(message.readUInt32BE(5) ^ 1, 5)
    if (kind !== 'A') client.write(message)
  }
  return rest
}

const throughPort = (url: string, port: number): string => {
  const through = new URL(url)
  through.port = String(port)
  return through.href
}
