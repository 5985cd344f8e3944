import { execFileSync } from 'node:child_process'
import fs, { existsSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs'
import { syncBuiltinESMExports } from 'node:module'
import { dirname, join, resolve } from 'node:path'
import t, { type Test } from 'tap'
import { makeOwnScript, SAMPLE_SCRIPT, scriptToRead } from '../../src/script/own-script.ts'

const inFolder = (t: Test, dir: string): void => {
  const before = process.cwd()
  process.chdir(dir)
  t.teardown(() => process.chdir(before))
}

t.test('the first start makes bot.yaml from the sample; later ones leave it alone', async (t) => {
  inFolder(t, t.testdir())
  t.equal(scriptToRead('bot.yaml'), SAMPLE_SCRIPT, 'one who only looks makes nothing')
  t.notOk(existsSync('bot.yaml'))
  t.same(makeOwnScript('bot.yaml'), { file: 'bot.yaml', made: 'copied' })
  const [schemaLine = '', ...lines] = readFileSync('bot.yaml', 'utf8').split('\n')
  t.strictSame(lines, readFileSync(SAMPLE_SCRIPT, 'utf8').split('\n').slice(1))
  const [, schema = ''] = /\$schema=(.+)$/.exec(schemaLine) ?? []
  t.equal(resolve(schema), join(dirname(SAMPLE_SCRIPT), 'bot.schema.json'), 'an editor finds the schema')

  writeFileSync('bot.yaml', 'mine')
  t.same(makeOwnScript('bot.yaml'), { file: 'bot.yaml', made: 'before' })
  t.equal(scriptToRead('bot.yaml'), 'bot.yaml')
  t.equal(readFileSync('bot.yaml', 'utf8'), 'mine')
})

t.test('a missing file of another name is not made: it is a mistake of the one who named it', async (t) => {
  inFolder(t, t.testdir())
  t.same(makeOwnScript('shop.yaml'), { file: 'shop.yaml', made: 'before' })
  t.equal(scriptToRead('sub/bot.yaml'), 'sub/bot.yaml')
  t.notOk(existsSync('shop.yaml'))
})

const proc = existsSync('/proc/self')
  ? {}
  : { skip: 'this system has no folder in which the root user cannot make a file' }
t.test('where no file can be made the sample itself is read', proc, async (t) => {
  inFolder(t, '/proc')
  t.same(makeOwnScript('bot.yaml'), { file: SAMPLE_SCRIPT, made: 'sample' })
})

t.test('a disk that gets full leaves no half script behind', async (t) => {
  inFolder(t, t.testdir())
  const { writeFileSync: real } = fs
  const use = (other: typeof real): void => {
    fs.writeFileSync = other
    syncBuiltinESMExports()
  }
  t.teardown(() => use(real))
  use((path, text, ...more) => {
    real(path, (text as string).slice(0, 500), ...more)
    throw Object.assign(new Error('full'), { code: 'ENOSPC', syscall: 'write' })
  })
  t.same(makeOwnScript('bot.yaml'), { file: SAMPLE_SCRIPT, made: 'sample' })
  use(real)
  t.same(makeOwnScript('bot.yaml'), { file: 'bot.yaml', made: 'copied' })
})

t.test('a link to a script whose disk is missing is not taken for a first start', async (t) => {
  inFolder(t, t.testdir())
  symlinkSync('not-mounted/bot.yaml', 'bot.yaml')
  t.same(makeOwnScript('bot.yaml'), { file: 'bot.yaml', made: 'before' }, 'visitors do not get the sample')
  t.equal(scriptToRead('bot.yaml'), 'bot.yaml')
})

t.test('git does not follow the file that people change', async (t) => {
  const root = dirname(SAMPLE_SCRIPT)
  if (!existsSync(join(root, '.git'))) {
    t.pass('not a checkout')
    return
  }
  t.equal(execFileSync('git', ['ls-files', 'bot.yaml'], { cwd: root, encoding: 'utf8' }), '')
  t.equal(execFileSync('git', ['check-ignore', 'bot.yaml'], { cwd: root, encoding: 'utf8' }), 'bot.yaml\n')
})
