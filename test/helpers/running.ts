import type { RunningInstance } from '../../src/base/running-instances.ts'

/** An instance as the list of them has it. */
export const runningInstance = (id: string, over: Partial<RunningInstance> = {}): RunningInstance => ({
  id,
  host: `host-${id}`,
  version: '1.0.0',
  sinceMs: 0,
  isHead: false,
  pages: [],
  marks: {},
  ...over,
})
