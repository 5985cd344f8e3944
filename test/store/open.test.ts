import { Worker } from 'node:worker_threads'
import t from 'tap'
import { systemClock } from '../../src/base/clock.ts'
import { openStore } from '../../src/store/sqlite/open.ts'

const SAYS_OPENED_AND_DIES = `
const { parentPort, workerData } = require('node:worker_threads')
process.once('exit', () => {
  Atomics.store(workerData, 0, 1)
  Atomics.notify(workerData, 0)
})
parentPort.once('message', () => {
  parentPort.postMessage({ opened: { instance: 'i', pages: [] } })
  setImmediate(() => process.exit(1))
})`

t.test('a database thread that dies while the event loop is busy ends the opening', async (t) => {
  const dir = t.testdir()
  const gone = new Int32Array(new SharedArrayBuffer(4))
  const databaseThread = new Worker(SAYS_OPENED_AND_DIES, { eval: true, workerData: gone })
  const opening = openStore({ dir, clock: systemClock, databaseThread })
  // Loading code keeps the event loop as long: what the thread said and that it ended are found together.
  Atomics.wait(gone, 0, 0)
  Atomics.wait(gone, 0, 1, 500)
  await t.rejects(opening, { code: 'BOT_STORE_UNAVAILABLE' })

  const { close } = await openStore({ dir, clock: systemClock })
  t.pass('and the data folder is free')
  await close()
})
