import t, { type Test } from 'tap'
import { placeInRow } from '../../src/store/postgres/token-row.ts'
import { rotateTokenKey } from '../../src/store/tokens/rotate.ts'
import { openTokenStore, type TokenStore } from '../../src/store/tokens/token-store.ts'
import { bareDatabase, freshDatabase, sql } from '../helpers/postgres.ts'
import { pageToken } from '../store/tokens/sample.ts'

const KEY = Buffer.alloc(32, 7)
const OTHER = Buffer.alloc(32, 8)

const open = async (t: Test, url: string, key = KEY): Promise<TokenStore> => {
  const store = await openTokenStore({ place: placeInRow(url, key) })
  t.teardown(() => store.close())
  return store
}

const rotate = async (url: string, from: Buffer, to: Buffer): Promise<number | null> =>
  rotateTokenKey({
    place: placeInRow(url, from),
    to,
    reopen: () => Promise.resolve(placeInRow(url, to)),
  })

t.test('a token that one process saves is used by another, and is never in the clear', async (t) => {
  const url = await freshDatabase()
  const [bot, command] = [await open(t, url), await open(t, url)]
  t.same(bot.pages(), [])
  const changed = new Promise<void>((resolve) => bot.onChange(resolve))
  // Its poll keeps no process alive.
  const alive = setInterval(() => undefined, 1000)
  await command.save({ pages: [pageToken()] })
  await changed
  clearInterval(alive)
  t.match(bot.page(pageToken().pageId), pageToken())
  const [row] = await sql(url, 'select data from evergreen.tokens')
  t.notMatch(row?.['data'], pageToken().token)
})

t.test('of writers at once none overwrites what another has saved', async (t) => {
  const url = await freshDatabase()
  const stores = [await open(t, url), await open(t, url), await open(t, url)]
  const ids = Array.from({ length: 9 }, (_, n) => `${100 + n}`)
  await Promise.all(
    stores.flatMap((store, n) =>
      ids.slice(3 * n, 3 * n + 3).map((pageId) => store.save({ pages: [pageToken({ pageId })] })),
    ),
  )
  const kept = (await open(t, url)).pages().map(({ pageId }) => pageId)
  t.same(
    kept.toSorted((a, b) => Number(a) - Number(b)),
    ids,
  )
})

t.test(
  'with another key nothing is read and nothing is changed; rotating changes the key at one stroke',
  async (t) => {
    const url = await freshDatabase()
    await (await open(t, url)).save({ pages: [pageToken()] })
    await t.rejects(open(t, url, OTHER), {
      code: 'BOT_TOKEN_KEY_WRONG',
      remedy: /delete from evergreen\.tokens/,
    })
    await t.rejects(rotate(url, OTHER, KEY), { code: 'BOT_TOKEN_KEY_WRONG' })

    t.equal(await rotate(url, KEY, OTHER), 1)
    t.match((await open(t, url, OTHER)).pages(), [pageToken()])
    await t.rejects(open(t, url), { code: 'BOT_TOKEN_KEY_WRONG' })
  },
)

t.test(
  'a row that another program has spoilt, and a server that is gone, are told without a token',
  async (t) => {
    const url = await freshDatabase()
    await (await open(t, url)).save({ pages: [pageToken()] })
    await sql(url, `update evergreen.tokens set data = '{"' || $1`, [pageToken().token])
    const spoilt: unknown = await open(t, url).catch((error: unknown) => error)
    t.match(spoilt, {
      code: 'BOT_TOKEN_STORE_UNREADABLE',
      message: /is not valid JSON/,
      remedy: /Delete the row/,
    })
    t.notMatch((spoilt as Error).message, pageToken().token)

    const gone = new URL(url)
    gone.port = '1'
    await t.rejects(open(t, gone.href), { code: 'BOT_STORE_UNAVAILABLE', retryable: true })
  },
)

t.test('no tables are made in a database that is emptied while the bot runs', async (t) => {
  const url = await bareDatabase(t)
  const place = placeInRow(url, KEY)
  t.teardown(() => place.close())
  t.equal(await place.adapter.read(), null)
  await sql(url, 'drop schema evergreen cascade')
  await sql(
    url,
    `select pg_terminate_backend(pid) from pg_stat_activity where datname = current_database() and pid <> pg_backend_pid()`,
  )
  // The first may still meet the connection that broke.
  for (const _look of [1, 2]) await t.rejects(place.changed(), { code: 'BOT_STORE_UNAVAILABLE' })
  t.match(await sql(url, `select to_regnamespace('evergreen') as schema`), [{ schema: null }])
})
