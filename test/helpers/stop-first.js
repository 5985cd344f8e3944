import { isMainThread } from 'node:worker_threads'

// tap takes down what a test set up in the order of the first calls: a test that asks for its folder before it registers a
// teardown has it removed while its bot still writes there. A first teardown that does nothing makes the removal the last step.
if (isMainThread && process.argv[1]?.endsWith('.test.ts')) {
  const { default: t } = await import('tap')
  // Not `teardown`: on the root that has tap end the file when it is idle for a moment, as a room is while it loads its next file.
  const first = (t) => t.after(() => undefined)
  first(t)
  t.beforeEach(first)
}
