import type { Test } from 'tap'
import { openPlace, type OpenStore, type SetUp } from './steps.ts'

const HOUR_MS = 3_600_000

/** What every store adapter has to do with records: what instances share, and what is known after a restart. */
export const recordsContract = (t: Test, open: OpenStore): void => {
  const setUp = (t: Test): Promise<SetUp> => openPlace(t, open)

  t.test('a record is found by kind and id, by another instance and after a restart', async (t) => {
    const { store, reopen } = await setUp(t)
    await store.records.put({ kind: 'need', id: 'b', data: 'two' })
    await store.records.put({ kind: 'need', id: 'a', data: 'one', forMs: HOUR_MS })
    await store.records.put({ kind: 'other', id: 'a', data: 'else' })
    const seen = (await store.records.list('need')).map(({ id, data }) => [id, data])
    t.same(seen, [
      ['a', 'one'],
      ['b', 'two'],
    ])
    t.same(await store.records.list('none'), [])
    t.equal(await store.records.get('need', 'c'), null)
    const again = await reopen()
    t.match(await again.records.get('need', 'a'), { id: 'a', data: 'one' })
    t.match(await again.records.get('other', 'a'), { data: 'else' })
  })

  t.test('a writer who has read another version writes nothing', async (t) => {
    const { store } = await setUp(t)
    const { records } = store
    const put = (data: string, ifVersion?: number | null): Promise<number | null> =>
      records.put({ kind: 'k', id: 'x', data, ...(ifVersion !== undefined && { ifVersion }) })
    t.equal(await put('before there is one', 7), null)
    const first = await put('1', null)
    t.type(first, 'number')
    t.equal(await put('2', null), null, 'it is there by now')
    const second = await put('2', first)
    t.equal(await put('3', first), null)
    t.same(await records.get('k', 'x'), { id: 'x', version: second, data: '2' })

    t.match(await records.take('k', 'x'), { data: '2' })
    const anew = await put('4', null)
    t.notOk([first, second].includes(anew), 'a version is never given again')
    t.equal(await put('5', second), null)
    t.type(await put('6'), 'number', 'in any case')
    t.match(await records.get('k', 'x'), { data: '6' })
  })

  t.test('of several who write at once on the same version, one succeeds', async (t) => {
    const { records } = (await setUp(t)).store
    const version = await records.put({ kind: 'k', id: 'x', data: '0' })
    const written = await Promise.all(
      ['1', '2', '3'].map((data) => records.put({ kind: 'k', id: 'x', data, ifVersion: version })),
    )
    t.equal(written.filter((one) => one !== null).length, 1)
  })

  t.test('of several who take a record, one gets it', async (t) => {
    const { records } = (await setUp(t)).store
    const version = await records.put({ kind: 'k', id: 'x', data: 'it' })
    t.equal(await records.take('k', 'x', (version ?? 0) + 1), null, 'another version is left where it is')
    const taken = await Promise.all([1, 2, 3].map(() => records.take('k', 'x')))
    t.match(
      taken.filter((one) => one !== null),
      [{ id: 'x', version, data: 'it' }],
    )
    t.same(await records.list('k'), [])
  })

  t.test('a record that is over is not there', async (t) => {
    const { records } = (await setUp(t)).store
    await records.put({ kind: 'k', id: 'over', data: '1', forMs: 0 })
    await records.put({ kind: 'k', id: 'open', data: '2', forMs: HOUR_MS })
    t.same(
      (await records.list('k')).map(({ id }) => id),
      ['open'],
    )
    t.equal(await records.get('k', 'over'), null)
    t.equal(await records.take('k', 'over'), null)
    t.equal(await records.put({ kind: 'k', id: 'over', data: '3', ifVersion: 1 }), null)
    const late = await records.put({ kind: 'k', id: 'late', data: '4', forMs: -1 })
    t.equal(await records.put({ kind: 'k', id: 'late', data: '5', ifVersion: late }), null)
    t.type(await records.put({ kind: 'k', id: 'late', data: '6', ifVersion: null }), 'number')
    t.match(await records.get('k', 'late'), { data: '6' }, 'and has no end any more')
  })

  t.test('what names a visitor does so no more when the visitor was forgotten', async (t) => {
    const { store } = await setUp(t)
    const version = await store.records.put({ kind: 'need', id: 'loop', data: '{"what":"visitor 71234567"}' })
    await store.records.put({ kind: 'need', id: 'other', data: '{"what":"visitor 81234567"}' })
    await store.forget({ psid: '71234567' })
    const [loop, other] = await store.records.list('need')
    t.match(loop, { data: '{"what":"visitor forgotten"}' })
    t.match(other, { data: '{"what":"visitor 81234567"}' })
    t.equal(
      await store.records.put({ kind: 'need', id: 'loop', data: 'as it was', ifVersion: version }),
      null,
      'and is not written back',
    )
  })
}
