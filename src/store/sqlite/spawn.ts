import { getCompileCacheDir } from 'node:module'
import { dirname } from 'node:path'
import { Worker } from 'node:worker_threads'

/** The database thread for its user. */
export type DatabaseThread = Pick<Worker, 'on' | 'once' | 'postMessage' | 'terminate' | 'threadId'>

/**
 * Starts the database thread, which opens a file when a message names one. Booting a thread takes longer than opening a
 * database and blocks nothing, so an early call shortens the start.
 */
export const spawnDatabaseThread = (): Worker =>
  new Worker(new URL('./worker.js', import.meta.url), { workerData: { compileCache: compileCache() } })

/** The cache folder as it was given to Node, which appends a folder for its version. */
const compileCache = (): string | undefined => {
  const versioned = getCompileCacheDir()
  return versioned === undefined ? undefined : dirname(versioned)
}
