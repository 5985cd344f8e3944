import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import t from 'tap'
import { createWorld } from './harness.ts'

for (const verdict of ['ambiguous', 'unknown'] as const) {
  t.test(`a reply whose echo was faster than an ${verdict} answer counts as sent, once`, async (t) => {
    const sent: string[] = []
    const refused: string[] = []
    const world = await createWorld(t, {
      report: {
        handled: () => undefined,
        sent: (pageId) => void sent.push(pageId),
        dead: (_pageId, reason) => t.fail(reason),
        refused: (_pageId, verdict) => void refused.push(verdict),
        settled: () => undefined,
        heldBack: () => undefined,
      },
    })
    const { graph, store } = world
    graph.answer = async ({ metadata = '', message }) => {
      if (message.text !== 'x.0') return undefined
      await world.echo(metadata, 'mid-of-x0')
      await world.until(async () => (await store.counts()).inbox === 0, 'the echo is worked on')
      return verdict
    }
    world.delivery.start()
    await world.say('x*2')
    await world.until(
      async () => (await store.counts()).outbox.size === 0 && sent.length > 1,
      'both are sent',
    )
    t.same(graph.calls, ['x.0', 'x.1'])
    t.same(sent, ['page-1', 'page-1'])
    t.same(refused, [], 'it was not')
    t.same(world.needs, [])
    t.same(world.logged, [], 'and it is not tried again')
  })
}

t.test(
  'a reply whose mark the database refuses is not sent again after a restart, and the operator is told',
  async (t) => {
    const world = await createWorld(t)
    world.delivery.start()
    const db = new DatabaseSync(join(t.testdirName, 'evergreen.db'))
    db.exec(
      `create trigger refused before insert on sent when new.message_id is not null begin select raise(abort, 'refused'); end`,
    )
    db.close()
    await world.say('hello')
    await world.until(() => world.logged.length > 0, 'the refusal is logged')
    t.same(world.logged, ['what became of a reply could not be recorded'])

    // What is in doubt is sent again where the conversation cannot be read.
    world.graph.recent = () => 'permission'
    await world.restart()
    await world.say('bye')
    await world.until(async () => {
      await world.clock.advance(60_000)
      return world.graph.calls.includes('bye')
    }, 'the conversation goes on')
    t.same(world.graph.calls, ['hello', 'bye'])
    t.match(await world.store.counts(), { outbox: new Map() })
  },
)
