import { existsSync } from 'node:fs'
import t from 'tap'
import { syncFolder } from '../../src/base/replace-file.ts'

t.test(
  'a folder on a file system that cannot make its names durable is used all the same',
  { skip: existsSync('/proc/self') ? false : 'there is no such file system' },
  async (t) => {
    await t.resolves(syncFolder('/proc/self'))
  },
)

t.test('a folder that is not there is no folder that was made durable', async (t) => {
  await t.rejects(syncFolder(`${t.testdir()}/gone`), { code: 'ENOENT' })
})
