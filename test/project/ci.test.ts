import { spawnSync } from 'node:child_process'
import { join } from 'node:path'
import t, { type Test } from 'tap'

const SUMMARY = join(import.meta.dirname, '../..', '.ci', 'summary')

const summary = (t: Test, report: string, status = 0, refused = 0) => {
  const file = join(t.testdir({ 'report.tap': report }), 'report.tap')
  const { stdout, status: exitCode } = spawnSync(SUMMARY, [file, String(status), String(refused)], {
    encoding: 'utf8',
  })
  return { exitCode, closingLine: stdout.trimEnd().split('\n').at(-1), stdout }
}

t.test('a run without failures ends with its counts and 0', async (t) => {
  t.match(summary(t, 'ok 1 - a\n# { total: 24, pass: 24 }\n# time=7ms\n'), {
    exitCode: 0,
    closingLine: '24 passed, 0 failed',
  })
})

t.test('a failed test fails the run, and is named', async (t) => {
  const { stdout, ...rest } = summary(t, '    not ok 2 - b\n# { total: 9, pass: 6, fail: 2, skip: 1 }\n', 1)
  t.match(rest, { exitCode: 1, closingLine: '6 passed, 2 failed' })
  t.match(stdout, 'not ok 2 - b')
  t.match(stdout, '1 skipped')
})

t.test('a report with bytes that are no text is read all the same', async (t) => {
  t.match(summary(t, 'ok 1 - a\0b\n# { total: 24, pass: 24 }\n'), {
    exitCode: 0,
    closingLine: '24 passed, 0 failed',
  })
})

t.test('a check that refused counts as a failure', async (t) => {
  t.match(summary(t, '# { total: 3, pass: 3 }\n', 0, 2), { exitCode: 1, closingLine: '3 passed, 2 failed' })
})

t.test('a runner that broke, or found nothing to run, is a failure', async (t) => {
  const failed = { exitCode: 1, closingLine: '0 passed, 1 failed' }
  t.match(summary(t, '', 1), failed, 'no report')
  t.match(summary(t, '', 0), failed, 'no report, though all seemed well')
  t.match(summary(t, '# { total: 1, pass: 0, skip: 1 }\n', 0), failed, 'everything skipped')
  t.match(summary(t, '# { total: 3, pass: 3 }\n', 7), { exitCode: 1, closingLine: '3 passed, 1 failed' })
})

t.test('the totals of a subtest are not taken for those of the run', async (t) => {
  const report = '    # { total: 1, pass: 1 }\n# { total: 5, pass: 4, fail: 1 }\n'
  t.match(summary(t, report, 1), { exitCode: 1, closingLine: '4 passed, 1 failed' })
})
