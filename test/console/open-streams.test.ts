import { EventEmitter } from 'node:events'
import type { ServerResponse } from 'node:http'
import t from 'tap'
import { createOpenStreams } from '../../src/console/open-streams.ts'

/** An answer that takes all and is never read. */
const unread = () => {
  const response = Object.assign(new EventEmitter(), {
    isOpen: true,
    closed: false,
    writableLength: 0,
    writeHead: () => undefined,
    write: () => true,
    destroy: () => {
      response.isOpen = false
      response.closed = true
      response.emit('close')
    },
  })
  return response
}

t.test(
  'a stream too many ends the oldest of that person, and those that have ended do not count',
  async (t) => {
    const streams = createOpenStreams()
    const open = (person: string) => {
      const response = unread()
      streams.open(person, response as unknown as ServerResponse, {})
      return response
    }
    const other = open('ann')
    const all = Array.from({ length: 50 }, () => open('operator'))
    t.ok(all.every(({ isOpen }) => isOpen))

    open('operator')
    t.strictSame(all.map(({ isOpen }) => isOpen).slice(0, 2), [false, true])
    all[7]?.destroy()
    open('operator')
    t.equal(all.filter(({ isOpen }) => isOpen).length, 48)
    t.ok(other.isOpen)
  },
)

t.test('what follows a stream is told of its end also where the page was gone before', async (t) => {
  const response = unread()
  response.destroy()
  const stream = createOpenStreams().open('ann', response as unknown as ServerResponse, {})
  await t.resolves(new Promise<void>((resolve) => stream.onClose(resolve)))
})
