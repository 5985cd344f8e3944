import { createHmac } from 'node:crypto'
import nock from 'nock'
import type { Test } from 'tap'
import { Agent } from 'undici'
import { createGraph, type GraphOptions } from '../../src/graph/client.ts'
import type { Graph } from '../../src/graph/graph.ts'

export const ORIGIN = 'https://graph.example'
export const APP_ID = '600000000000001'
export const SECRET = 'app-secret-1'
export const proof = (token: string) => createHmac('sha256', SECRET).update(token).digest('hex')
export const PROOF = { appsecret_proof: proof('page-token-1') }

export const REFUSAL = {
  error: { message: 'no', type: 'OAuthException', code: 10, error_subcode: 2018278, fbtrace_id: 'AbC' },
}

// Loaded, nock patches the network of the process, in which other files of the room have servers of their own.
nock.restore()

/** A Graph client whose calls nock answers. Until the test ends no connection leaves this process. */
export const build = (t: Test, over: Partial<GraphOptions> = {}): Graph => {
  if (!nock.isActive()) nock.activate()
  nock.disableNetConnect()
  const unmatched: unknown[] = []
  const note = (request: unknown) => unmatched.push(request)
  nock.emitter.on('no match', note)
  // A new Agent per test: one that connected before nock was active would keep its real socket.
  const dispatcher = new Agent({ allowH2: false })
  t.teardown(async () => {
    nock.emitter.off('no match', note)
    const missing = nock.pendingMocks()
    nock.cleanAll()
    nock.enableNetConnect()
    nock.restore()
    await dispatcher.close()
    // An assertion would come too late here.
    if (missing.length > 0 || unmatched.length > 0) {
      throw new Error(`never called: ${missing.join(', ')}; not expected: ${unmatched.length}`)
    }
  })
  return createGraph({
    origin: ORIGIN,
    version: 'v25.0',
    appId: APP_ID,
    appSecret: SECRET,
    dispatcher,
    ...over,
  })
}

export const HELLO = { pageId: '100', pageToken: 'page-token-1', psid: 'psid-1', message: { text: 'hello' } }

export const collect = async <Item>(items: AsyncIterable<Item>): Promise<Item[]> => {
  const all: Item[] = []
  for await (const item of items) all.push(item)
  return all
}
