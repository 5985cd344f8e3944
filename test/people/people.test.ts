import { scryptSync } from 'node:crypto'
import t from 'tap'
import { soleInstance } from '../../src/base/duty.ts'
import { createActs } from '../../src/people/acts.ts'
import { openPeople, type People } from '../../src/people/people.ts'
import { mayAs, ROLES } from '../../src/people/roles.ts'
import { createPasswordHash } from '../../src/people/secrets.ts'
import { createFakeClock, settle } from '../helpers/clock.ts'
import { createFakeNotes } from '../helpers/notes.ts'
import { oneTimeCode } from '../helpers/one-time-code.ts'

const DAY = 24 * 3_600_000
const PASSWORD = 'a long enough password'

const build = async (
  operatorPassword = 'operator-password',
  store = createFakeNotes(),
  clock = createFakeClock(),
) => {
  const instances = soleInstance()
  const open = () =>
    openPeople({
      store,
      instances,
      clock,
      log: { warn: () => undefined },
      appSecret: 'hush',
      operatorPassword,
      leastPassword: 12,
      passwordHash: createPasswordHash(2),
    })
  return { people: await open(), store, clock, open }
}

const join = async (people: People, name = 'ann', role = 'operator') =>
  people.join(await people.invite({ name, role }), PASSWORD)

t.test('an instance hears of a removed person and of a new role without being asked', async (t) => {
  const { people, open } = await build()
  await join(people)
  const other = await open()
  await people.setRole('ann', 'viewer')
  await settle()
  t.match(other.get('ann'), { role: 'viewer' })
  await people.remove('ann')
  await settle()
  t.equal(other.get('ann'), null)
  other.stop()
  await join(people)
  await settle()
  t.equal(other.get('ann'), null, 'one that has stopped hears nothing')
})

t.test('a link makes one person, once, and not for ever', async (t) => {
  const { people, clock, open } = await build()
  const code = await people.invite({ name: 'ann', role: 'viewer' })
  t.match(people.invited(code), { name: 'ann', role: 'viewer' })
  t.equal(people.invited(`${code}x`), null)
  await t.rejects(people.join(code, 'short'), { message: /12 to 200/ })
  t.match(await people.join(code, PASSWORD), { name: 'ann', role: 'viewer', hasSecondFactor: false })
  await t.rejects(people.join(code, PASSWORD), { message: /used, withdrawn or over/ })

  const late = await people.invite({ name: 'bob', role: 'owner' })
  await clock.advance(8 * DAY)
  t.equal(people.invited(late), null)
  t.strictSame(people.invitations(), [])
  const withdrawn = await people.invite({ name: 'bob', role: 'owner' })
  await people.withdraw('bob')
  t.equal(people.invited(withdrawn), null)

  const [first, again] = [
    await people.invite({ name: 'bob', role: 'viewer' }),
    await people.invite({ name: 'bob', role: 'owner' }),
  ]
  t.equal(people.invited(first), null, 'a second link takes the place of the first')
  const made = await Promise.allSettled([people.join(again, PASSWORD), people.join(again, PASSWORD)])
  t.strictSame(made.map(({ status }) => status).toSorted(), ['fulfilled', 'rejected'])
  t.strictSame(
    (await open()).list().map(({ name }) => name),
    ['operator', 'ann', 'bob'],
    'kept',
  )
})

t.test('names and roles that cannot be are refused, and the operator stays what it is', async (t) => {
  const { people } = await build()
  await join(people)
  for (const name of ['', 'a', 'Ann', 'ann', 'operator', 'a b', '<b>', '-ann', 'x'.repeat(40)])
    await t.rejects(people.invite({ name, role: 'viewer' }), { code: 'BOT_REQUEST_INVALID' }, name)
  await t.rejects(people.invite({ name: 'bob', role: 'king' }), { message: /no such role/ })
  await t.rejects(people.setRole('ann', 'king'), { message: /no such role/ })
  const refused: Promise<unknown>[] = [people.setRole('operator', 'viewer'), people.remove('operator')]
  for (const change of refused) await t.rejects(change, { message: /stays an owner/ })
  await t.rejects(people.remove('nobody'), { message: /no such person/ })
  for (let n = 0; n < 49; n += 1) await people.invite({ name: `p${n}`, role: 'viewer' })
  await t.rejects(people.invite({ name: 'toomany', role: 'viewer' }), { message: /More than 50/ })
})

t.test('a password is known by its hash alone, and a new one ends the sessions of before', async (t) => {
  const { people, store } = await build()
  const { mark } = await join(people)
  t.equal(await people.isPasswordOf('ann', PASSWORD), true)
  for (const [name, password] of [
    ['ann', `${PASSWORD}x`],
    ['ann', ''],
    ['bob', PASSWORD],
    ['operator', 'operator-password'],
  ] as const)
    t.equal(await people.isPasswordOf(name, password), false, `${name} ${password}`)
  t.notMatch([...store.notes.values()].join(''), PASSWORD)
  await people.setRole('ann', 'viewer')
  t.equal(people.get('ann')?.mark, mark)
  await t.rejects(people.changePassword('ann', 'short'), { message: /12 to 200/ })
  await people.changePassword('ann', 'another long password')
  t.equal(await people.isPasswordOf('ann', PASSWORD), false)
  t.not(people.get('ann')?.mark, mark)
})

t.test(
  'a stored password is a scrypt hash at the full cost, so that guesses at a copy of the database are dear',
  async (t) => {
    const { of, matches } = createPasswordHash()
    const stored = await of(PASSWORD)
    const [salt = '', hash] = stored.split('.')
    const dear = { N: 2 ** 15, r: 8, p: 1, maxmem: 64 * 1024 * 1024 }
    t.equal(scryptSync(PASSWORD, Buffer.from(salt, 'base64url'), 32, dear).toString('base64url'), hash)
    t.equal(await matches(PASSWORD, stored), true)
    t.equal(await matches(`${PASSWORD}x`, stored), false)
    t.equal(await matches(PASSWORD, null), false)
  },
)

t.test('another second factor in the place of one takes the code of the first', async (t) => {
  const { people, clock } = await build()
  await join(people)
  for (const name of ['ann', 'operator']) {
    const [own, foreign] = [await people.proposeSecondFactor(name), await people.proposeSecondFactor(name)]
    await people.keepSecondFactor(name, own.secret, oneTimeCode(own.secret, clock))
    await clock.advance(60_000)
    await t.rejects(people.keepSecondFactor(name, foreign.secret, oneTimeCode(foreign.secret, clock)), {
      code: 'BOT_REQUEST_INVALID',
      message: /give it up first/,
    })
    t.equal(await people.passesSecondFactor(name, oneTimeCode(foreign.secret, clock)), false)
    t.equal(await people.passesSecondFactor(name, oneTimeCode(own.secret, clock)), true)
    await people.dropSecondFactor(name)
    await clock.advance(60_000)
    t.equal(await people.keepSecondFactor(name, foreign.secret, oneTimeCode(foreign.secret, clock)), true)
  }
})

t.test('a second factor is demanded once a code has proved it, and each code is good once', async (t) => {
  const { people, store, clock, open } = await build()
  await join(people)
  const { secret, address } = await people.proposeSecondFactor('ann')
  t.match(address, /^otpauth:\/\/totp\/Evergreen:ann\?/)
  t.equal(await people.keepSecondFactor('ann', secret, '000000'), false)
  t.equal(await people.keepSecondFactor('ann', 'no secret', '000000'), false)
  t.equal(people.get('ann')?.hasSecondFactor, false, 'nothing is demanded before that')
  t.equal(await people.keepSecondFactor('ann', secret, oneTimeCode(secret, clock)), true)
  t.notMatch([...store.notes.values()].join(''), secret)

  const again = await open()
  t.equal(
    await again.passesSecondFactor('ann', oneTimeCode(secret, clock)),
    false,
    'it was used to set it up',
  )
  await clock.advance(30_000)
  const code = oneTimeCode(secret, clock)
  t.equal(await again.passesSecondFactor('ann', `${code.slice(0, 3)} ${code.slice(3)}`), true)
  t.equal(await again.passesSecondFactor('ann', code), false, 'seen over the shoulder')
  await clock.advance(30_000)
  for (const wrong of ['', '12', 'abcdef', '0000000'])
    t.equal(await again.passesSecondFactor('ann', wrong), false)
  await again.dropSecondFactor('ann')
  t.equal(again.get('ann')?.hasSecondFactor, false)
})

t.test(
  'a new OPERATOR_PASSWORD takes away the second factor of the operator: a lost telephone locks no person out',
  async (t) => {
    const { people, store, clock } = await build()
    const { secret } = await people.proposeSecondFactor('operator')
    await people.keepSecondFactor('operator', secret, oneTimeCode(secret, clock))
    t.equal((await build('operator-password', store, clock)).people.get('operator')?.hasSecondFactor, true)
    t.equal((await build('a new password', store, clock)).people.get('operator')?.hasSecondFactor, false)
  },
)

t.test('each role may do what those before it may', async (t) => {
  for (const [least, needed] of ROLES.entries())
    for (const [index, role] of ROLES.entries()) t.equal(mayAs(role, needed), index >= least)
})

t.test('what people did is kept for a year, the latest first, and no more than a thousand', async (t) => {
  const clock = createFakeClock()
  const store = createFakeNotes()
  const acts = createActs({ store, clock, log: { error: () => undefined } })
  await Promise.all(Array.from({ length: 1005 }, (_, n) => acts.note('ann', `did ${n}`)))
  const all = await acts.list()
  t.equal(all.length, 1000)
  t.match(all[0], { by: 'ann', what: 'did 1004' })
  await clock.advance(366 * DAY)
  await acts.note('bob', 'came late')
  t.match(await acts.list(), [{ by: 'bob' }])
  t.equal((await acts.list()).length, 1)
  await acts.note('bob', `withdrew the invitation of ${'x'.repeat(60_000)}`)
  t.match(await acts.list(), [{ what: /^withdrew the invitation of x{172}…$/ }, { what: 'came late' }])
})
