import t, { type Test } from 'tap'
import { load } from '../../bench/lib/load.ts'
import { startSubject, type Subject } from '../../bench/lib/processes.ts'
import { RIVALS } from '../../bench/lib/rivals.ts'

const few = (port: number) => load({ port, connections: 2, conversations: 3, count: 6, run: 't' })

const stopping = (t: Test, subject: Subject): Subject => {
  t.teardown(subject.stop)
  return subject
}

t.test('the program that measures acceptance alone takes callbacks', async (t) => {
  const { port } = stopping(t, await startSubject('subjects/acceptance.ts'))
  t.equal((await few(port)).failures, 0)
})

for (const rival of RIVALS) {
  t.test(`${rival.name} answers as many messages as it gets`, async (t) => {
    const graph = stopping(t, await startSubject('lib/graph-stub.ts'))
    const { port } = stopping(t, await rival.start(graph.port))
    t.equal((await few(port)).failures, 0)
    t.match(await graph.ask({ until: 6 }), { sends: 6 })
  })
}
