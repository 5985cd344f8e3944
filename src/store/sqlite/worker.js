import { enableCompileCache } from 'node:module'
import { parentPort, workerData } from 'node:worker_threads'

// A thread does not inherit the compile cache. JavaScript, because the first file cannot come from the cache, and what
// strips types takes as long to load as everything else here.
if (workerData.compileCache !== undefined) enableCompileCache(workerData.compileCache)

const { serveDatabase } = await import('./database-thread.ts')
serveDatabase(parentPort)
