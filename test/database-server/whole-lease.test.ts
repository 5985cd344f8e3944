import t from 'tap'
import { takeWhole } from '../../src/store/postgres/whole-lease.ts'
import { createFakeClock, settle } from '../helpers/clock.ts'
import { freshDatabase, sql } from '../helpers/postgres.ts'
import { until } from '../helpers/until.ts'

t.test('the lease on the whole database is renewed until it is released', async (t) => {
  const url = await freshDatabase()
  const clock = createFakeClock()
  const lines: unknown[] = []
  const whole = await takeWhole({
    url,
    name: 'mover',
    owner: 'mover',
    host: 'here',
    version: '1.0.0',
    clock,
    log: { info: (facts) => void lines.push(facts) },
  })
  const lease = async () =>
    (await sql(url, `select owner, host, until::text as until from evergreen.keeper`))[0] as Record<
      string,
      string
    >
  const first = await lease()
  t.match(first, { owner: 'mover', host: 'here' })
  await clock.advance(3000)
  await until(async () => (await lease())['until'] !== first['until'], { everyMs: 5, what: 'it is renewed' })
  const second = await lease()
  t.ok((second['until'] ?? '') > (first['until'] ?? ''), `${first['until']} < ${second['until']}`)
  await whole.release()
  t.match(await lease(), { owner: null, until: '-infinity' })
  await clock.advance(10_000)
  await settle()
  t.match(await lease(), { owner: null, until: '-infinity' })
  t.equal(clock.pending(), 0)
  t.same(lines, [])
})
