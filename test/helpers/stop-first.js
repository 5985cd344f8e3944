import { isMainThread } from 'node:worker_threads'

// tap runs a test's clean-up steps in the order of their first calls: if a test asks for its folder before it registers a
// teardown, the folder is removed while the bot still writes there. An empty first teardown makes the removal the last step.
if (isMainThread && process.argv[1]?.endsWith('.test.ts')) {
  const { default: t } = await import('tap')
  // `after` and not `teardown`: with a teardown on the root, tap ends the file when it is idle for a moment, as a room is while
  // it loads its next file.
  const first = (t) => t.after(() => undefined)
  first(t)
  t.beforeEach(first)
}
