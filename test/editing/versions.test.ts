import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { createVersions } from '../../src/editing/versions.ts'
import { createFakeClock } from '../helpers/clock.ts'

t.test('versions are listed beside files whose names another program made', async (t) => {
  const folder = t.testdir()
  const clock = createFakeClock()
  const versions = createVersions({ folder, clock })
  await versions.keep('replies: {}', 'José & Söhne')
  for (const name of [
    '2020-01-01T00-00-00-000Z.50%.yaml',
    '50%.yaml',
    'notes.txt',
    '2999-99-99T00-00-00-000Z.Ann.yaml',
  ])
    writeFileSync(join(folder, name), 'old')
  const listed = await versions.list()
  t.match(listed, [
    { atMs: clock.now(), by: 'José & Söhne' },
    { atMs: Date.UTC(2020, 0, 1), by: '50%' },
  ])
  t.equal(listed.length, 2)
  t.equal(await versions.read(listed[1]?.id ?? ''), 'old')
})

t.test(
  'the newest version is the first of the list and is kept, also after the clock was set back',
  async (t) => {
    const clock = createFakeClock()
    const versions = createVersions({ folder: t.testdir(), clock })
    for (let at = 0; at < 20; at += 1) await versions.keep(`before ${at}`, 'Ann')
    const back = createVersions({ folder: versions.folder, clock: { now: () => clock.now() - 86_400_000 } })
    for (const text of ['one', 'two', 'three']) await back.keep(text, 'Ann')
    const texts = (await back.list()).slice(0, 3).map(({ id }) => back.read(id))
    t.strictSame(await Promise.all(texts), ['three', 'two', 'one'])
  },
)
