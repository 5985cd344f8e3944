import { registerHooks } from 'node:module'

// tap records every file that a process loads, with line lengths and source maps, for a coverage report. Without a report this
// wastes 0.4 s of CPU time in each test process. Set by NODE_OPTIONS, whose imports come before those that tap puts on the
// command line.
if (process.env.TAP_DISABLE_COVERAGE === '1') {
  process.setSourceMapsEnabled(false)
  registerHooks({
    resolve: (specifier, context, next) =>
      specifier.endsWith('/@tapjs/processinfo/dist/esm/import.mjs')
        ? { url: 'data:text/javascript,', shortCircuit: true }
        : next(specifier, context),
  })
}
