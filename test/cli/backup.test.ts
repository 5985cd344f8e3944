import { readdirSync, symlinkSync } from 'node:fs'
import { join } from 'node:path'
import t, { type Test } from 'tap'
import { systemClock } from '../../src/base/clock.ts'
import { backup } from '../../src/cli/backup.ts'
import { restore } from '../../src/cli/restore.ts'
import { databaseIn } from '../../src/store/sqlite/data-dir.ts'
import { openTestStore } from '../helpers/store.ts'
import { createTokenStore } from '../../src/store/tokens/token-store.ts'
import { handleAll, newEvent } from '../store/steps.ts'
import { pageToken } from '../store/tokens/sample.ts'
import { run } from './run.ts'

const build = async (t: Test) => {
  const root = t.testdir()
  const dir = join(root, 'data')
  const tokens = await createTokenStore({ dir, key: null })
  await tokens.save({ pages: [pageToken()] })
  await tokens.close()
  const store = await openTestStore({ file: databaseIn(dir), clock: systemClock })
  await store.accept([newEvent('a')])
  await handleAll(store, () => ['waits'])
  await store.close()
  return { root, dir, copy: join(root, 'copy') }
}

t.test('npm run backup says what it copied, npm run restore what it put back', async (t) => {
  const { root, dir, copy } = await build(t)
  t.match(await run(backup, dir, [copy]), {
    code: 0,
    stdout: `Done: tokens.json and evergreen.db in ${copy}.\n`,
    stderr: '',
  })
  t.match(await run(backup, dir, [copy]), { code: 1, stderr: /is not empty/ })

  const restored = await run(restore, dir, [copy])
  t.match(restored, { code: 0, stdout: /Done: tokens\.json and evergreen\.db in .*data\./, stderr: '' })
  t.match(restored.stdout, /The old files are in .*before-restore-.*; delete them/)
  t.match(restored.stdout, /Replies that wait: 1\. The bot looks for each/)
  t.notMatch(restored.stdout, 'page-token-1')

  const json = await run(restore, join(root, 'new'), [copy, '--tokens-only', '--json'])
  t.strictSame(JSON.parse(json.stdout), {
    folder: join(root, 'new'),
    files: ['tokens.json'],
    aside: null,
    doubted: 0,
  })
  t.ok(readdirSync(join(root, 'new')).includes('tokens.json'))
})

t.test('a backup inside DATA_DIR is made, and told to be lost with it', async (t) => {
  const { root, dir } = await build(t)
  symlinkSync(dir, join(root, 'link'))
  for (const to of [join(dir, 'today'), join(root, 'link/tomorrow')])
    t.match(await run(backup, dir, [to]), {
      code: 0,
      stdout: /^Done: /,
      stderr: /is inside DATA_DIR \(.+\).*Copy it to another disk/,
    })
  const beside = `${dir}-backup`
  t.match(await run(backup, dir, [beside, '--json']), { code: 0, stderr: '' })
})

t.test(
  'a backup of a folder with nothing in it, such as a wrong DATA_DIR, fails and makes no folder',
  async (t) => {
    const { root } = await build(t)
    t.match(await run(backup, join(root, 'dta'), [join(root, 'empty')]), {
      code: 1,
      stdout: '',
      stderr: /^There is nothing in \S+dta to back up\.\nCheck DATA_DIR/,
    })
    t.strictSame(readdirSync(root).toSorted(), ['data'])
  },
)

t.test('wrong usage of backup and restore ends with 2, a folder without a backup with 1', async (t) => {
  const { root, dir } = await build(t)
  for (const command of [backup, restore]) {
    for (const args of [[], ['a', 'b']])
      t.match(await run(command, dir, args), { code: 2, stderr: /Name one folder/ })
    t.match(await run(command, dir, ['--force']), { code: 2, stderr: /no option --force/ })
  }
  t.match(await run(restore, dir, [join(root, 'elsewhere')]), {
    code: 1,
    stderr: /no backup in .*\n.*npm run backup/,
  })
})
