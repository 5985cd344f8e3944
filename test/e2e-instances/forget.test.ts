import { spawn } from 'node:child_process'
import { once } from 'node:events'
import t from 'tap'
import { setTimeout as sleep } from 'node:timers/promises'
import { createRng } from '../../sandbox/src/rng.ts'
import { callbackOf, PROGRAM, type BotProcess } from '../helpers/bot.ts'
import { SEED } from '../helpers/faults.ts'
import { startInstances, untilKept } from '../helpers/instances.ts'
import { withConnection } from '../helpers/postgres-server.ts'
import { sql } from '../helpers/postgres.ts'
import { APP_SECRET, signedRequest } from '../helpers/sign.ts'
import { createTalk } from '../helpers/talk.ts'
import { until } from '../helpers/until.ts'

/** A visitor is forgotten by a command while an instance has their conversation in hand. */
/** Far more than are sent while the command starts: each waits for the one before it. */
const WAITING = 45
const LATENCY_MS = 1000
/** So often the same words, and the operator is told of another bot, by the visitor's number. */
const OVER_AND_OVER = 7

/** Rows of any table in which the text stands. */
const traces = (url: string, text: string): Promise<string[]> =>
  withConnection(url, async (ask) => {
    const tables = await ask(`select tablename as name from pg_tables where schemaname = 'evergreen'`)
    const each = tables.map(
      ({ name }) =>
        `select '${name}: ' || t::text as row from evergreen.${name} t where strpos(t::text, $1) > 0`,
    )
    return (await ask(each.join(' union all '), [text])).map(({ row }) => String(row))
  })

/** Waits until each instance has looked at everything anew, twice. */
const twoBeats = (url: string): Promise<void> =>
  withConnection(url, async (ask) => {
    const beats = async () =>
      (await ask('select id, beat::text from evergreen.instance order by id')) as object[]
    for (let n = 0; n < 2; n += 1) {
      const before = await beats()
      let now = before
      while (now.some((row, at) => JSON.stringify(row) === JSON.stringify(before[at]))) {
        await sleep(50)
        now = await beats()
      }
    }
  })

const forget = async (bot: BotProcess, psid: string): Promise<number | null> => {
  const command = spawn(process.execPath, ['bin/forget.ts', psid], {
    cwd: PROGRAM,
    env: bot.env,
    stdio: 'ignore',
  })
  const [code] = (await once(command, 'exit')) as [number | null]
  return code
}

t.test(
  'of a visitor whose conversation an instance has in hand nothing is left, and nothing comes back',
  async (t) => {
    const { town, url, instances } = await startInstances(t, {
      size: { pages: 2, visitors: 2 },
    })
    const { sandbox, bot } = town
    const [, other] = instances
    await other?.start()
    await untilKept(url, [1, 1])
    // Not before: the bootstrap makes a dozen calls.
    sandbox.trouble('delay', { delayMs: LATENCY_MS })
    const talk = createTalk(town, createRng(SEED))
    const [gone, stays] = talk.conversations
    if (gone === undefined || stays === undefined || other === undefined) throw new Error('no visitors')
    const { pageId, psid } = gone

    for (let n = 0; n < OVER_AND_OVER; n += 1) sandbox.act(pageId, psid, { type: 'text', text: 'say again' })
    sandbox.act(pageId, psid, { type: 'text', text: 'gibberish, Northumberland' })
    while (!(await traces(url, psid)).some((row) => row.startsWith('record'))) await sleep(50)
    for (let n = 0; n < WAITING; n += 1)
      sandbox.act(pageId, psid, {
        type: 'text',
        text: `say ${'abcdefghij'[n % 10]}${'klmno'[Math.floor(n / 10)]}`,
      })
    // What came later would begin anew.
    await sandbox.until(() => gone.heard().every(({ webhook }) => webhook === 'delivered'))
    while ((await sql(url, HANDED_OUT)).length === 0) await sleep(20)

    t.equal(await forget(bot, psid), 0)
    const requested = await fetch(`${other.address}/facebook/data-deletion`, {
      method: 'POST',
      body: new URLSearchParams({
        signed_request: signedRequest(
          { algorithm: 'HMAC-SHA256', issued_at: Date.now() / 1000, user_id: psid },
          APP_SECRET,
        ),
      }),
    })
    t.equal(requested.status, 200)
    t.ok(gone.got().length < WAITING, 'replies were waiting')

    // The keeper goes on, and everything that it had begun for the other one comes to its end.
    talk.write(stays, 'say well')
    await talk.answered()
    await twoBeats(url)
    const said = gone.got().length
    t.same(await traces(url, 'Northumberland'), [])
    // The head corrects what the operator was told a moment after the keeper has corrected its words.
    await until(async () => (await traces(url, psid)).length === 0)
    await twoBeats(url)
    t.same(await traces(url, psid), [])

    const heard = gone.heard()
    const callbacks = heard.map((message) => callbackOf(pageId, psid, message))
    const codes = await Promise.all(instances.slice(0, 2).flatMap((one) => callbacks.map(one.callBack)))
    t.same(new Set(codes), new Set([200]))
    await twoBeats(url)
    t.same(await traces(url, psid), [], 'nor when Facebook repeats its callbacks')

    sandbox.act(pageId, psid, { type: 'text', text: 'say hello' })
    await sandbox.until(() => gone.got().length > said)
    t.same(gone.got().slice(said), ['heard hello'], 'the visitor begins anew')
    const [row] = await sql(url, `select count(*)::int as n from evergreen.conversation where psid = $1`, [
      psid,
    ])
    t.match(row, { n: 1 })
    const status = new URL(((await requested.json()) as { url: string }).url).pathname
    for (const one of instances.slice(0, 2)) t.equal((await fetch(`${one.address}${status}`)).status, 200)
  },
)

const HANDED_OUT = 'select from evergreen.outbox where doubt_ms is not null'
