import { AsyncLocalStorage, AsyncResource, executionAsyncResource } from 'node:async_hooks'

const current = new AsyncLocalStorage()
/** Gets what is thrown outside of every test. */
let root

/**
 * What tap uses of the package async-hook-domain: an error that is thrown, or a promise that is rejected, in what began in the scope of a domain
 * is handed to it, instead of ending the process.
 */
export class Domain {
  destroyed = false

  constructor(onerror) {
    this.onerror = onerror
    this.parent = current.getStore()
    const resource = executionAsyncResource()
    if (resource instanceof AsyncResource) enter(resource, this)
    else root = this
  }

  destroy() {
    this.destroyed = true
  }
}

/** Code that runs in the scope of the resource from now on belongs to the domain. */
const enter = (resource, domain) => {
  const run = resource.runInAsyncScope
  resource.runInAsyncScope = (work, self, ...args) =>
    run.call(resource, () => current.run(domain, () => work.apply(self, args)))
}

const nearest = () => {
  let domain = current.getStore()
  while (domain?.destroyed) domain = domain.parent
  return domain ?? (root?.destroyed === false ? root : undefined)
}

/** @returns whether a domain took the error; where the program has a handler of its own, that is its affair */
const hand = (error, how) => {
  if (process.hasUncaughtExceptionCaptureCallback() || process.listenerCount('uncaughtException') > 0)
    return false
  const domain = nearest()
  domain?.onerror(error, how)
  return domain !== undefined
}

process.on('uncaughtExceptionMonitor', (error, origin) => {
  if (!hand(error, origin)) return
  // It is handled, and must not end the process.
  process.setUncaughtExceptionCaptureCallback(() => process.setUncaughtExceptionCaptureCallback(null))
})

const emit = process.emit.bind(process)
process.emit = (event, ...args) =>
  event === 'unhandledRejection' && process.listenerCount(event) === 0
    ? hand(args[0], event)
    : emit(event, ...args)
