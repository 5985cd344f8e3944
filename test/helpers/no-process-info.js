import { registerHooks } from 'node:module'

// tap notes every file that a process loads, with the length of each line and its source maps, for a report of coverage. Where none is made this
// costs each test process 0.4 s of CPU. In NODE_OPTIONS, because what those import is imported before what tap puts on the command line.
if (process.env.TAP_DISABLE_COVERAGE === '1') {
  process.setSourceMapsEnabled(false)
  registerHooks({
    resolve: (specifier, context, next) =>
      specifier.endsWith('/@tapjs/processinfo/dist/esm/import.mjs')
        ? { url: 'data:text/javascript,', shortCircuit: true }
        : next(specifier, context),
  })
}
