import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import t, { type Test } from 'tap'
import { systemClock } from '../../src/base/clock.ts'
import { holdDataDir } from '../../src/store/sqlite/data-dir.ts'
import { keepHold } from '../../src/store/sqlite/keep-hold.ts'
import { openStore } from '../../src/store/sqlite/open.ts'
import { until } from '../helpers/until.ts'
import { newEvent } from './steps.ts'

const FILES = ['evergreen.lock', 'evergreen.pid', 'evergreen.host']

const deleteLock = (dir: string): void => FILES.forEach((name) => rmSync(join(dir, name), { force: true }))

const HOLD = `const { holdDataDir } = await import(${JSON.stringify(join(import.meta.dirname, '../../src/store/sqlite/data-dir.ts'))})`

/** Another process that takes the folder, though it is held: it deletes the files of the lock first. */
const takeByForce = async (t: Test, dir: string): Promise<number> => {
  // The lock ends when its object is collected as garbage.
  const program = `${HOLD}
    const { rmSync } = await import('node:fs')
    for (;;) {
      for (const name of ${JSON.stringify(FILES)}) rmSync(name, { force: true })
      try { globalThis.held = holdDataDir('.'); break } catch {}
    }
    console.log('held'); setInterval(() => {}, 1000)`
  const child = spawn(process.execPath, ['--input-type=module', '--eval', program], {
    cwd: dir,
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  t.teardown(() => child.kill('SIGKILL'))
  await once(child.stdout, 'data')
  return child.pid ?? 0
}

t.test('a bot whose lock files are deleted takes the lock anew, and no second one starts', async (t) => {
  const dir = t.testdir()
  const { close } = await openStore({ dir, clock: systemClock })
  deleteLock(dir)
  const areBack = () => FILES.every((name) => existsSync(join(dir, name)))
  await until(areBack, { patienceMs: 20_000 }).catch(async (error: unknown) => {
    // An open store would keep the process of this test from its end.
    await close()
    throw error
  })
  const { stdout } = spawnSync(
    process.execPath,
    [
      '--input-type=module',
      '--eval',
      `${HOLD}; try { holdDataDir('.') } catch ({ message }) { console.log(message) }`,
    ],
    { cwd: dir, encoding: 'utf8' },
  )
  t.equal(stdout, `process ${process.pid} already runs on the data folder .\n`)
  await close()
  t.notOk(existsSync(join(dir, 'evergreen.pid')))
  holdDataDir(dir).release()
})

t.test('where another bot was faster, the older one stores nothing more, and ends', async (t) => {
  const dir = t.testdir()
  const { store, lost, close } = await openStore({ dir, clock: systemClock })
  // Not awaited: it never comes to a store that goes on.
  let why: Error | undefined
  void lost.then((error) => (why = error))
  const pid = await takeByForce(t, dir)
  await t.rejects(store.accept([newEvent('a')]), { code: 'BOT_STORE_UNAVAILABLE' })
  await close()
  t.match(why, { message: `process ${pid} already runs on the data folder ${dir}` })
  t.equal(readFileSync(join(dir, 'evergreen.pid'), 'utf8'), String(pid), 'the other one is still named')
})

t.test('a lock whose file was deleted while the database was opened is taken anew, too', (t) => {
  const dir = t.testdir()
  const held = holdDataDir(dir)
  deleteLock(dir)
  const keeping = keepHold(dir, () => undefined)
  keeping.check()
  t.ok(existsSync(join(dir, 'evergreen.lock')))
  keeping.release()
  held.release()
  t.end()
})

t.test('no lock is made in a folder that was taken away from under the bot', async (t) => {
  const dir = t.testdir()
  const held = holdDataDir(dir)
  let isInPlace = false
  const keeping = keepHold(dir, () => {
    if (!isInPlace) throw new Error('the database was moved')
  })
  deleteLock(dir)
  keeping.check()
  t.notOk(existsSync(join(dir, 'evergreen.lock')))
  isInPlace = true
  keeping.check()
  t.ok(existsSync(join(dir, 'evergreen.lock')), 'and it is made once the folder is back')
  keeping.release()
  held.release()
})
