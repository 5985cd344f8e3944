import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import {
  chmodSync,
  chownSync,
  copyFileSync,
  cpSync,
  mkdirSync,
  mkdtempSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { hostname, tmpdir } from 'node:os'
import { join } from 'node:path'
import t, { type Test } from 'tap'
import { dataDirHolder, holdDataDir } from '../../src/store/sqlite/data-dir.ts'

const NOBODY = 65_534
const asRoot = process.getuid?.() === 0 ? {} : { skip: 'only root can give a folder to another user' }

/** A folder of root, and what another user says who tries to hold it. */
const holdAsNobody = (t: Test, arrange: (dir: string) => void) => {
  const room = mkdtempSync(join(tmpdir(), 'evergreen-test-'))
  t.teardown(() => rmSync(room, { recursive: true }))
  chmodSync(room, 0o755)
  // The checkout may lie where no other user can look.
  const source = join(room, 'src')
  for (const folder of ['base', 'store'])
    cpSync(join(import.meta.dirname, '../../src', folder), join(source, folder), { recursive: true })
  writeFileSync(join(room, 'package.json'), '{"type":"module"}')
  const node = join(room, 'node')
  copyFileSync(process.execPath, node)
  const dir = join(room, 'data')
  mkdirSync(dir)
  arrange(dir)
  const program = `const { holdDataDir } = await import(${JSON.stringify(join(source, 'store/sqlite/data-dir.ts'))})
    try { holdDataDir(${JSON.stringify(dir)}).release(); console.log('held') }
    catch (error) { console.log(error.message); console.log(error.remedy) }`
  // Test runner and Node complain on standard error about files that this user may not read.
  const { stdout } = spawnSync(node, ['--input-type=module', '--eval', program], {
    uid: NOBODY,
    gid: NOBODY,
    cwd: room,
    encoding: 'utf8',
  })
  return { dir, said: stdout, mode: statSync(dir).mode & 0o777 }
}

t.test('a folder of another user that a group may write to is used, and left as it is', asRoot, async (t) => {
  const { said, mode } = holdAsNobody(t, (dir) => {
    chownSync(dir, 0, NOBODY)
    chmodSync(dir, 0o770)
  })
  t.equal(said, 'held\n')
  t.equal(mode, 0o770)
})

t.test(
  'a folder of another user that may not be written to is named with both users and the cure',
  asRoot,
  async (t) => {
    const { said, dir } = holdAsNobody(t, (folder) => chmodSync(folder, 0o755))
    t.match(said, /belongs to user 0, and the bot runs as user 65534/)
    t.ok(said.includes(`chown -R 65534:65534 ${dir}`), said)
  },
)

t.test(
  'a lock file that a command of root has left in the folder is named with the cure',
  asRoot,
  async (t) => {
    for (const name of ['evergreen.lock', 'evergreen.pid']) {
      const { said, dir } = holdAsNobody(t, (folder) => {
        chownSync(folder, NOBODY, NOBODY)
        writeFileSync(join(folder, name), '', { mode: 0o600 })
      })
      t.ok(said.includes(`(${name} in it belongs to user 0, and the bot runs as user 65534)`), said)
      t.ok(said.includes(`chown -R 65534:65534 ${dir}`), said)
    }
  },
)

t.test('a folder of this user that it may not enter is refused with the cure', asRoot, async (t) => {
  const { said } = holdAsNobody(t, (folder) => {
    writeFileSync(join(folder, 'evergreen.lock'), '')
    chownSync(folder, NOBODY, NOBODY)
    chmodSync(folder, 0)
  })
  t.match(
    said,
    /^the data folder .* cannot be used: .*\nGive DATA_DIR a folder of this user alone \(chmod 700\)/,
  )
})

t.test('a data folder that is a link to a disk that is not mounted is told as that', async (t) => {
  const dir = t.testdir({ data: t.fixture('symlink', '/mnt/not-there/data') })
  t.throws(() => holdDataDir(join(dir, 'data')), {
    code: 'BOT_STORE_UNAVAILABLE',
    remedy: /a symbolic link whose target is missing\. Mount the disk/,
  })
})

t.test('a version that keeps the journal of its lock on disk and this one keep each other out', async (t) => {
  const dir = t.testdir()
  const program = `const { DatabaseSync } = require('node:sqlite')
    new DatabaseSync('evergreen.lock').exec('pragma locking_mode = exclusive; begin exclusive; create table if not exists held (x)')
    console.log('held'); setInterval(() => {}, 1000)`
  const older = () => {
    const child = spawn(process.execPath, ['--eval', program], {
      cwd: dir,
      stdio: ['ignore', 'pipe', 'ignore'],
    })
    t.teardown(() => child.kill('SIGKILL'))
    return child
  }
  const running = older()
  await once(running.stdout, 'data')
  t.throws(() => holdDataDir(dir), { code: 'BOT_DATA_DIR_IN_USE' }, 'both would answer the same webhooks')
  running.kill('SIGKILL')
  await once(running, 'exit')
  const { release } = holdDataDir(dir)
  t.same(await once(older(), 'exit'), [1, null], 'the older one does not get what this one holds')
  release()
})

t.test('where the file of the lock was deleted under a running bot, no second one starts', async (t) => {
  const dir = t.testdir()
  const program = `const { holdDataDir } = await import(${JSON.stringify(join(import.meta.dirname, '../../src/store/sqlite/data-dir.ts'))})
    holdDataDir('.'); console.log('held'); setInterval(() => {}, 1000)`
  const running = spawn(process.execPath, ['--input-type=module', '--eval', program], {
    cwd: dir,
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  t.teardown(() => running.kill('SIGKILL'))
  await once(running.stdout, 'data')
  rmSync(join(dir, 'evergreen.lock'))
  t.throws(() => holdDataDir(dir), {
    code: 'BOT_DATA_DIR_IN_USE',
    message: `process ${running.pid} already runs on the data folder ${dir}, whose evergreen.lock was deleted`,
    remedy: /If that process is no bot, delete .*evergreen\.pid\./,
  })
  t.equal(dataDirHolder(dir), `process ${running.pid}`, 'the doctor knows it, too')
  running.kill('SIGKILL')
  await once(running, 'exit')
  t.equal(dataDirHolder(dir), null)
  writeFileSync(join(dir, 'evergreen.pid'), '')
  t.equal(dataDirHolder(dir), null, 'nor does an empty file name a process')
  holdDataDir(dir).release()
})

t.test('a bot on another host is named with it: in a container every bot is process 1', async (t) => {
  const dir = join(t.testdir(), 'data')
  const { release } = holdDataDir(dir)
  t.equal(dataDirHolder(dir), `process ${process.pid}`)
  writeFileSync(join(dir, 'evergreen.host'), 'another-host')
  t.not(hostname(), 'another-host')
  t.equal(dataDirHolder(dir), `process ${process.pid} on another-host`)
  release()
})

t.test(
  'a folder that cannot be made is told of, also where the system says that nothing is there',
  async (t) => {
    const dir = t.testdir({ file: '' })
    const code = 'BOT_STORE_UNAVAILABLE'
    t.throws(() => holdDataDir(join(dir, 'file')), {
      code,
      message: /^the data folder [^\n]+ cannot be used: [^\n]*EEXIST[^\n]*$/,
      remedy: /^In the way to [^\n]+ is a file, or a symbolic link [^\n]+$/,
    })
    t.throws(() => holdDataDir(join(dir, 'file/data')), { code, message: /EEXIST.*file'/ })
    // Node's own `recursive` tries for ever there.
    if (process.platform === 'linux')
      t.throws(() => holdDataDir('/proc/evergreen/data'), { code, message: /ENOENT/ })
  },
)
