// Loaded by a process of the bot (--import): writes down when each message was written to Facebook, by the clock that all
// processes of a machine have in common.
import { subscribe } from 'node:diagnostics_channel'
import { appendFileSync } from 'node:fs'

const file = process.env.EVERGREEN_TEST_SENDS

subscribe('undici:client:sendHeaders', ({ request: { method, path } }) => {
  const [, page] = /^\/v[\d.]+\/(\d+)\/messages(?:\?|$)/.exec(path) ?? []
  if (method !== 'POST' || page === undefined || file === undefined) return
  appendFileSync(file, `${page} ${process.hrtime.bigint()}\n`)
})
