import { readdir } from 'node:fs/promises'
import t from 'tap'
import { buildWorld, examine } from './lab.ts'
import { trouble } from './rows.ts'

t.test('everything in order is told as that', async (t) => {
  const world = await buildWorld(t)
  const results = await examine(world)
  t.strictSame(trouble(results), {})
  t.ok(results.every(({ status }) => status === 'ok'))
  t.ok(results.length > 20)
})

t.test('the doctor leaves the data folder as it was, whether the bot runs or not', async (t) => {
  const world = await buildWorld(t)
  const files = () => readdir(world.dir, { recursive: true }).then((names) => names.toSorted())
  const before = await files()
  await examine(world)
  t.strictSame(await files(), before)

  await world.stopBot()
  const stopped = await files()
  t.match(trouble(await examine(world)), { bot: ['warning', /does not run/, /npm start/] })
  t.strictSame(await files(), stopped)
})
