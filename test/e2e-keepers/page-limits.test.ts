import { readFileSync } from 'node:fs'
import type { RequestListener } from 'node:http'
import { join } from 'node:path'
import t from 'tap'
import { createRng } from '../../sandbox/src/rng.ts'
import type { Sandbox } from '../../sandbox/src/server.ts'
import type { BotProcess } from '../helpers/bot.ts'
import { isTorture, roundsOr, SEED } from '../helpers/faults.ts'
import { startInstances, untilKept } from '../helpers/instances.ts'
import { startPager } from '../helpers/pager.ts'
import { sql } from '../helpers/postgres.ts'
import { signedRequest } from '../helpers/sign.ts'
import { createTalk } from '../helpers/talk.ts'
import { until } from '../helpers/until.ts'

/** What Facebook says of a Page holds for every instance, whichever keeps it now: its limits, its pace, that the app was removed. */
const ROUNDS = roundsOr(1)
const RATE = 10
/** Four seconds of it. */
const FLOOD = 4 * RATE
/** Longer than it takes two keepers of the Page to end, one of them by `kill -9`. */
const LIMIT_MS = isTorture ? 25_000 : 10_000
/** The clocks that count the wait differ by so much at most. */
const CLOCKS_MS = 100
/** Has a look at each call of a Page's `messages` before the sandbox has; answers it where `look` gives an answer. */
const watchSends = ({ app: { server } }: Sandbox, look: (pageId: string) => Refusal | null): void => {
  const [handle] = server.listeners('request') as RequestListener[]
  server.removeAllListeners('request')
  server.on('request', (request, response) => {
    const [, pageId] = /^\/v[\d.]+\/(\d+)\/messages(?:\?|$)/.exec(request.url ?? '') ?? []
    const refusal = request.method === 'POST' && pageId !== undefined ? look(pageId) : null
    if (refusal === null) return handle?.(request, response)
    request.resume()
    return response.writeHead(400, { 'retry-after': String(refusal.retryAfterMs / 1000) }).end(TOO_FAST)
  })
}

interface Refusal {
  retryAfterMs: number
}

const TOO_FAST = JSON.stringify({
  error: { code: 613, message: 'Calls to this api have exceeded the limit.' },
})

/** When each message was written to Facebook, in ms, by Page and in order. */
const sendsIn = (file: string): Map<string, number[]> => {
  const lines = readFileSync(file, 'utf8').trimEnd().split('\n')
  const sends = lines.map((line) => {
    const [page = '', ns = ''] = line.split(' ')
    return { page, atMs: Number(BigInt(ns) / 1000n) / 1000 }
  })
  return new Map(
    [...Map.groupBy(sends, ({ page }) => page)].map(([page, those]) => [
      page,
      those.map(({ atMs }) => atMs).toSorted((a, b) => a - b),
    ]),
  )
}

/** The most in any second. */
const mostInASecond = (times: readonly number[]): number =>
  Math.max(...times.map((fromMs, index) => times.slice(index).filter((atMs) => atMs < fromMs + 1000).length))

t.test('limit, pace and removal of a Page hold over its moves, for every instance', async (t) => {
  const pager = await startPager(t)
  const file = join(t.testdir({ sends: '' }), 'sends')
  const { town, url, instances, keeperOf } = await startInstances(t, {
    size: { pages: 3, visitors: 8 },
    latencyMs: 15,
    env: {
      ALERT_URL: pager.url,
      MESSAGES_PER_SECOND: String(RATE),
      NODE_OPTIONS: `--import=${new URL('../helpers/note-sends.js', import.meta.url).href}`,
      EVERGREEN_TEST_SENDS: file,
    },
  })
  const { sandbox, pageIds } = town
  const [limited = '', paced = '', removed = ''] = pageIds
  const talk = createTalk(town, createRng(SEED))
  const placesOf = (pageId: string) => talk.conversations.filter((place) => place.pageId === pageId)
  let refusing = false
  let limitEndsMs = Number.NEGATIVE_INFINITY
  const early: string[] = []
  watchSends(sandbox, (pageId) => {
    if (pageId !== limited) return null
    const leftMs = limitEndsMs - performance.now()
    if (leftMs > CLOCKS_MS) early.push(`${Math.round(leftMs)} ms too early`)
    if (!refusing) return null
    refusing = false
    limitEndsMs = performance.now() + LIMIT_MS
    return { retryAfterMs: LIMIT_MS }
  })
  /** Ends the keeper of a Page. Resolves to it when another instance has the Page. */
  const move = async (pageId: string, end: (keeper: BotProcess) => Promise<unknown>): Promise<BotProcess> => {
    const keeper = await keeperOf(pageId)
    await end(keeper)
    await keeperOf(pageId)
    return keeper
  }
  for (const instance of instances.slice(1)) await instance.start()
  await untilKept(url, [1, 1, 1])
  for (const place of talk.conversations) talk.write(place, 'say hello')
  await talk.answered()

  sandbox.trouble('page-unticked', { pageId: removed })
  const keeper = await keeperOf(removed)
  const other = instances.find((instance) => instance !== keeper)
  const claims = {
    algorithm: 'HMAC-SHA256',
    issued_at: Date.now() / 1000,
    user_id: '0',
    profile_id: removed,
  }
  const told = await fetch(`${other?.address}/facebook/deauthorize`, {
    method: 'POST',
    body: new URLSearchParams({ signed_request: signedRequest(claims) }),
  })
  t.equal(told.status, 200, 'it comes to an instance that does not keep the Page')
  // The keeper finds it, and all of them know.
  await Promise.all(
    instances.map(({ logged }) => logged(({ pageId, state }) => pageId === removed && state === 'invalid')),
  )
  await pager.heard(/^Evergreen needs you: Page 2/)
  await town.bot.bootstrap(sandbox.userToken())
  await pager.heard(/^All is well again: .*\bPage 2\b/)
  t.equal(pager.alerts().length, 1, 'one alert, whichever instance heard of it')

  for (let round = 0; round < ROUNDS; round += 1) {
    refusing = true
    talk.write(placesOf(limited)[0])
    // From then on the next keeper can know.
    await until(async () => (await sql(url, IS_CLOSED, [`note:gate:${limited}`])).length > 0, { everyMs: 50 })
    for (const place of placesOf(limited)) talk.write(place)

    const stopped = await move(limited, ({ sigterm }) => sigterm())
    const killed = await move(limited, ({ kill9 }) => kill9())
    t.comment(`the third keeper has ${Math.round(limitEndsMs - performance.now())} ms of the wait left`)

    // The Page whose pace is looked at needs an instance to move to.
    await stopped.start()
    await untilKept(url, [1, 2])
    const before = sendsIn(file).get(paced)?.length ?? 0
    for (let n = 0; n < FLOOD; n += 1) talk.write(placesOf(paced)[n % 8], `say w${n}`)
    const sentOfPaced = (): number => sendsIn(file).get(paced)?.length ?? 0
    await until(() => sentOfPaced() >= before + FLOOD / 4, { everyMs: 20 })
    const last = await move(paced, ({ sigterm }) => sigterm())
    t.comment(`the second keeper has ${FLOOD + before - sentOfPaced()} of ${FLOOD} to send`)
    if (round < ROUNDS - 1) await Promise.all([killed, last].map((instance) => instance.start()))
    sandbox.courier.hurry()
    await talk.answered()
    t.same(early, [], 'what Facebook refused for a while was not tried again before, by any instance')
    t.same(talk.wrongs(), [], `each of ${talk.written()} messages is answered once and in order`)
  }
  // A pause of a process moves some of them into the next second, never more than half of them.
  const most = mostInASecond(sendsIn(file).get(paced) ?? [])
  t.ok(most <= 1.5 * RATE, `in any second ${most} messages at most, at a pace of ${RATE}`)
})

const IS_CLOSED = `select from evergreen.meta where name = $1 and value <> ''`
