import type { Test } from 'tap'
import { soleInstance } from '../../src/base/duty.ts'
import { createActs, type Acts } from '../../src/people/acts.ts'
import { openPeople, type People } from '../../src/people/people.ts'
import { createPasswordHash } from '../../src/people/secrets.ts'
import { createFakeClock, type FakeClock } from '../helpers/clock.ts'
import type { OpenStore } from './steps.ts'
import { oneTimeCode } from '../helpers/one-time-code.ts'

const PASSWORD = 'a long enough password'

/** What every store adapter has to do with notes that instances change beside each other: two stores on one database. */
export const notesContract = (t: Test, open: OpenStore): void => {
  const openTwo = async (t: Test) => {
    const clock = createFakeClock()
    const place = t.testdir()
    const [one, other] = [await open(place, clock), await open(place, clock)]
    t.teardown(() => Promise.all([one.close(), other.close()]))
    return { clock, one, other }
  }

  t.test('a note is changed by a writer that has read it as it is', async (t) => {
    const { one, other } = await openTwo(t)
    t.equal(await one.rememberIf('n', 'first', 'never there'), false)
    t.equal(await one.recall('n'), null)
    t.equal(await one.rememberIf('n', 'first', null), true)
    t.equal(await other.rememberIf('n', 'another first', null), false)
    t.equal(await other.rememberIf('n', 'second', 'first'), true)
    t.equal(await one.rememberIf('n', 'another second', 'first'), false)
    t.equal(await one.recall('n'), 'second')
    t.equal(await one.rememberIf('n', 'second', 'second'), true)
    await one.remember('n', 'in any case')
    t.equal(await other.recall('n'), 'in any case')
  })

  t.test('of several who write at once on the same text, one succeeds', async (t) => {
    const { one, other } = await openTwo(t)
    for (const was of [null, 'first']) {
      if (was !== null) await one.remember('n', was)
      const written = await Promise.all(
        [one, other, one, other].map((store, n) => store.rememberIf('n', `${was} ${n}`, was)),
      )
      t.equal(written.filter(Boolean).length, 1)
    }
  })

  t.test('deeds that people do on two instances at once are all in the list', async (t) => {
    const { clock, one, other } = await openTwo(t)
    const log = { error: () => undefined }
    const [here, there] = [one, other].map((store) => createActs({ store, clock, log })) as [Acts, Acts]
    await Promise.all(
      Array.from({ length: 8 }, (_, n) => (n % 2 === 0 ? here : there).note('ann', `did ${n}`)),
    )
    const listed = await here.list()
    t.same(
      listed.map(({ what }) => what).toSorted(),
      Array.from({ length: 8 }, (_, n) => `did ${n}`),
    )
  })

  t.test('people who are changed on two instances at once are changed as both said', async (t) => {
    const { clock, one, other } = await openTwo(t)
    const [here, there] = [await openOn(one, clock), await openOn(other, clock)]
    const codes = await Promise.all([
      here.invite({ name: 'ann', role: 'viewer' }),
      there.invite({ name: 'bob', role: 'viewer' }),
    ])
    for (const people of [here, there]) await people.refresh()
    t.same(
      here
        .invitations()
        .map(({ name }) => name)
        .toSorted(),
      ['ann', 'bob'],
    )

    const [ann, bob] = codes
    const joined = await Promise.allSettled([here, there].map((people) => people.join(ann, PASSWORD)))
    t.equal(joined.filter(({ status }) => status === 'fulfilled').length, 1, 'a link makes one person')
    await Promise.all([here.setRole('ann', 'owner'), there.join(bob, PASSWORD)])
    for (const people of [here, there]) {
      await people.refresh()
      t.match(people.list(), [{ name: 'operator' }, { name: 'ann', role: 'owner' }, { name: 'bob' }])
    }

    const { secret } = await here.proposeSecondFactor('ann')
    t.equal(await here.keepSecondFactor('ann', secret, oneTimeCode(secret, clock)), true)
    await clock.advance(30_000)
    await there.refresh()
    const passed = await Promise.all(
      [here, there].map((people) => people.passesSecondFactor('ann', oneTimeCode(secret, clock))),
    )
    t.equal(passed.filter(Boolean).length, 1, 'a code is good once')

    await Promise.all([here.remove('bob'), there.dropSecondFactor('ann')])
    await here.refresh()
    t.match(here.list(), [{ name: 'operator' }, { name: 'ann', role: 'owner', hasSecondFactor: false }])
  })
}

const openOn = (store: Parameters<typeof openPeople>[0]['store'], clock: FakeClock): Promise<People> =>
  openPeople({
    store,
    instances: soleInstance(),
    clock,
    log: { warn: () => undefined },
    appSecret: 'hush',
    operatorPassword: 'operator-password',
    leastPassword: 12,
    passwordHash: createPasswordHash(2),
  })
