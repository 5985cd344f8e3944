import { join } from 'node:path'
import pg, { type ClientConfig } from 'pg'
import t from 'tap'
import { reachedBy } from '../../src/store/postgres/address.ts'

// Each test says itself what is there.
delete process.env['PGHOST']

/** What `pg` makes of it: the parameters that it connects with. */
const connects = (config: ClientConfig) => {
  const { connectionParameters, ssl } = new pg.Client(config) as unknown as {
    connectionParameters: Record<string, unknown>
    ssl: unknown
  }
  const { host, port, user, password, database, options } = connectionParameters
  return { host, port, user, password, database, options, ssl }
}

t.test(
  'a connection is encrypted and proved, but to this machine or where the address says otherwise',
  async (t) => {
    const cases: [address: string, host: string, ssl: unknown][] = [
      ['postgres://bot@db.example.com/bot', 'db.example.com', {}],
      ['postgres://bot@db.example.com/bot?sslmode=prefer', 'db.example.com', {}],
      ['postgres://bot@db.example.com/bot?sslmode=require', 'db.example.com', {}],
      ['postgres://bot@db.example.com/bot?sslmode=no-verify', 'db.example.com', {}],
      ['postgres://bot@db.example.com/bot?sslmode=disable', 'db.example.com', false],
      ['postgres://bot@db.example.com/bot?ssl=0', 'db.example.com', {}],
      [
        'postgres://bot@db.example.com/bot?ssl=false&uselibpqcompat=true&sslmode=require',
        'db.example.com',
        {},
      ],
      ['postgres:///bot?host=db.example.com', 'db.example.com', {}],
      ['postgres://localhost/bot?host=db.example.com', 'db.example.com', {}],
      ['postgres://127.0.0.1.example.com/bot', '127.0.0.1.example.com', {}],
      ['postgres://bot@127.0.0.1/bot', '127.0.0.1', false],
      ['postgres://bot@LOCALHOST/bot?sslmode=prefer', 'LOCALHOST', false],
      ['postgres://bot@[::1]/bot', '::1', false],
      ['postgres:///bot', 'localhost', false],
      ['postgres://bot@127.0.0.1/bot?sslmode=verify-full', '127.0.0.1', {}],
      ['postgres://bot@localhost/bot?ssl=true', 'localhost', {}],
      ['postgres://bot@localhost/bot?sslnegotiation=direct', 'localhost', {}],
      ['postgres://bot@localhost/bot?ssl=true&sslmode=disable', 'localhost', false],
      ['postgres://bot@localhost/bot?host=/run/postgresql', '/run/postgresql', false],
      ['postgres://bot@%2Frun%2Fpostgresql/bot', '/run/postgresql', false],
    ]
    for (const [address, host, ssl] of cases) {
      const found = connects(reachedBy(address))
      t.strictSame([found.host, found.ssl], [host, ssl], address)
    }
  },
)

t.test('an address without a server means that of PGHOST, and is as strict with it', async (t) => {
  t.teardown(() => delete process.env['PGHOST'])
  process.env['PGHOST'] = 'db.example.com'
  t.match(connects(reachedBy('postgres:///bot')), { host: 'db.example.com', ssl: {} })
  t.match(connects(reachedBy('postgres://localhost/bot')), { host: 'localhost', ssl: false })
  process.env['PGHOST'] = '/run/postgresql'
  t.match(connects(reachedBy('postgres:///bot')), { host: '/run/postgresql', ssl: false })
})

t.test('encryption begins at once where the address says so, and not where there is none', async (t) => {
  const negotiation = (params: string): unknown =>
    (
      new pg.Client(reachedBy(`postgres://bot@db.example.com/bot?${params}`)) as unknown as {
        sslNegotiation: unknown
      }
    ).sslNegotiation
  t.equal(negotiation('sslmode=require&sslnegotiation=direct'), 'direct')
  t.equal(negotiation('sslmode=require'), 'postgres')
  t.equal(negotiation('sslmode=disable&sslnegotiation=direct'), 'postgres')
})

t.test('user, password and database are read as they were before they were encoded', async (t) => {
  const address = 'postgres://b%20t:p%40ss%2Fw%25rd%23%3F@db.example.com:6000/my%20bot%3F?options=-c%20a%3Db'
  t.match(connects(reachedBy(address)), {
    host: 'db.example.com',
    port: 6000,
    user: 'b t',
    password: 'p@ss/w%rd#?',
    database: 'my bot?',
    options: '-c a=b',
  })
  t.match(connects(reachedBy('postgres:///bot?host=db.example.com&port=6001&user=ann&password=x')), {
    port: 6001,
    user: 'ann',
    password: 'x',
  })
})

t.test('an address changes no time limit of the bot, and no name', async (t) => {
  const names =
    'application_name=x&query_timeout=1&statement_timeout=1&connectionTimeoutMillis=1&pipeline=false'
  t.strictSame(Object.keys(reachedBy(`postgres://db.example.com/bot?${names}`)), ['host', 'database', 'ssl'])
})

t.test('the certificates of the address are read, together', async (t) => {
  const dir = t.testdir({ 'ca.pem': 'a certificate', 'own.pem': 'own', 'own.key': 'a key' })
  const file = (name: string) => encodeURIComponent(join(dir, name))
  const address = `postgres://bot@db.example.com/bot?sslmode=verify-full&sslrootcert=${file('ca.pem')}`
  t.strictSame(reachedBy(address).ssl, { ca: 'a certificate' })
  t.strictSame(reachedBy(`${address}&sslcert=${file('own.pem')}&sslkey=${file('own.key')}`).ssl, {
    ca: 'a certificate',
    cert: 'own',
    key: 'a key',
  })
  t.strictSame(reachedBy(`postgres://localhost/bot?sslcert=${file('own.pem')}`).ssl, { cert: 'own' })
  t.strictSame(reachedBy('postgres://db.example.com/bot?sslrootcert=system').ssl, {})
  t.throws(() => reachedBy(`${address}.gone`), {
    code: 'BOT_STORE_UNAVAILABLE',
    message: /ca\.pem\.gone cannot be read \(ENOENT\)/,
    remedy: /sslrootcert/,
  })
})
