import t from 'tap'
import { BotError } from '../../src/base/errors.ts'
import { signed, textCallback } from '../helpers/sign.ts'
import { buildSurface } from '../helpers/surface.ts'

t.test('GET /healthz says that the process lives, whatever the store does', async (t) => {
  const { app } = await buildSurface(t, { probeStore: () => Promise.reject(new Error('gone')) })
  const answer = await app.inject('/healthz')
  t.match(answer, { statusCode: 200, headers: { 'x-content-type-options': 'nosniff' } })
  t.same(answer.json(), { status: 'ok' })
})

t.test('GET /readyz reports each part', async (t) => {
  const { app } = await buildSurface(t, { tokens: [{ pageId: '100', state: 'valid' }] })
  const answer = await app.inject('/readyz')
  t.equal(answer.statusCode, 200)
  t.same(answer.json(), {
    status: 'ready',
    store: 'ok',
    verdict: 'look',
    findings: [{ kind: 'refused', level: 'look', pageId: '*' }],
    tokens: [{ pageId: '100', state: 'valid' }],
  })
})

t.test('a dead token does not turn webhooks away', async (t) => {
  const { app } = await buildSurface(t, { tokens: [{ pageId: '100', state: 'invalid' }] })
  const answer = await app.inject('/readyz')
  t.equal(answer.statusCode, 200)
  t.match(answer.json(), { tokens: [{ pageId: '100', state: 'invalid' }] })
})

t.test('GET /readyz is 503 while nothing could be stored, and recovers', async (t) => {
  let isFull = true
  const { app, clock } = await buildSurface(t, {
    probeStore: async () => {
      if (isFull) throw new BotError('BOT_STORE_UNAVAILABLE', 'the disk of /some/folder is full')
    },
  })
  const answer = await app.inject('/readyz')
  t.equal(answer.statusCode, 503)
  t.match(answer.json(), { status: 'unavailable', store: 'unavailable', tokens: [] })

  isFull = false
  await clock.advance(1000)

  t.match(await app.inject('/readyz'), { statusCode: 200 })
})

t.test('a store that does not answer counts as unavailable', async (t) => {
  const { app, clock } = await buildSurface(t, { probeStore: () => new Promise(() => {}) })
  const answering = app.inject('/readyz')
  await clock.advance(3000)
  t.match(await answering, { statusCode: 503 })
})

t.test('a crowd of askers costs one probe a second and leaves no timers behind', async (t) => {
  let probes = 0
  const { app, clock } = await buildSurface(t, {
    probeStore: async () => {
      probes += 1
    },
  })
  await Promise.all(Array.from({ length: 50 }, () => app.inject('/readyz')))
  await clock.advance(999)
  await app.inject('/readyz')
  t.equal(probes, 1)

  await clock.advance(1)
  await app.inject('/readyz')
  t.equal(probes, 2)
  t.equal(clock.pending(), 0)
})

t.test('a bot that is about to stop is not ready, takes callbacks all the same, and is alive', async (t) => {
  let isLeaving = false
  const { app } = await buildSurface(t, { isLeaving: () => isLeaving })
  t.match(await app.inject('/readyz'), { statusCode: 200 })
  isLeaving = true
  const ready = await app.inject('/readyz')
  t.match(ready, { statusCode: 503 })
  t.match(ready.json(), { status: 'leaving', store: 'ok' })
  t.match(await app.inject(signed(textCallback('hi'))), { statusCode: 200 })
  t.match(await app.inject('/healthz'), { statusCode: 200 })
})
