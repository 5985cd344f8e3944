import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { isMainThread } from 'node:worker_threads'
import type { DEFAULT_DOUBT_TIMES } from '../../src/delivery/sending/doubt.ts'
import type { CUT_OFF_TIMES } from '../../src/findings/cut-off.ts'
import type { LEASE_TIMES } from '../../src/store/postgres/leases.ts'

/** Shorter values, about a quarter, of times that tests of processes have to wait for; by file of `src` and export. */
export const SHORT_TIMES = {
  'store/postgres/leases.ts': { LEASE_TIMES: { leaseMs: 4000, beatMs: 1000 } },
  'findings/cut-off.ts': { CUT_OFF_TIMES: { silentMs: 4000, lookMs: 1000 } },
  'delivery/sending/doubt.ts': { DEFAULT_DOUBT_TIMES: { echoMs: 1000, settleMs: 5000 } },
} satisfies {
  'store/postgres/leases.ts': { LEASE_TIMES: Partial<typeof LEASE_TIMES> }
  'findings/cut-off.ts': { CUT_OFF_TIMES: Partial<typeof CUT_OFF_TIMES> }
  'delivery/sending/doubt.ts': { DEFAULT_DOUBT_TIMES: Partial<typeof DEFAULT_DOUBT_TIMES> }
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
      for (const inner of Object.keys(values))
        if (!(inner in real)) throw new Error(`${name} in ${path} has no ${inner}`)
      Object.assign(real, values)
    }
  }
}
