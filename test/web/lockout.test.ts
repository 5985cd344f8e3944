import t from 'tap'
import { createLockout } from '../../src/web/lockout.ts'
import { createPasswordCheck } from '../../src/web/password-check.ts'
import { createFakeClock } from '../helpers/clock.ts'
import { createFakeRecords } from '../helpers/records.ts'

/** What is asked of a client. */
const PROOF = 'password'

const build = () => {
  const clock = createFakeClock()
  const records = createFakeRecords(clock)
  const lockout = createLockout({ records, clock })
  const fail = async (client: string, times: number): Promise<void> => {
    for (let n = 0; n < times; n += 1) await lockout.failed(client)
  }
  return { clock, records, lockout, fail }
}

t.test('the twentieth failure locks, for twice as long each time, up to an hour', async (t) => {
  const { clock, lockout, fail } = build()
  await fail('192.0.2.1', 19)
  t.equal(await lockout.secondsLeft('192.0.2.1', PROOF), 0)
  for (const minutes of [1, 2, 4, 8, 16, 32, 60, 60]) {
    await fail('192.0.2.1', minutes === 1 ? 1 : 20)
    t.equal(await lockout.secondsLeft('192.0.2.1', PROOF), minutes * 60)
    await clock.advance(minutes * 60_000)
    t.equal(await lockout.secondsLeft('192.0.2.1', PROOF), 0)
  }
})

t.test(
  'failures of all clients are told until a week without any, whichever hour they fell in',
  async (t) => {
    const { clock, lockout, fail, records } = build()
    t.equal(await lockout.failures(), null)
    const sinceMs = clock.now()
    await fail('192.0.2.1', 3)
    await clock.advance(6 * 24 * 60 * 60_000)
    await fail('198.51.100.1', 2)
    await lockout.succeeded('192.0.2.1', PROOF)
    const told = { count: 5, sinceMs, lastMs: clock.now() }
    t.same(await lockout.failures(), told)
    t.same(await createLockout({ records, clock }).failures(), told, 'also on another instance')

    await clock.advance(7 * 24 * 60 * 60_000)
    t.equal(await lockout.failures(), null)
  },
)

t.test('a right password does not clear the count of wrong ones; time does', async (t) => {
  const { clock, lockout, fail } = build()
  await fail('192.0.2.1', 19)
  await lockout.succeeded('192.0.2.1', PROOF)
  t.equal(await lockout.secondsLeft('192.0.2.1', PROOF), 0)
  await fail('192.0.2.1', 1)
  t.equal(await lockout.secondsLeft('192.0.2.1', PROOF), 60)

  await clock.advance(15 * 60_000)
  await fail('192.0.2.1', 19)
  t.equal(await lockout.secondsLeft('192.0.2.1', PROOF), 0, 'slips of a quarter of an hour ago do not add up')

  await clock.advance(24 * 60 * 60_000)
  await fail('192.0.2.1', 20)
  t.equal(await lockout.secondsLeft('192.0.2.1', PROOF), 60, 'after a day the first lock is the first again')
})

t.test('the addresses of one network are one client, and no others', async (t) => {
  const { lockout, fail } = build()
  await fail('2001:db8:0:1::1', 10)
  await fail('2001:db8::1:a:b:c:d', 10)
  t.equal(await lockout.secondsLeft('2001:0db8:0000:0001:ffff::', PROOF), 60)
  t.equal(await lockout.secondsLeft('2001:db8:0:2::1', PROOF), 0)
  t.equal(await lockout.secondsLeft('2001:db8::1', PROOF), 0)

  await fail('::ffff:192.0.2.1', 20)
  t.equal(await lockout.secondsLeft('192.0.2.1', PROOF), 60, 'IPv4 in IPv6 is IPv4')
  t.equal(await lockout.secondsLeft('192.0.2.2', PROOF), 0)
  for (const [n, written] of [
    '::ffff:c633:6401',
    '0:0:0:0:0:FFFF:198.51.100.2',
    '64:ff9b::198.51.100.3',
  ].entries()) {
    await fail(written, 20)
    t.equal(await lockout.secondsLeft(`198.51.100.${n + 1}`, PROOF), 60, written)
  }
  for (const other of ['::ffff:c633:6404', '64:ff9b::c633:6404', '::', '::1'])
    t.equal(await lockout.secondsLeft(other, PROOF), 0, `${other}: strangers lock no other IPv4 client out`)
})

t.test('a proxy that tells the port, too, does not make a new client of each connection', async (t) => {
  const { lockout, fail } = build()
  for (let port = 50_000; port < 50_020; port += 1) await fail(`192.0.2.1:${port}`, 1)
  t.equal(await lockout.secondsLeft('192.0.2.1', PROOF), 60)
  t.equal(await lockout.secondsLeft('192.0.2.2:50000', PROOF), 0)
  for (let port = 50_000; port < 50_020; port += 1) await fail(`[2001:db8:0:1::1]:${port}`, 1)
  t.equal(await lockout.secondsLeft('2001:db8:0:1::2', PROOF), 60)
})

t.test('what one instance has counted holds on another, and after a restart', async (t) => {
  const { clock, records, lockout, fail } = build()
  await fail('192.0.2.1', 19)
  const other = createLockout({ records, clock })
  await other.failed('192.0.2.1')
  t.equal(await lockout.secondsLeft('192.0.2.1', PROOF), 60)
  t.equal(await other.secondsLeft('192.0.2.1', PROOF), 60)
  await Promise.all([lockout, other].flatMap((one) => [one.failed('192.0.2.9'), one.failed('192.0.2.9')]))
  t.match(JSON.parse((await records.get('lockout', '192.0.2.9'))?.data ?? ''), { failures: 4 })
})

t.test('a database that does not answer unlocks no client', async (t) => {
  const { records, lockout, fail } = build()
  await fail('192.0.2.1', 10)
  records.fail(new Error('gone'))
  await fail('192.0.2.1', 10)
  t.equal(await lockout.secondsLeft('192.0.2.1', PROOF), 60)
})

t.test('guesses from many networks are bounded together, and the operator still gets in', async (t) => {
  const { clock, records, lockout, fail } = build()
  await lockout.succeeded('192.0.2.7', PROOF)
  for (let n = 0; n < 300; n += 1) await fail(`2001:db8:0:${n.toString(16)}::1`, 1)
  t.equal(await lockout.secondsLeft('2001:db8:0:ffff::1', PROOF), 3600, 'a network that has not tried yet')
  t.equal(await lockout.secondsLeft('192.0.2.7', PROOF), 0, 'one that knew the password')
  const other = createLockout({ records, clock })
  t.equal(await other.secondsLeft('192.0.2.7', PROOF), 0, 'on another instance, and after a restart')
  await fail('192.0.2.7', 20)
  t.equal(await lockout.secondsLeft('192.0.2.7', PROOF), 60, 'its own failures count')
  await clock.advance(60 * 60_000)
  t.equal(await lockout.secondsLeft('2001:db8:0:ffff::1', PROOF), 0)
})

t.test('a network is known for 30 days after its last proof, and not after its first', async (t) => {
  const { clock, records, lockout, fail } = build()
  for (let day = 0; day < 40; day += 10) {
    await lockout.succeeded('192.0.2.7', PROOF)
    await clock.advance(10 * 24 * 60 * 60_000)
  }
  records.fail(new Error('gone'))
  await lockout.succeeded('192.0.2.8', PROOF)
  records.fail(null)
  await lockout.succeeded('192.0.2.8', PROOF)
  await fail('2001:db8::1', 300)
  const other = createLockout({ records, clock })
  t.equal(await other.secondsLeft('192.0.2.7', PROOF), 0)
  t.equal(await other.secondsLeft('192.0.2.8', PROOF), 0, 'written once the database answers')
  t.not(await other.secondsLeft('192.0.2.9', PROOF), 0)
})

t.test(
  'a password alone frees no network to guess at a second factor, nor one person at another',
  async (t) => {
    const clock = createFakeClock()
    const records = createFakeRecords(clock)
    const { admit, admitBy } = createPasswordCheck({ password: 'the right one', records, clock })
    const guess = (client: string, user = 'operator') => admitBy(client, user, async () => false)
    const operator = { user: 'operator', password: 'the right one' }
    const home = '192.0.2.7'
    t.match(await admitBy(home, 'operator', async () => true), { is: 'right' })
    t.match(await admit('192.0.2.8', operator), { is: 'right' }, 'as at /metrics')
    t.match(await admitBy('192.0.2.9', 'ann', async () => true), { is: 'right' })
    for (let n = 0; n < 300; n += 1) await guess(`2001:db8:0:${n.toString(16)}::1`)

    t.match(await guess('192.0.2.8'), { is: 'locked' }, 'who knew the password alone')
    t.match(await guess('192.0.2.9'), { is: 'locked' }, 'who knew the password of another person')
    t.match(await admit('192.0.2.8', operator), { is: 'right' }, 'Prometheus goes on')
    t.match(await guess(home), { is: 'wrong' }, 'the operator still gets in')
  },
)

t.test('a lock that was set by a clock that was ahead ends once the clock is right', async (t) => {
  const { clock, lockout, fail } = build()
  const years = 2 * 365 * 24 * 3_600_000
  clock.set(years)
  await fail('192.0.2.1', 20)
  for (let network = 0; network < 300; network += 1) await fail(`198.51.${network % 250}.${network}`, 1)
  t.not(await lockout.secondsLeft('192.0.2.1', PROOF), 0)
  clock.set(-years)
  t.equal(await lockout.secondsLeft('192.0.2.1', PROOF), 0)
  await fail('192.0.2.1', 20)
  t.not(await lockout.secondsLeft('192.0.2.1', PROOF), 0, 'and the next one holds')
})
