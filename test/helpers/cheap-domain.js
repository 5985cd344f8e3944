import { AsyncLocalStorage, AsyncResource, executionAsyncResource } from 'node:async_hooks'

const current = new AsyncLocalStorage()
/** The domain that gets errors thrown outside of all tests. */
let root

/**
 * The part of the package async-hook-domain that tap uses: uncaught errors and unhandled rejections of code that was started in
 * the scope of a domain are passed to the domain and do not end the process.
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

/** @returns whether a domain took the error; false if the program has a handler of its own */
const hand = (error, how) => {
  if (process.hasUncaughtExceptionCaptureCallback() || process.listenerCount('uncaughtException') > 0)
    return false
  const domain = nearest()
  domain?.onerror(error, how)
  return domain !== undefined
}

process.on('uncaughtExceptionMonitor', (error, origin) => {
  if (!hand(error, origin)) return
  // The error is handled, so it must not end the process.
  process.setUncaughtExceptionCaptureCallback(() => process.setUncaughtExceptionCaptureCallback(null))
})

const emit = process.emit.bind(process)
process.emit = (event, ...args) =>
  event === 'unhandledRejection' && process.listenerCount(event) === 0
    ? hand(args[0], event)
    : emit(event, ...args)
