import {
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { saveVariables } from '../../src/setup/env-file.ts'
import { fillDisk } from '../helpers/full-disk.ts'

const template = '# explained\nA=\nB=\n'

t.test('a new file begins as the template, for its owner alone', async (t) => {
  const dir = t.testdir()
  const path = join(dir, '.env')
  await saveVariables({ path, template }, { A: '1' })
  t.equal(readFileSync(path, 'utf8'), '# explained\nA=1\nB=\n')
  t.equal(statSync(path).mode & 0o777, 0o600)
  t.same(readdirSync(dir), ['.env'], 'nothing is left beside it')
})

t.test('a file that everybody could read is closed to them, and otherwise only added to', async (t) => {
  const path = join(t.testdir({ '.env': 'PORT=4000\n' }), '.env')
  await saveVariables({ path, template }, { A: '1' })
  t.equal(readFileSync(path, 'utf8'), 'PORT=4000\nA=1\n')
  t.equal(statSync(path).mode & 0o777, 0o600)
})

t.test('a link stays a link', async (t) => {
  const dir = t.testdir({ kept: { settings: 'PORT=4000\n' } })
  const path = join(dir, '.env')
  symlinkSync(join(dir, 'kept/settings'), path)
  await saveVariables({ path, template }, { A: '1' })
  t.ok(lstatSync(path).isSymbolicLink())
  t.equal(readFileSync(join(dir, 'kept/settings'), 'utf8'), 'PORT=4000\nA=1\n')
})

t.test('a link that leads nowhere yet leads to the settings afterwards', async (t) => {
  const dir = t.testdir({ kept: {} })
  symlinkSync('kept/settings', join(dir, 'between'))
  const path = join(dir, '.env')
  symlinkSync('between', path)
  await saveVariables({ path, template }, { A: '1' })
  t.ok(lstatSync(path).isSymbolicLink())
  t.equal(readFileSync(join(dir, 'kept/settings'), 'utf8'), '# explained\nA=1\nB=\n')
  t.equal(statSync(path).mode & 0o777, 0o600)
})

t.test('where it cannot be written the reason is told, and what was there is there still', async (t) => {
  const dir = t.testdir()
  mkdirSync(join(dir, '.env'))
  await t.rejects(saveVariables({ path: join(dir, '.env'), template }, { A: 'hush' }), {
    code: 'BOT_CONFIG_INVALID',
    message: /cannot be written \(EISDIR\)\.$/,
    remedy: /may write to its folder/,
  })
  await t.rejects(saveVariables({ path: join(dir, 'none/.env'), template }, { A: 'hush' }), {
    message: /\(ENOENT\)/,
  })

  const path = join(dir, 'harm.env')
  writeFileSync(path, 'X="\nA=\n"\n')
  await t.rejects(saveVariables({ path, template }, { A: 'hush' }), { message: /without damage/ })
  t.equal(readFileSync(path, 'utf8'), 'X="\nA=\n"\n')
  t.same(readdirSync(dir).sort(), ['.env', 'harm.env'])
})

t.test('a full disk is told as that, and no half file is left', async (t) => {
  const dir = t.testdir({ '.env': 'PORT=4000\n' })
  const path = join(dir, '.env')
  fillDisk(t, path)
  await t.rejects(saveVariables({ path, template }, { A: 'hush' }), {
    message: `The file ${path} cannot be written (ENOSPC).`,
    remedy: 'Make room on its disk, and try again.',
  })
  t.equal(readFileSync(path, 'utf8'), 'PORT=4000\n')
  t.strictSame(readdirSync(dir), ['.env'])
})

t.test('a file that is not in UTF-8 is left as it is: its letters would be lost', async (t) => {
  const dir = t.testdir()
  const path = join(dir, '.env')
  const before = Buffer.from('# gr\u00fc\u00dfe\nNAME=M\u00fcller\n', 'latin1')
  writeFileSync(path, before)
  await t.rejects(saveVariables({ path, template }, { A: 'hush' }), {
    code: 'BOT_CONFIG_INVALID',
    message: /is not in UTF-8\.$/,
    remedy: /Save it as UTF-8/,
  })
  t.same(readFileSync(path), before)
  t.same(readdirSync(dir), ['.env'])
})
