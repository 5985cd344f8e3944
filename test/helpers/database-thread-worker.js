import { enableCompileCache } from 'node:module'
import { parentPort, workerData } from 'node:worker_threads'

if (workerData.compileCache !== undefined) enableCompileCache(workerData.compileCache)

const { serveDatabase } = await import('../../src/store/sqlite/database-thread.ts')
parentPort.on('message', serveDatabase)
