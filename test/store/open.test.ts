import { Worker } from 'node:worker_threads'
import t from 'tap'
import { systemClock } from '../../src/base/clock.ts'
import { openStore } from '../../src/store/sqlite/open.ts'

const SAYS_OPENED_AND_DIES = `
const { parentPort } = require('node:worker_threads')
parentPort.once('message', () => {
  parentPort.postMessage({ opened: { instance: 'i', pages: [] } })
  setImmediate(() => process.exit(1))
})`

t.test('a database thread that dies while the event loop is busy ends the opening', async (t) => {
  const dir = t.testdir()
  const databaseThread = new Worker(SAYS_OPENED_AND_DIES, { eval: true })
  const opening = openStore({ dir, clock: systemClock, databaseThread })
  // Loading code keeps the event loop as long.
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 300)
  await t.rejects(opening, { code: 'BOT_STORE_UNAVAILABLE' })

  const { close } = await openStore({ dir, clock: systemClock })
  t.pass('and the data folder is free')
  await close()
})
