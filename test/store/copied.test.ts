import { cpSync, renameSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import t, { type Test } from 'tap'
import { systemClock } from '../../src/base/clock.ts'
import { openStore } from '../../src/store/sqlite/open.ts'
import { cheapDatabaseThread } from '../helpers/database-thread.ts'
import { anyRoom, newEvent } from './steps.ts'

const open = (dir: string) => openStore({ dir, clock: systemClock, databaseThread: cheapDatabaseThread() })

/** A data folder of a bot that has stopped, with a reply that was never claimed. */
const folderOf = async (t: Test): Promise<string> => {
  const dir = join(t.testdir(), 'data')
  const { store, close } = await open(dir)
  await store.accept([newEvent('a')])
  const [claim] = await store.claimInbox(1)
  if (claim?.events[0] === undefined) throw new Error('no event')
  await store.finishEvent(claim, claim.events[0], { replies: ['one'], state: null })
  store.releaseInbox(claim)
  await close()
  return dir
}

/** Since when the waiting reply may have been sent. */
const doubtIn = async (dir: string): Promise<unknown> => {
  const { store, close } = await open(dir)
  const [claim] = await store.claimOutbox(1, anyRoom)
  await close()
  return claim?.replies[0]?.doubtSinceMs
}

t.test('where a copy was put in the place of the database, its waiting replies are in doubt', async (t) => {
  const dir = await folderOf(t)
  cpSync(dir, `${dir}.copy`, { recursive: true })
  t.equal(await doubtIn(dir), null, 'the original goes on')
  t.type(await doubtIn(`${dir}.copy`), 'number', 'what waits in the copy may be sent by now')
})

t.test(
  'a copy is noticed, too, where the file system gives it the inode of the removed database',
  async (t) => {
    const dir = await folderOf(t)
    cpSync(dir, `${dir}.copy`, { recursive: true })
    // ext4 gives the number that became free last.
    rmSync(join(dir, 'evergreen.db'))
    cpSync(join(`${dir}.copy`, 'evergreen.db'), join(dir, 'evergreen.db'))
    t.type(await doubtIn(dir), 'number')
  },
)

t.test('a mark of the inode alone, as an earlier version made it, is still that of the file', async (t) => {
  const dir = await folderOf(t)
  const older = new DatabaseSync(join(dir, 'evergreen.db'))
  older.exec(`update meta set value = substr(value, 1, instr(value || ':', ':') - 1) where name = 'inode'`)
  older.close()
  t.equal(await doubtIn(dir), null)
})

t.test('a folder that is moved is no copy, nor is a database of a version without the mark', async (t) => {
  const dir = await folderOf(t)
  renameSync(dir, `${dir}.moved`)
  const db = new DatabaseSync(join(`${dir}.moved`, 'evergreen.db'))
  const [was] = db.prepare(`select value from meta where name = 'inode'`).all()
  t.type(was?.['value'], 'string')
  cpSync(`${dir}.moved`, dir, { recursive: true })
  db.close()
  t.equal(await doubtIn(`${dir}.moved`), null)
  const older = new DatabaseSync(join(dir, 'evergreen.db'))
  older.exec(`delete from meta where name = 'inode'`)
  older.close()
  t.equal(await doubtIn(dir), null)
})
