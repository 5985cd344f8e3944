import { execFileSync, spawn } from 'node:child_process'
import { copyFileSync, mkdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { setTimeout as sleep } from 'node:timers/promises'
import t from 'tap'
import { openDatabase } from '../../src/store/sqlite/database.ts'
import { toNewEvents } from '../../src/webhook/inbox.ts'
import { isTorture } from '../helpers/faults.ts'
import { callbackOf, startTown, type BotProcess } from '../helpers/bot.ts'

/**
 * Nothing is acknowledged that a power cut could take back: the 200 comes after the commit, and the commit after the fsync.
 */
const CALLBACKS = 30

const callbacks = (pageId: string) =>
  Array.from({ length: CALLBACKS }, (_, n) =>
    callbackOf(pageId, `700${n % 5}`, { mid: `m_${n}`, text: `say w${n}`, atMs: Date.now() }),
  )

t.test('at the moment of the 200 the event is in the file', async (t) => {
  const { bot, pageIds } = await startTown(t)
  const dir = t.testdir()
  const bodies = callbacks(pageIds[0] ?? '')
  await Promise.all(
    bodies.map(async (body, n) => {
      t.equal(await bot.callBack(body), 200)
      copyOfData(bot, join(dir, String(n)))
    }),
  )
  await bot.kill9()
  for (const [n, body] of bodies.entries()) {
    const copy = openDatabase(join(dir, String(n), 'evergreen.db'))
    const events = toNewEvents(body.entry, Date.now())
    t.same(copy.commit([{ op: 'accept', events, nowMs: Date.now() }]), [[null]], 'known already')
    copy.close()
  }
})

t.test('a commit waits for the disk: write-ahead log, and an fsync each time', (t) => {
  const pragmas = new Map<string, unknown>()
  // The connection is the database's own secret; these settings belong to the connection.
  const exec = Reflect.get(DatabaseSync.prototype, 'exec') as (this: DatabaseSync, sql: string) => void
  t.teardown(() => {
    DatabaseSync.prototype.exec = exec
  })
  DatabaseSync.prototype.exec = function (sql) {
    exec.call(this, sql)
    if (sql.trim() !== 'commit') return
    for (const name of ['synchronous', 'journal_mode']) {
      pragmas.set(name, Object.values(this.prepare(`pragma ${name}`).get() ?? {})[0])
    }
  }
  const database = openDatabase(join(t.testdir(), 'evergreen.db'))
  database.commit([{ op: 'probe', nowMs: 0 }])
  database.close()
  // 2 is FULL.
  t.same(Object.fromEntries(pragmas), { synchronous: 2, journal_mode: 'wal' })
  t.end()
})

// Not part of every run: a tracer is not to be had everywhere.
if (isTorture) {
  const missing = tracerIsMissing()
  t.test('the system calls prove it: write, fdatasync, and only then 200', { skip: missing }, async (t) => {
    const { bot, pageIds } = await startTown(t)
    await bot.sigterm()
    const trace = join(t.testdir(), 'trace')
    const traced = spawn(
      'strace',
      [
        '-f',
        '-e',
        'trace=fdatasync,fsync,pwrite64,write,writev,sendto',
        '-s',
        '500',
        '-o',
        trace,
        process.execPath,
        'bin/serve.js',
      ],
      { cwd: new URL('../..', import.meta.url), env: bot.env, stdio: 'ignore' },
    )
    await upAgain(bot)
    t.teardown(() => traced.exitCode ?? process.kill(pidOf(bot), 'SIGKILL'))
    // One after the other: each has a commit of its own.
    for (const body of callbacks(pageIds[0] ?? '')) t.equal(await bot.callBack(body), 200)
    process.kill(pidOf(bot), 'SIGTERM')
    await new Promise((resolve) => traced.once('exit', resolve))

    let synced = 0
    let answered = 0
    for (const line of readFileSync(trace, 'utf8').split('\n')) {
      if (/f(data)?sync(\(\d+\)| resumed).*= 0$/.test(line)) synced += 1
      if (!/HTTP\/1\.1 200 OK.*EVENT_RECEIVED/.test(line)) continue
      answered += 1
      if (synced === 0) t.fail(`answer ${answered} came without an fsync since the one before`)
      synced = 0
    }
    t.equal(answered, CALLBACKS)
  })
}

const copyOfData = ({ env }: BotProcess, to: string): void => {
  mkdirSync(to)
  for (const name of ['evergreen.db', 'evergreen.db-wal'])
    copyFileSync(join(env['DATA_DIR'] ?? '', name), join(to, name))
}

/** The tracer ends with the bot; its own signals never reach it. */
const pidOf = ({ env }: BotProcess): number =>
  Number(readFileSync(join(env['DATA_DIR'] ?? '', 'evergreen.pid'), 'utf8'))

const upAgain = async ({ address }: BotProcess): Promise<void> => {
  for (;;) {
    const answer = await fetch(`${address}/healthz`).catch(() => null)
    if (answer?.ok === true) return
    await sleep(100)
  }
}

function tracerIsMissing(): string | false {
  try {
    execFileSync('strace', ['-o', '/dev/null', 'true'], { stdio: 'ignore' })
    return false
  } catch {
    return 'no strace, or it may not trace here'
  }
}
