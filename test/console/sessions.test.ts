import t from 'tap'
import { soleInstance } from '../../src/base/duty.ts'
import { openSessions, SESSION_MS } from '../../src/console/sessions.ts'
import { createFakeClock, settle } from '../helpers/clock.ts'
import { createFakeRecords } from '../helpers/records.ts'

const build = () => {
  const clock = createFakeClock()
  const records = createFakeRecords(clock)
  const instances = soleInstance()
  const notes = new Map<string, string>()
  const store = {
    records,
    recall: async (name: string) => notes.get(name) ?? null,
    remember: async (name: string, text: string) => void notes.set(name, text),
  }
  const open = (hears = true) =>
    openSessions({
      store,
      instances: hears ? instances : { tell: () => undefined, onTold: () => () => undefined },
      clock,
      log: { warn: () => undefined },
    })
  return { clock, records, notes, open }
}

t.test('a session that ended on one instance is over on every other, and after a restart', async (t) => {
  const { clock, open } = build()
  const [a, b] = [await open(), await open()]
  const [one, other] = [a.begin(), a.begin()]
  t.ok(b.isOpen(one))
  await a.end(one.id)
  await settle()
  t.notOk(a.isOpen(one))
  t.notOk(b.isOpen(one))
  t.ok(b.isOpen(other))
  t.notOk((await open()).isOpen(one))
  await clock.advance(SESSION_MS)
  t.notOk(b.isOpen(other), 'it is over by itself')
})

t.test('an instance that heard nothing finds out when it asks', async (t) => {
  const { records, open } = build()
  const [a, b] = [await open(), await open(false)]
  const session = a.begin()
  await a.end(session.id)
  t.ok(b.isOpen(session))
  await b.ask(session.id)
  t.notOk(b.isOpen(session))
  records.fail(new Error('gone'))
  await t.rejects(b.ask('any'))
})

t.test('what ended before an upgrade stays so', async (t) => {
  const { clock, notes, open } = build()
  const ended = (untilMs: number) => JSON.stringify([['old', untilMs]])
  notes.set('operator.sessions_ended', ended(clock.now() + 1000))
  const sinceMs = clock.now()
  t.notOk((await open()).isOpen({ id: 'old', sinceMs }))
  t.notOk((await open()).isOpen({ id: 'old', sinceMs }))
})
