import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { isMainThread } from 'node:worker_threads'

/** Times of the bot that a test of processes would have to wait for, about a quarter of what they are: by file of `src` and export. */
export const SHORT_TIMES = {
  'store/postgres/leases.ts': { LEASE_TIMES: { leaseMs: 4000, beatMs: 1000 } },
  'findings/cut-off.ts': { CUT_OFF_TIMES: { silentMs: 4000, lookMs: 1000 } },
  'delivery/sending/doubt.ts': { DEFAULT_DOUBT_TIMES: { echoMs: 1000, settleMs: 5000 } },
}

// Loaded by a process of the bot (--import), of this version or an older one.
if (isMainThread && process.argv[1]?.endsWith('serve.js')) {
  for (const [file, times] of Object.entries(SHORT_TIMES)) {
    const path = join(process.cwd(), 'src', file)
    if (!existsSync(path)) continue
    const module = (await import(pathToFileURL(path).href)) as Record<string, object>
    for (const [name, values] of Object.entries(times)) {
      const real = module[name]
      if (real === undefined) throw new Error(`${path} has no ${name}`)
      Object.assign(real, values)
    }
  }
}
