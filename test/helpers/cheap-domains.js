import { registerHooks } from 'node:module'

// tap sees by async hooks which test an error belongs to. They are called for every promise, which takes a fifth of the suite's CPU; Node tells
// the same of its own accord by the store of an AsyncLocalStorage.
const OURS = new URL('./cheap-domain.js', import.meta.url).href

registerHooks({
  resolve: (specifier, context, next) =>
    specifier === 'async-hook-domain' ? { url: OURS, shortCircuit: true } : next(specifier, context),
})
