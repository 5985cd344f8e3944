import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { reachedBy } from '../../src/store/postgres/connection.ts'

t.test(
  'a connection is encrypted and proved, but to this machine or where the address says otherwise',
  async (t) => {
    const cases: [address: string, ssl: unknown][] = [
      ['postgres://bot@db.example.com/bot', {}],
      ['postgres://bot@db.example.com/bot?sslmode=require', {}],
      ['postgres://bot@db.example.com/bot?sslmode=disable', false],
      ['postgres://bot@127.0.0.1/bot', false],
      ['postgres://bot@127.0.0.1/bot?sslmode=verify-full', {}],
      ['postgres://bot@localhost/bot?host=/run/postgresql', false],
    ]
    for (const [address, ssl] of cases) t.strictSame(reachedBy(address).ssl, ssl, address)
  },
)

t.test('the certificate of sslrootcert is read, and pg is not told of it', async (t) => {
  const file = join(t.testdir(), 'ca.pem')
  writeFileSync(file, 'a certificate')
  const address = `postgres://bot@db.example.com/bot?sslmode=verify-full&sslrootcert=${encodeURIComponent(file)}&application_name=x`
  t.strictSame(reachedBy(address), {
    connectionString: 'postgres://bot@db.example.com/bot?application_name=x',
    ssl: { ca: 'a certificate' },
  })
  t.throws(() => reachedBy(`postgres://db.example.com/bot?sslrootcert=${file}.gone`), { code: 'ENOENT' })
})
