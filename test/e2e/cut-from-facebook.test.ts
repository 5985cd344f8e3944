import t from 'tap'
import { createRng } from '../../sandbox/src/rng.ts'
import { roundsOr, SEED } from '../helpers/faults.ts'
import { startInstances, untilKept } from '../helpers/instances.ts'
import { startPager } from '../helpers/pager.ts'
import { createTalk } from '../helpers/talk.ts'
import { createWay } from '../helpers/way.ts'

/** One instance cannot reach Facebook any more, for longer than a lease; the database and the other instances can. */
const ROUNDS = roundsOr(1)
const SETTLED_WITHIN_MS = 90_000

t.test(
  'the Pages of an instance that cannot reach Facebook are answered by others; nothing is lost, doubled or reordered',
  async (t) => {
    const pager = await startPager(t)
    const { town, url, instances } = await startInstances(t, {
      size: { pages: 3, visitors: 3 },
      latencyMs: 15,
      env: { ALERT_URL: pager.url },
    })
    const { sandbox } = town
    const talk = createTalk(town, createRng(SEED))
    const [, cutOff, other] = instances
    if (cutOff === undefined || other === undefined) throw new Error('no instance')
    const way = await createWay(t, sandbox.origin)
    cutOff.env['FB_GRAPH_URL'] = way.url
    await other.start()

    for (let round = 0; round < ROUNDS; round += 1) {
      await cutOff.start()
      await untilKept(url, [1, 1, 1])
      for (const place of talk.conversations) talk.write(place)
      await talk.answered(SETTLED_WITHIN_MS)

      const writing = setInterval(() => talk.write(), 150)
      t.teardown(() => clearInterval(writing))
      const cutMs = performance.now()
      // Connections are refused, or nothing is answered on them.
      if (round % 2 === 0) way.cut()
      else way.stall()
      await untilKept(url, [0, 1, 2])
      t.comment(`others had its Page after ${Math.round(performance.now() - cutMs)} ms`)
      clearInterval(writing)
      sandbox.courier.hurry()
      await talk.answered(SETTLED_WITHIN_MS)
      t.same(
        talk.wrongs(),
        [],
        `each of ${talk.written()} messages is answered once, in order, and during the cut`,
      )

      // It accepts all the time, and nothing is left in its hands.
      way.lead(sandbox.origin)
      for (const place of talk.conversations) talk.write(place)
      await talk.answered(SETTLED_WITHIN_MS)
      t.same(talk.wrongs(), [], 'and when it can reach Facebook again')
      t.same(pager.alerts(), [], 'no person is needed')
      t.equal(await cutOff.sigterm(), 0)
    }
  },
)
