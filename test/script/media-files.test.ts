import { execFileSync } from 'node:child_process'
import {
  linkSync,
  mkdirSync,
  rmSync,
  statSync,
  symlinkSync,
  truncateSync,
  utimesSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import t, { type Test } from 'tap'
import { createMediaFiles, mediaLooks } from '../../src/script/media-files.ts'
import type { MediaFolders } from '../../src/script/media-place.ts'

const sizesIn = (folders: MediaFolders) => (path: string) => {
  const look = mediaLooks(folders)(path)
  return look === null || look === 'private' ? look : look.bytes
}

const begin = (t: Test) => {
  const folder = t.testdir({ shop: { 'menu.pdf': 'monday', pictures: { 'a.png': 'a' }, '.env': 'SECRET=1' } })
  const dataDir = join(folder, 'shop', 'data')
  writeFileSync(join(folder, 'outside.pdf'), 'outside')
  return {
    files: createMediaFiles({ folder: join(folder, 'shop'), dataDir }),
    sizeOf: sizesIn({ folder: join(folder, 'shop'), dataDir }),
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

t.test('what a name leads to counts, not the name: nothing private is ever read', async (t) => {
  const { files, folder, sizeOf } = begin(t)
  const data = join(folder, 'data')
  mkdirSync(join(folder, 'copy'))
  mkdirSync(data)
  for (const name of ['tokens.json', 'evergreen.db', 'picture.png', 'report.pdf'])
    writeFileSync(join(data, name), 'hush')
  writeFileSync(join(folder, 'copy/tokens.json.previous'), 'hush')
  symlinkSync(join(folder, '.env'), join(folder, 'env.txt'))
  symlinkSync('../outside.pdf', join(folder, 'outside.pdf'))
  symlinkSync('..', join(folder, 'up'))
  symlinkSync('data', join(folder, 'album'))
  symlinkSync('data/tokens.json', join(folder, 'hours.pdf'))
  symlinkSync('hours.pdf', join(folder, 'twice.pdf'))
  linkSync(join(data, 'tokens.json'), join(folder, 'hard.pdf'))
  linkSync(join(folder, '.env'), join(folder, 'hard.txt'))
  for (const path of [
    'data/tokens.json',
    'data/evergreen.db',
    'data/picture.png',
    'copy/tokens.json.previous',
    'env.txt',
    'outside.pdf',
    'up/outside.pdf',
    'album/report.pdf',
    'hours.pdf',
    'twice.pdf',
    'hard.pdf',
    'hard.txt',
  ]) {
    await t.rejects(files.read(path), { code: 'EACCES' }, path)
    await t.rejects(files.hashOf(path), { code: 'EACCES' }, path)
    t.equal(sizeOf(path), 'private', path)
  }
})

t.test('code, settings and secrets beside the script are no media, under whichever name', async (t) => {
  const { files, folder, sizeOf, write } = begin(t)
  mkdirSync(join(folder, 'secrets'))
  const names = [
    'secrets/app-secret',
    'bot.yaml',
    'compose.yml',
    'handlers.ts',
    'shop.mjs',
    'package.json',
    'prod.env',
    'id.PEM',
    'compose.yaml~',
    'prod.env.bak',
    'page.p12',
  ]
  for (const name of names) write(name, 'hush')
  symlinkSync('compose.yml', join(folder, 'prices.pdf'))
  for (const name of [...names, 'prices.pdf']) {
    await t.rejects(files.read(name), { code: 'EACCES' }, name)
    t.equal(sizeOf(name), 'private', name)
  }
  for (const name of ['terms.docx', 'fonts.tar.gz', 'track.gpx', 'notes.yaml.pdf']) {
    write(name, 'public')
    t.equal(sizeOf(name), 6, name)
  }
})

t.test('links within the folder are followed, also those by which a cluster mounts files', async (t) => {
  const { folder, sizeOf } = begin(t)
  mkdirSync(join(folder, '..2026_11_29'))
  writeFileSync(join(folder, '..2026_11_29/map.png'), 'map')
  symlinkSync('..2026_11_29', join(folder, '..data'))
  symlinkSync('..data/map.png', join(folder, 'map.png'))
  symlinkSync('pictures', join(folder, 'album'))
  linkSync(join(folder, 'menu.pdf'), join(folder, 'today.pdf'))
  t.equal(sizeOf('map.png'), 3)
  t.equal(sizeOf('album/a.png'), 1)
  t.equal(sizeOf('today.pdf'), 6)
})

t.test(
  'where the script lies in the data folder, its pictures are media and the tokens are not',
  async (t) => {
    const dataDir = t.testdir({ 'menu.pdf': 'monday', 'tokens.json': 'hush', 'evergreen.db-wal': 'hush' })
    const sizeOf = sizesIn({ folder: dataDir, dataDir })
    t.equal(sizeOf('menu.pdf'), 6)
    t.equal(sizeOf('tokens.json'), 'private')
    t.equal(sizeOf('evergreen.db-wal'), 'private')
  },
)

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
