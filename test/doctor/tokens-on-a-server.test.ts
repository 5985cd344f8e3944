import t, { type Test } from 'tap'
import { systemClock } from '../../src/base/clock.ts'
import { tokenChecks } from '../../src/doctor/checks/tokens.ts'
import { openContext, tokensIn } from '../../src/doctor/context.ts'
import { createOutside } from '../../src/doctor/outside.ts'
import { runChecks, type Result } from '../../src/doctor/run.ts'
import { readSettings } from '../../src/doctor/settings.ts'
import { placeInRow } from '../../src/store/postgres/token-row.ts'
import { bareDatabase, freshDatabase, sql } from '../helpers/postgres.ts'
import { pageToken } from '../store/tokens/sample.ts'

const TOKEN_KEY = Buffer.alloc(32, 7).toString('base64')
const NOWHERE = 'postgres://bot:hush@127.0.0.1:9/bot'

const examine = async (
  t: Test,
  env: Record<string, string>,
): Promise<{ found: Result | undefined; tokens: string[] }> => {
  const settings = readSettings({ DATA_DIR: t.testdir(), ...env })
  const context = await openContext({
    settings,
    clock: systemClock,
    outside: createOutside(),
    node: { version: process.versions.node, least: '24.15' },
    envFile: '.env',
    holder: () => null,
    freeBytes: async () => 50e9,
  })
  try {
    const checks = tokenChecks(context)
    const [found] = await runChecks({ checks, settings, clock: systemClock, clean: (text) => text })
    return { found, tokens: tokensIn(context) }
  } finally {
    await context.close()
  }
}

t.test('the doctor reads the tokens of the database, to look at them and to hide them', async (t) => {
  const url = await freshDatabase()
  const none = await examine(t, { DATABASE_URL: url, TOKEN_KEY })
  t.match(none.found, { status: 'failure', what: /no Page token yet/, next: 'npm run bootstrap-token' })

  const place = placeInRow(url, Buffer.alloc(32, 7))
  await place.alone(async () => {
    await place.adapter.read()
    await place.adapter.write({ version: 1, pages: [pageToken()], users: [] })
  })
  await place.close()
  const { found, tokens } = await examine(t, { DATABASE_URL: url, TOKEN_KEY })
  t.match(found, { status: 'ok', what: '1 Page token in the database, encrypted' })
  t.same(tokens, [pageToken().token])

  const another = Buffer.alloc(32, 8).toString('base64')
  t.match((await examine(t, { DATABASE_URL: url, TOKEN_KEY: another })).found, {
    status: 'failure',
    next: /TOKEN_KEY/,
  })
  await sql(url, `update evergreen.tokens set data = '{'`)
  t.match((await examine(t, { DATABASE_URL: url, TOKEN_KEY })).found, {
    status: 'failure',
    what: /row of tokens in the database.* not valid JSON/,
    next: /Delete the row/,
  })
})

t.test('the doctor looks at a database without changing it', async (t) => {
  const url = await bareDatabase(t)
  const { found } = await examine(t, { DATABASE_URL: url, TOKEN_KEY })
  t.match(found, { status: 'failure', what: /no Page token yet/ })
  t.match(await sql(url, `select to_regnamespace('evergreen') as made`), [{ made: null }])
})

t.test('tokens that cannot be read are not to be moved away', async (t) => {
  const gone = await examine(t, { DATABASE_URL: NOWHERE, TOKEN_KEY })
  t.match(gone.found, { status: 'failure', what: /cannot be read/, next: /"Database"/ })
  const keyless = await examine(t, { DATABASE_URL: await freshDatabase() })
  t.match(keyless.found, { status: 'failure', what: /TOKEN_KEY is missing/, next: /Set TOKEN_KEY/ })
})
