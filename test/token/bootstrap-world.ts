import type { Test } from 'tap'
import { createGraph } from '../../src/graph/client.ts'
import { createTokenStore } from '../../src/store/tokens/token-store.ts'
import { bootstrap, type BootstrapOptions } from '../../src/token/bootstrap.ts'
import type { BootstrapStep } from '../../src/token/steps.ts'
import {
  APP_ID,
  APP_SECRET,
  NOW_S,
  pageFacts,
  startFakeGraph,
  type FakeGraph,
} from '../helpers/graph-server.ts'

export const SECOND = '200000000000002'
export const THIRD = '300000000000003'

export const build = async (
  t: Test,
  over: { appSecret?: string; version?: string; timeoutMs?: number } = {},
) => {
  const fake = await startFakeGraph(t)
  const graph = createGraph({
    origin: fake.origin,
    version: 'v25.0',
    appId: APP_ID,
    appSecret: APP_SECRET,
    timeoutMs: 30_000,
    ...over,
  })
  const store = await createTokenStore({ dir: t.testdir(), key: null })
  t.teardown(() => Promise.all([graph.close(), store.close()]))
  const steps: BootstrapStep[] = []
  const run = (options: Partial<BootstrapOptions> = {}) =>
    bootstrap({
      graph,
      store,
      appId: APP_ID,
      clock: { now: () => NOW_S * 1000 },
      userToken: 'user-token-1',
      subscribe: true,
      report: (step) => steps.push(step),
      ...options,
    })
  /** The steps that ended, as `name status`. */
  const ended = () =>
    steps.filter(({ status }) => status !== 'started').map(({ name, status }) => `${name} ${status}`)
  return { fake, store, run, steps, ended }
}

export const addPage = (
  fake: FakeGraph,
  id: string,
  over: Partial<FakeGraph['pages'][number]> = {},
): void => {
  fake.pages.push({ id, name: `Page ${id[0]}`, token: `page-token-${id[0]}`, tasks: ['MESSAGING'], ...over })
  fake.tokens.set(`page-token-${id[0]}`, pageFacts(id))
}
