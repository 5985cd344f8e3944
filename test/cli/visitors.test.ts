import { DatabaseSync } from 'node:sqlite'
import t, { type Test } from 'tap'
import { systemClock } from '../../src/base/clock.ts'
import { openTestStore } from '../helpers/store.ts'
import { databaseIn } from '../../src/store/sqlite/data-dir.ts'
import { newEvent } from '../store/steps.ts'
import { answers } from '../../src/cli/answers.ts'
import { forget } from '../../src/cli/forget.ts'
import { run } from './run.ts'

/** A data folder in which two visitors have answered a form. */
const fill = async (t: Test): Promise<string> => {
  const dir = t.testdir()
  const store = await openTestStore({
    file: databaseIn(dir),
    clock: systemClock,
  })
  for (const [psid, guest] of [
    ['7001', '=HYPERLINK("https://x.y"), "Ann"'],
    ['7002', 'Bob\u009B2J'],
  ] as const) {
    await store.accept([newEvent(psid, { psid })])
    const [claim] = await store.claimInbox(1)
    const [event] = claim?.events ?? []
    if (claim === undefined || event === undefined) throw new Error('no event')
    const given = [{ form: 'book', url: null, body: JSON.stringify({ guest }) }]
    await store.finishEvent(claim, event, { replies: [], state: '{"remembered":{}}', answers: given })
    store.releaseInbox(claim)
  }
  await store.close()
  return dir
}

t.test('answers come as lines or as a table that no visitor can turn into a formula', async (t) => {
  const dir = await fill(t)
  const lines = await run(answers, dir, [])
  t.equal(lines.code, 0, lines.stderr)
  t.match(lines.stdout, '"Bob\\u009b2J"', 'what steers a terminal is escaped')
  t.match(
    lines.stdout
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as object),
    [
      { id: 1, form: 'book', psid: '7001' },
      { psid: '7002', answers: { guest: 'Bob\u009B2J' }, waitsForDelivery: false },
    ],
  )
  const table = (await run(answers, dir, ['--csv'])).stdout.split('\r\n')
  t.equal(table[0], 'id,form,pageId,psid,at,waitsForDelivery,guest')
  t.ok(table[1]?.endsWith(`,false,"'=HYPERLINK(""https://x.y""), ""Ann"""`))
  t.equal((await run(answers, dir, ['--form', 'other'])).stdout, '')

  t.match(await run(answers, dir, ['--drop', '1']), { code: 0, stdout: '1 thrown away.\n' })
  t.match((await run(answers, dir, [])).stdout, /^\{"id":2/)
  t.match(await run(answers, dir, ['--drop', 'all']), { code: 2 })
  t.match(await run(answers, dir, ['--nope']), { code: 2, stderr: /See `npm run [a-z-]+ -- --help`/ })
})

t.test('a visitor is forgotten, and who is not known is said to be', async (t) => {
  const dir = await fill(t)
  const forgotten = await run(forget, dir, ['7001'])
  t.match(forgotten, { code: 0, stdout: 'Forgotten: 7001, in one conversation.\n' }, forgotten.stderr)
  t.match((await run(answers, dir, [])).stdout, /^\{"id":2[^\n]+\n$/)
  t.match(
    await run(forget, dir, ['7001']),
    {
      code: 1,
      stderr: /No visitor is stored[^]*earlier run for this number was cut off, it had done its work/,
    },
    'not even the number',
  )
  t.match(await run(forget, dir, ['9']), { code: 1, stderr: /No visitor is stored/ })
  t.match(await run(forget, dir, ['7002', '--page', '5']), { code: 1, stderr: /on that Page/ })
  for (const args of [[], ['x'], ['1', '2'], ['--page', 'x', '1'], ['--all']]) {
    t.match(
      await run(forget, dir, args),
      { code: 2, stderr: /See `npm run [a-z-]+ -- --help`/ },
      args.join(' '),
    )
  }
  t.match(await run(forget, dir, ['--help']), { code: 0, stdout: /npm run forget/ })
})

t.test(
  'a forgetting that was killed before the files were rewritten is completed by the next run',
  async (t) => {
    const dir = await fill(t)
    await run(forget, dir, ['7001'])
    const db = new DatabaseSync(databaseIn(dir))
    db.exec(`delete from meta where name = 'erased'`)
    db.close()
    t.match(await run(forget, dir, ['7001']), {
      code: 0,
      stdout: /^An earlier run, .* is completed: no trace of its visitors is left\.\n$/,
      stderr: 'No visitor is stored under the PSID 7001.\n',
    })
    t.match(await run(forget, dir, ['7001']), { code: 1, stdout: '' }, 'then nothing is left to do')
  },
)

t.test('where there is no database, none is made', async (t) => {
  const dir = t.testdir()
  t.match(await run(forget, dir, ['7001']), { code: 1, stderr: /no database/ })
  t.match(await run(answers, dir, []), { code: 1, stderr: /no database/ })
})
