import fs, {
  chmodSync,
  readdirSync,
  readFileSync,
  renameSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { syncBuiltinESMExports } from 'node:module'
import { join } from 'node:path'
import t, { type Test } from 'tap'
import { createScriptEditor } from '../../src/editing/script-editor.ts'
import { createVersions } from '../../src/editing/versions.ts'
import { createFakeClock } from '../helpers/clock.ts'
import { fillDisk } from '../helpers/full-disk.ts'

const NONE = { folder: '', keep: async () => undefined }

const build = (t: Test, { fixed = null }: { fixed?: string | null } = {}) => {
  const dir = t.testdir({ own: { 'bot.yaml': 'a' }, data: {} })
  const file = join(dir, 'own/bot.yaml')
  const clock = createFakeClock()
  const folder = join(dir, 'data/evergreen.script-versions')
  const versions = createVersions({ folder, clock })
  const editor = createScriptEditor({ file, versions, fixed })
  const change = (edit: (text: string) => string | null) => editor.change(edit, 'ann@example.com')
  return { file, clock, editor, versions, folder, change, read: () => readFileSync(file, 'utf8') }
}

t.test('changes made at the same time follow each other, and the mode of the file stays', async (t) => {
  const { file, change, read } = build(t)
  chmodSync(file, 0o640)
  await Promise.all(['b', 'c', 'd'].map((letter) => change((text) => text + letter)))
  t.equal(read(), 'abcd')
  t.equal(statSync(file).mode & 0o777, 0o640)
  t.strictSame(readdirSync(join(file, '..')), ['bot.yaml'])
})

t.test('a change that fails changes nothing, and the next one is made all the same', async (t) => {
  const { change, versions, read } = build(t)
  const refused = change(() => {
    throw new Error('no script')
  })
  const made = change((text) => `${text}b`)
  await t.rejects(refused, { message: 'no script' })
  await made
  t.equal(read(), 'ab')
  t.equal((await versions.list()).length, 1)
})

t.test('a text that stays as it is makes no version', async (t) => {
  const { change, versions } = build(t)
  await change(() => null)
  await change((text) => text)
  t.strictSame(await versions.list(), [])
})

t.test('the last twenty versions are kept, with who and when, the latest first', async (t) => {
  const { clock, change, versions, folder } = build(t)
  for (let n = 0; n < 25; n += 1) {
    clock.skip(1000)
    await change((text) => `${text}b`)
  }
  const kept = await versions.list()
  t.equal(kept.length, 20)
  t.match(kept[0], { by: 'ann@example.com', atMs: clock.now() })
  t.equal(await versions.read(kept[0]?.id ?? ''), `a${'b'.repeat(24)}`)
  t.equal(await versions.read(kept[19]?.id ?? ''), `a${'b'.repeat(5)}`)
  for (const name of readdirSync(folder)) t.equal(statSync(join(folder, name)).mode & 0o777, 0o600)
  t.equal(await versions.read('../../own/bot.yaml'), null, 'nothing else can be read by that')
})

t.test('two changes within a millisecond make two versions', async (t) => {
  const { change, versions } = build(t)
  await change(() => 'b')
  await change(() => 'c')
  const [latest, first] = await versions.list()
  t.equal(await versions.read(latest?.id ?? ''), 'b')
  t.equal(await versions.read(first?.id ?? ''), 'a')
})

t.test('a full disk is told as that, whichever file it holds up, and nothing is changed', async (t) => {
  for (const place of ['own/bot.yaml', 'evergreen.script-versions']) {
    await t.test(place, async (t) => {
      const { file, change, editor, read } = build(t)
      fillDisk(t, place)
      await t.rejects(
        change(() => 'b'),
        {
          code: 'BOT_SCRIPT_READ_ONLY',
          message: new RegExp(`cannot be changed from here. The disk of .*${place} is full \\(ENOSPC\\)\\.$`),
          remedy: 'Make room on that disk, then save again. Nothing was changed.',
        },
      )
      t.equal(read(), 'a')
      t.equal(await editor.blockedBy(), null, 'the form is still shown')
      t.strictSame(readdirSync(join(file, '..')), ['bot.yaml'])
    })
  }
})

t.test(
  'a save that failed and is made again leaves one version, and no earlier one is pushed out',
  async (t) => {
    const { file, clock, change, versions } = build(t)
    for (const letter of 'bcdefghijklmnopqrstu') await change((text) => text + letter)
    const before = await versions.list()
    renameSync(file, `${file}.aside`)
    symlinkSync('bot.yaml.aside', file)
    const failing = createScriptEditor({ file, versions })
    await t.test('the disk is full', async (t) => {
      fillDisk(t, 'bot.yaml.aside')
      for (let n = 0; n < 30; n += 1) {
        clock.skip(1000)
        await t.rejects(
          failing.change((text) => `${text}!`, 'bob'),
          { code: 'BOT_SCRIPT_READ_ONLY' },
        )
      }
    })
    await failing.change((text) => `${text}!`, 'bob')
    const after = await versions.list()
    t.equal(after.length, 20)
    t.equal(after[0]?.by, 'bob')
    t.strictSame(after.slice(1), before.slice(0, 19), 'one version for one change')
  },
)

t.test('a file that is mounted by itself, as into a container, is told as that', async (t) => {
  const { file, change, read } = build(t)
  const { rename } = fs.promises
  const use = (other: typeof rename): void => {
    fs.promises.rename = other
    syncBuiltinESMExports()
  }
  t.teardown(() => use(rename))
  use((from, to) =>
    to === file ? Promise.reject(Object.assign(new Error('busy'), { code: 'EBUSY' })) : rename(from, to),
  )
  await t.rejects(
    change(() => 'b'),
    {
      code: 'BOT_SCRIPT_READ_ONLY',
      message: /bot\.yaml cannot be replaced, because it is mounted by itself \(EBUSY\)\.$/,
      remedy: /^Mount its folder/,
    },
  )
  t.equal(read(), 'a')
})

t.test('a folder of the versions that cannot be used is told, and nothing is changed', async (t) => {
  const { folder, change, read } = build(t)
  writeFileSync(folder, '')
  await t.rejects(
    change(() => 'b'),
    { code: 'BOT_SCRIPT_READ_ONLY', message: /may not write to .*script-versions or its folder \(EEXIST\)/ },
  )
  t.equal(read(), 'a')
})

t.test('a file with the line ends of Windows keeps them, and a link stays a link', async (t) => {
  const { file, change, read } = build(t)
  writeFileSync(file, 'a\r\nb\r\n')
  await change((text) => `${text}c\n`)
  t.equal(read(), 'a\r\nb\r\nc\r\n')
  const link = join(file, '../link.yaml')
  symlinkSync('bot.yaml', link)
  const editor = createScriptEditor({ file: link, versions: NONE })
  await editor.change(() => 'through', 'ann')
  t.equal(read(), 'through')
})

t.test('a file that cannot be written is said to be so, before and at the change', async (t) => {
  const { file, editor } = build(t)
  t.equal(await editor.blockedBy(), null)
  // A folder in the place of the file refuses the rename, also for root.
  const gone = createScriptEditor({ file: join(file, '..'), versions: NONE })
  await t.rejects(gone.change((text) => text, 'ann'))
  const sample = build(t, { fixed: 'It is the sample.' })
  t.equal(await sample.editor.blockedBy(), 'It is the sample.')
  await t.rejects(
    sample.change(() => 'b'),
    { code: 'BOT_SCRIPT_READ_ONLY', message: /It is the sample/ },
  )
  t.equal(sample.read(), 'a')
})
