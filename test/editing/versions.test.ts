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
  for (const name of ['2020-01-01T00-00-00-000Z.50%.yaml', '50%.yaml', 'notes.txt'])
    writeFileSync(join(folder, name), 'old')
  const listed = await versions.list()
  t.match(listed, [
    { atMs: clock.now(), by: 'José & Söhne' },
    { atMs: Date.UTC(2020, 0, 1), by: '50%' },
  ])
  t.equal(listed.length, 2)
  t.equal(await versions.read(listed[1]?.id ?? ''), 'old')
})
