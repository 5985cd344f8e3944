import { workerData } from 'node:worker_threads'

/**
 * A thread beside the handlers. If the bot is killed while a handler is in an endless loop, only this thread can end the
 * handlers' process.
 */
const LOOK_EVERY_MS = 1000

setInterval(() => {
  if (process.ppid !== workerData) process.kill(process.pid, 'SIGKILL')
}, LOOK_EVERY_MS)
