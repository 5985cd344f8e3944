import { workerData } from 'node:worker_threads'

/**
 * Runs beside the handlers. When the bot was killed while one of them was in an endless loop, nobody else is left to end
 * their process.
 */
const LOOK_EVERY_MS = 1000

setInterval(() => {
  if (process.ppid !== workerData) process.kill(process.pid, 'SIGKILL')
}, LOOK_EVERY_MS)
