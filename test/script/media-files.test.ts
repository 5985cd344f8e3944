import { execFileSync } from 'node:child_process'
import { mkdirSync, rmSync, statSync, symlinkSync, truncateSync, utimesSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import t, { type Test } from 'tap'
import { createMediaFiles, mediaSizes } from '../../src/script/media-files.ts'

const begin = (t: Test) => {
  const folder = t.testdir({ shop: { 'menu.pdf': 'monday', pictures: { 'a.png': 'a' }, '.env': 'SECRET=1' } })
  const script = join(folder, 'shop', 'bot.yaml')
  writeFileSync(join(folder, 'outside.pdf'), 'outside')
  return {
    files: createMediaFiles(script),
    sizeOf: mediaSizes(script),
    write: (path: string, text: string) => writeFileSync(join(folder, 'shop', path), text),
    remove: (path: string) => rmSync(join(folder, 'shop', path)),
    folder: join(folder, 'shop'),
  }
}

t.test('a file is read from the folder of the script, with the type its name tells', async (t) => {
  const { files, sizeOf } = begin(t)
  const { bytes, hash, ...facts } = await files.read('menu.pdf')
  t.equal(Buffer.from(bytes).toString(), 'monday')
  t.equal(hash, await files.hashOf('menu.pdf'))
  t.same(facts, { name: 'menu.pdf', contentType: 'application/pdf' })
  t.match(await files.read('pictures/a.png'), { name: 'a.png', contentType: 'image/png' })
  t.equal(sizeOf('pictures/a.png'), 1)
})

t.test('another content is another file, the same content the same one', async (t) => {
  const { files, write } = begin(t)
  const monday = await files.hashOf('menu.pdf')
  write('menu.pdf', 'tuesday!')
  const tuesday = await files.hashOf('menu.pdf')
  t.not(tuesday, monday)
  write('menu.pdf', 'monday')
  t.equal(await files.hashOf('menu.pdf'), monday)
})

t.test('a file that is being replaced counts as what it was; one never seen is missed', async (t) => {
  const { files, remove, sizeOf } = begin(t)
  const before = await files.hashOf('menu.pdf')
  remove('menu.pdf')
  t.equal(await files.hashOf('menu.pdf'), before)
  await t.rejects(files.read('menu.pdf'), { code: 'ENOENT' })
  await t.rejects(files.hashOf('none.pdf'), { code: 'ENOENT' })
  t.equal(sizeOf('none.pdf'), null)
  t.equal(sizeOf('menu.pdf/x'), null)
})

t.test('nothing outside the folder and nothing hidden is ever read', async (t) => {
  const { files } = begin(t)
  for (const path of [
    '../outside.pdf',
    '.env',
    'pictures/../.env',
    '/etc/hostname',
    './menu.pdf',
    'a\\b',
    '',
    'a\0b',
  ]) {
    await t.rejects(files.read(path), { code: 'EACCES' }, JSON.stringify(path))
    await t.rejects(files.hashOf(path), { code: 'EACCES' }, JSON.stringify(path))
  }
})

t.test('a folder is no file, and what is too large is not read', async (t) => {
  const { files, folder, sizeOf, write } = begin(t)
  mkdirSync(join(folder, 'folder.pdf'))
  t.equal(sizeOf('folder.pdf'), null)
  await t.rejects(files.read('folder.pdf'), { code: 'EISDIR' })
  write('huge.pdf', 'x'.repeat(25 * 1024 * 1024 + 1))
  await t.rejects(files.read('huge.pdf'), { code: 'EFBIG' })
})

t.test('a file changed behind its time of writing is another file', async (t) => {
  const { files, folder, write } = begin(t)
  const path = join(folder, 'menu.pdf')
  const { atime, mtime } = statSync(path)
  const monday = await files.hashOf('menu.pdf')
  write('menu.pdf', 'sunday')
  utimesSync(path, atime, mtime)
  t.not(await files.hashOf('menu.pdf'), monday)
})

t.test('what was read last is what the file is known by', async (t) => {
  const { files, remove, write } = begin(t)
  await files.hashOf('menu.pdf')
  write('menu.pdf', 'tuesday!')
  const { hash } = await files.read('menu.pdf')
  remove('menu.pdf')
  t.equal(await files.hashOf('menu.pdf'), hash)
})

t.test('what never ends, or is too large, is not begun to be read', async (t) => {
  const { files, folder, write } = begin(t)
  execFileSync('mkfifo', [join(folder, 'pipe.pdf')])
  symlinkSync('/dev/zero', join(folder, 'zero.pdf'))
  for (const path of ['pipe.pdf', 'zero.pdf']) {
    await t.rejects(files.hashOf(path), { code: 'EACCES' }, path)
    await t.rejects(files.read(path), { code: 'EACCES' }, path)
  }
  write('huge.pdf', '')
  truncateSync(join(folder, 'huge.pdf'), 50 * 1024 ** 3)
  await t.rejects(files.hashOf('huge.pdf'), { code: 'EFBIG' })
})

t.test('many who ask at once are told the same', async (t) => {
  const { files, write } = begin(t)
  write('menu.pdf', 'x'.repeat(1024 * 1024))
  const hashes = await Promise.all(Array.from({ length: 50 }, () => files.hashOf('menu.pdf')))
  t.equal(new Set(hashes).size, 1)
  t.equal(hashes[0], (await files.read('menu.pdf')).hash)
})
