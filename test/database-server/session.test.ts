import { chownSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { systemClock } from '../../src/base/clock.ts'
import { createLink, type Row } from '../../src/store/postgres/connection.ts'
import { openPostgresStore } from '../../src/store/postgres/postgres-store.ts'
import { makeCertificate } from '../helpers/certificate.ts'
import { startServer } from '../helpers/postgres-server.ts'
import { freshDatabase, sql } from '../helpers/postgres.ts'

const COMMON = { clock: systemClock, name: 'test', owner: 'test', leases: null }

/** What one statement says on a connection of the bot. */
const ask = async (url: string, text: string): Promise<Row | undefined> => {
  const link = createLink({ url, name: 'test' })
  try {
    const [rows] = await (await link.ready()).query([{ text }])
    return rows?.[0]
  } finally {
    await link.close()
  }
}

t.test('settings that statements rely on are those of the bot, not of user and address', async (t) => {
  const url = new URL(await freshDatabase())
  const own = {
    transaction_isolation: 'read committed',
    statement_timeout: '5s',
    lock_timeout: '2s',
    idle_in_transaction_session_timeout: '5s',
    idle_session_timeout: '0',
    standard_conforming_strings: 'on',
    array_nulls: 'on',
  }
  const [server] = await sql(url.href, `select current_setting('transaction_timeout', true) as limit`)
  const since17 = server?.['limit'] === null ? {} : { transaction_timeout: '0' }
  const brought = [
    'default_transaction_isolation=serializable',
    'standard_conforming_strings=off',
    'array_nulls=off',
    ...Object.keys({ ...own, ...since17 }).flatMap((name) =>
      // Long enough for a busy machine to set its own.
      name.endsWith('timeout') ? [`${name}=70s`] : [],
    ),
  ]
  url.searchParams.set('options', brought.map((one) => `-c ${one}`).join(' '))
  const names = Object.keys({ ...own, ...since17 })
  const asked = names.map((name) => `current_setting('${name}') as ${name}`)
  t.same(await ask(url.href, `select ${asked.join(', ')}`), { ...own, ...since17 })
})

t.test(
  'a server is reached encrypted by a certificate that is proved, and a trouble with it is told',
  async (t) => {
    const server = await startServer()
    const authority = makeCertificate({ name: 'Test authority' })
    const { cert, key } = makeCertificate({
      name: 'server',
      hosts: ['localhost'],
      by: authority,
    })
    const { uid, gid } = statSync(server.dir)
    for (const [name, text] of Object.entries({ 'server.crt': cert, 'server.key': key })) {
      writeFileSync(join(server.dir, name), text, { mode: 0o600 })
      chownSync(join(server.dir, name), uid, gid)
    }
    const address = server.urlOf('postgres').replace('127.0.0.1', 'localhost')
    const opens = (params: string) =>
      openPostgresStore({ ...COMMON, url: `${address}?sslmode=require${params}` })
    await t.rejects(opens(''), {
      code: 'BOT_STORE_UNAVAILABLE',
      message: /does not support SSL/,
      remedy: /sslmode=disable/,
    })

    await sql(address, 'alter system set ssl = on')
    await sql(address, 'select pg_reload_conf()')
    const encrypted = 'select ssl from pg_stat_ssl where pid = pg_backend_pid()'
    const root = encodeURIComponent(join(t.testdir({ 'ca.pem': authority.cert }), 'ca.pem'))
    t.same(await ask(`${address}?sslmode=require&sslrootcert=${root}`, encrypted), { ssl: true })
    t.same(await ask(address, encrypted), { ssl: false }, 'on this machine it need not be')
    await t.rejects(opens(''), {
      code: 'BOT_STORE_UNAVAILABLE',
      remedy: /not signed by an authority.*sslrootcert/,
    })
    await t.rejects(opens('&sslrootcert=nowhere.pem'), { message: /nowhere\.pem cannot be read \(ENOENT\)/ })
    const byNumber = address.replace('localhost', '127.0.0.1')
    await t.rejects(
      openPostgresStore({ ...COMMON, url: `${byNumber}?sslmode=verify-ca&sslrootcert=${root}` }),
      {
        code: 'BOT_STORE_UNAVAILABLE',
        remedy: /its certificate is for another name/,
      },
    )
  },
)
