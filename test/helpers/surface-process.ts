import type { AddressInfo } from 'node:net'
import type { Test } from 'tap'
import { buildSurface } from './surface.ts'

/** The real HTTP surface in a process of its own, so that its memory can be measured. Tells its port, then its memory when asked. */
const { app } = await buildSurface({ teardown: () => undefined } as unknown as Test)
await app.listen({ host: '127.0.0.1', port: 0 })
process.send?.({ port: (app.server.address() as AddressInfo).port })
let peakBytes = 0
const look = (): void => void (peakBytes = Math.max(peakBytes, process.memoryUsage().rss))
setInterval(look, 10)
process.on('message', () => {
  look()
  process.send?.({ bytes: process.memoryUsage().rss, peakBytes })
  peakBytes = 0
})
process.on('disconnect', () => process.exit())
