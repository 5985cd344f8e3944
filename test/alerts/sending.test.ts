import t, { type Test } from 'tap'
import { createAlertBook, type Told } from '../../src/alerts/alert-book.ts'
import type { Notice } from '../../src/alerts/notice.ts'
import { createAlertSending } from '../../src/alerts/sending.ts'
import { createFakeClock, settle } from '../helpers/clock.ts'
import { createFakeRecords } from '../helpers/records.ts'

const NOTICE: Notice = { kind: 'needed', needs: [], atMs: 0 }

const build = async (t: Test, records = createFakeRecords(createFakeClock())) => {
  const book = createAlertBook({ records, log: { warn: (_facts, message) => t.fail(message) } })
  await book.read()
  const sent: Notice[] = []
  const mayTries: (() => boolean)[] = []
  let isHead = true
  let outcome: 'done' | 'stopped' = 'done'
  const channel = {
    name: 'ALERT_URL',
    send: async (notice: Notice, mayTry: () => boolean) => {
      sent.push(notice)
      mayTries.push(mayTry)
      return outcome
    },
  }
  const sending = createAlertSending({ book, channels: [channel], duty: { isHead: () => isHead } })
  return {
    book,
    records,
    sent,
    mayTries,
    sending,
    add: (channel: string, id: string) =>
      book.change((told): Told => ({ ...told, unsent: [...told.unsent, { id, channel, notice: NOTICE }] })),
    stopped: () => {
      outcome = 'stopped'
    },
    lose: () => {
      isHead = false
    },
  }
}

t.test('a notice goes out once, and is in the book no more', async (t) => {
  const { book, sent, sending, add } = await build(t)
  await add('ALERT_URL', '1')
  sending.wake()
  sending.wake()
  await settle()
  sending.wake()
  await settle()
  t.equal(sent.length, 1)
  t.same(book.told().unsent, [])
})

t.test('what was decided and not taken when the process ended goes out after its start', async (t) => {
  const first = await build(t)
  await first.add('ALERT_URL', '1')
  first.stopped()
  first.sending.wake()
  await settle()
  t.equal(first.book.told().unsent.length, 1)

  const second = await build(t, first.records)
  second.sending.wake()
  await settle()
  t.equal(second.sent.length, 1)
  const third = await build(t, first.records)
  third.sending.wake()
  await settle()
  t.equal(third.sent.length, 0)
})

t.test('between two tries a notice that another head has sent is no longer this one’s', async (t) => {
  const { book, records, mayTries, sending, add } = await build(t)
  await add('ALERT_URL', '1')
  sending.wake()
  t.equal(mayTries[0]?.(), true)
  const other = await build(t, records)
  await other.book.change((told) => ({ ...told, unsent: [] }))
  await book.read()
  t.equal(mayTries[0]?.(), false)
})

t.test('an instance that is not the head sends nothing', async (t) => {
  const { sent, sending, add, lose } = await build(t)
  await add('ALERT_URL', '1')
  lose()
  sending.wake()
  await settle()
  t.same(sent, [])
})

t.test('a notice for a channel that is not set up any more is dropped', async (t) => {
  const { book, sent, sending, add } = await build(t)
  await add('gone', '1')
  sending.wake()
  await settle()
  t.same(sent, [])
  t.same(book.told().unsent, [])
})

t.test('of two heads that change the book at once neither writes over the other', async (t) => {
  const records = createFakeRecords(createFakeClock())
  const [a, b] = [await build(t, records), await build(t, records)]
  await Promise.all([a.add('ALERT_URL', 'a'), b.add('ALERT_URL', 'b')])
  await a.book.read()
  t.same(
    a.book
      .told()
      .unsent.map(({ id }) => id)
      .toSorted(),
    ['a', 'b'],
  )
})
