import { chmodSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import t, { type Test } from 'tap'
import { createScriptEditor } from '../../src/script/script-editor.ts'
import { createFakeClock } from '../helpers/clock.ts'

const build = (t: Test) => {
  const dir = t.testdir({ own: { 'bot.yaml': 'a' }, data: {} })
  const file = join(dir, 'own/bot.yaml')
  const clock = createFakeClock()
  const check = (text: string): void => {
    if (text.includes('wrong')) throw new Error('no script')
  }
  const editor = createScriptEditor({ file, dataDir: join(dir, 'data'), check, clock })
  const versions = join(dir, 'data/evergreen.script-versions')
  return { file, clock, editor, versions, read: () => readFileSync(file, 'utf8') }
}

t.test('changes made at the same time follow each other, and the mode of the file stays', async (t) => {
  const { file, editor, read } = build(t)
  chmodSync(file, 0o640)
  await Promise.all(['b', 'c', 'd'].map((letter) => editor.change((text) => text + letter)))
  t.equal(read(), 'abcd')
  t.equal(statSync(file).mode & 0o777, 0o640)
  t.strictSame(readdirSync(join(file, '..')), ['bot.yaml'])
})

t.test('a text that is no script changes nothing, and the next change is made all the same', async (t) => {
  const { editor, read } = build(t)
  const refused = editor.change(() => 'wrong')
  const made = editor.change((text) => `${text}b`)
  await t.rejects(refused, { message: 'no script' })
  await made
  t.equal(read(), 'ab')
})

t.test('the last twenty versions are kept', async (t) => {
  const { clock, editor, versions } = build(t)
  for (let n = 0; n < 25; n += 1) {
    clock.skip(1000)
    await editor.change((text) => `${text}b`)
  }
  const kept = readdirSync(versions).toSorted()
  t.equal(kept.length, 20)
  t.equal(readFileSync(join(versions, kept.at(-1) ?? ''), 'utf8'), `a${'b'.repeat(24)}`)
  t.equal(statSync(join(versions, kept[0] ?? '')).mode & 0o777, 0o600)
})

t.test('a file that cannot be written is said to be so', async (t) => {
  const { file, editor } = build(t)
  writeFileSync(file, 'a')
  // A folder in the place of the draft's target refuses the rename, also for root.
  const gone = createScriptEditor({
    file: join(file, '..'),
    dataDir: join(file, '../../data'),
    check: () => undefined,
    clock: createFakeClock(),
  })
  await t.rejects(gone.change((text) => text))
  await t.resolves(editor.change((text) => text))
})
