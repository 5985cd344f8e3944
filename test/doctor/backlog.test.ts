import t from 'tap'
import { judgeBacklog } from '../../src/doctor/checks/backlog.ts'

const NOW_MS = Date.UTC(2026, 10, 29, 12)
const MINUTE_MS = 60_000
const NONE = { count: 0, oldestMs: null }

t.test('what waits is judged by how long it has waited, and by whether the bot runs', async (t) => {
  const waited = (ms: number, isRunning: boolean) =>
    judgeBacklog(
      'sound',
      {
        inbox: { count: 2, oldestMs: NOW_MS - ms },
        outbox: { count: 1, oldestMs: NOW_MS - ms / 2 },
        dead: 0,
      },
      isRunning,
      NOW_MS,
    )
  const words = /^sound; 2 events and 1 reply wait, the oldest for /
  t.match(waited(4 * MINUTE_MS, true), { status: 'ok', what: words })
  t.match(waited(5 * MINUTE_MS, true), { status: 'warning', what: words, next: /read the log/ })
  t.match(waited(MINUTE_MS, false), { status: 'warning', what: words, next: /Start the bot/ })
  const dead = judgeBacklog('sound', { inbox: NONE, outbox: NONE, dead: 3 }, false, NOW_MS)
  t.match(dead, { status: 'ok', what: 'sound, nothing waits, 3 dead letters (npm run dead-letters)' })
})
