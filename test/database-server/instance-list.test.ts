import { setImmediate as nextTurn } from 'node:timers/promises'
import { isDeepStrictEqual } from 'node:util'
import t from 'tap'
import { systemClock } from '../../src/base/clock.ts'
import { inspectServer } from '../../src/store/postgres/inspect.ts'
import { freshDatabase, sql } from '../helpers/postgres.ts'
import { instance, keepsAll } from './instances.ts'
import { until } from '../helpers/until.ts'

t.test(
  'every instance lists all of them, with what each keeps and has, and so does the doctor',
  async (t) => {
    const url = await freshDatabase()
    const first = await instance(t, url)
    await keepsAll(first, 'page-1', 'page-2')
    await until(first.duty.isHead)
    const second = await instance(t, url)
    const both = [first.running, second.running]
    for (const running of both) running?.mark({ script: running.self })
    const expected = [first, second].map(({ running, duty }) => ({
      id: running?.self,
      version: '1',
      isHead: duty.isHead(),
      pages: [/^page-[12]$/],
      marks: { script: running?.self },
    }))
    for (const running of both) {
      await until(
        () => running?.list().every(({ marks, pages }) => marks !== null && pages.length === 1) === true,
      )
      t.match(running?.list(), expected)
    }
    const found = await inspectServer(url, systemClock)
    t.match(found, { status: 'sound', instances: expected })

    await second.close()
    await until(() => {
      const [one, ...others] = first.running?.list() ?? []
      return others.length === 0 && one?.pages.length === 2
    })
    t.match(first.running?.list(), [{ id: first.running?.self, pages: ['page-1', 'page-2'] }])
  },
)

t.test('an instance of the version before is listed, and gets its share', async (t) => {
  const url = await freshDatabase()
  const { running, duty } = await instance(t, url)
  const pages = ['page-1', 'page-2']
  await until(() => pages.filter(duty.keeps).length === 2)
  // It knows no marks, and takes no beat in this test.
  await sql(
    url,
    `insert into evergreen.instance (id, host, version, takes, beat)
     values ('old', 'elsewhere', '0', true, now() + interval '4 seconds')`,
  )
  await until(() => running?.list().some(({ id }) => id === 'old') === true)
  t.match(running?.list().at(-1), { id: 'old', host: 'elsewhere', version: '0', pages: [], marks: null })
  await until(() => pages.filter(duty.keeps).length === 1)
})

t.test(
  'an instance that was killed leaves the list when its leases end, and its row a day later',
  async (t) => {
    const url = await freshDatabase()
    await sql(
      url,
      `insert into evergreen.instance (id, host, version, takes, beat)
     values ('killed', 'elsewhere', '1', true, now() - interval '1 minute'),
            ('long ago', 'elsewhere', '1', true, now() - interval '2 days')`,
    )
    const { running } = await instance(t, url)
    await until(() => running?.list().length === 1)
    const ids = async () =>
      (await sql(url, 'select id from evergreen.instance order by beat')).map(({ id }) => id)
    await until(async () => (await ids()).length === 2)
    t.same(await ids(), ['killed', running?.self])
  },
)

t.test('a new instance, and what it says of itself, is listed without waiting for a beat', async (t) => {
  const url = await freshDatabase()
  const times = { leaseMs: 1_200_000, beatMs: 600_000 }
  const first = await instance(t, url, { times })
  await until(() => first.running?.list().length === 1)
  const second = await instance(t, url, { times })
  await until(() => first.running?.list().length === 2)
  for (let n = 0; n < 10; n += 1) {
    second.running?.mark({ script: `before ${n}` })
    await nextTurn()
    // By now the beat that writes the mark is under way, and says nothing of this one.
    const script = `after ${n}`
    second.running?.mark({ script })
    await until(() => first.running?.list().some(({ marks }) => marks?.['script'] === script) === true)
  }
  // Each reads it for itself when it is told.
  await until(() => isDeepStrictEqual(second.running?.list(), first.running?.list()))
  t.match(second.running?.list(), [{}, { marks: { script: 'after 9' } }])
})

const AHEAD = `select from evergreen.lease where until > now() + interval '1 minute'`

t.test(
  'after the clock of the server was set back the leases of an instance that is gone are taken',
  async (t) => {
    const url = await freshDatabase()
    const { duty } = await instance(t, url)
    const pages = ['page-1', 'page-2']
    await until(() => pages.filter(duty.keeps).length === pages.length && duty.isHead())
    // As everything looks that was written before.
    await sql(
      url,
      `insert into evergreen.instance (id, host, version, takes, beat)
     values ('gone', 'elsewhere', '1', true, now() + interval '1 hour')`,
    )
    await sql(
      url,
      `update evergreen.lease set owner = 'gone', fence = fence + 1, until = now() + interval '1 hour'`,
    )
    await until(async () => (await sql(url, AHEAD)).length === 0, { everyMs: 20 })
    t.ok(pages.every(duty.keeps) && duty.isHead())
  },
)
