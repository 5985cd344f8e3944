import { join } from 'node:path'
import t, { type Test } from 'tap'
import { questions } from '../../src/cli/questions.ts'
import { openTestStore } from '../helpers/store.ts'
import { createFakeClock } from '../helpers/clock.ts'
import { finishAll, newEvent } from '../store/steps.ts'
import { run } from './run.ts'

const build = async (t: Test, texts: readonly string[]): Promise<string> => {
  const dir = t.testdir()
  const store = await openTestStore({
    file: join(dir, 'evergreen.db'),
    clock: createFakeClock(),
  })
  await store.accept(texts.map((_, n) => newEvent(`m${n}`)))
  let next = 0
  await finishAll(store, () => {
    const text = texts[next++] ?? ''
    return {
      replies: [],
      question: {
        mid: null,
        how: 'fallback',
        text,
        likeness: text,
        nearest: { reply: 'hours', confidence: 0.41 },
      },
    }
  })
  await store.close()
  return dir
}

t.test('npm run questions lists what was not understood, for people and for scripts', async (t) => {
  const dir = await build(t, ['bikes?', 'sunday\nopen', 'bikes?'])
  const { stdout, code } = await run(questions, dir)
  t.equal(code, 0)
  t.match(stdout, / 2 {2}bikes\?\n +nearest hours \(41 %\)\n +1 {2}sunday open\n/)
  const json = await run(questions, dir, ['--json', '--limit', '1'])
  t.match(JSON.parse(json.stdout), {
    likeness: 'bikes?',
    count: 2,
    texts: ['bikes?'],
    nearest: { reply: 'hours' },
    last: /^\d{4}-/,
  })
  t.match(await run(questions, dir, ['--page', 'another']), { stdout: '', stderr: /There are none/ })
})

t.test('words of visitors steer no terminal, and a script reads them as they were written', async (t) => {
  const text = 'a\u001B]0;title\u0007b\u009B31mc\u202Egnp.exe'
  const dir = await build(t, [text])
  t.match((await run(questions, dir)).stdout, / 1 {2}a \]0;title b 31mc gnp\.exe\n/)
  const { stdout } = await run(questions, dir, ['--json'])
  t.notMatch(stdout, /(?!\n)[\p{Cc}\u202E]/u)
  t.match(JSON.parse(stdout), { texts: [text] })
})

t.test('npm run questions throws away those that ask the same', async (t) => {
  const dir = await build(t, ['bikes?', 'bikes?', 'sunday'])
  t.match(await run(questions, dir, ['--drop', 'bikes?']), { stdout: '2 thrown away.\n', code: 0 })
  t.match(await run(questions, dir, ['--drop', 'bikes?']), { stderr: /No question/, code: 1 })
  t.notMatch((await run(questions, dir)).stdout, /bikes/)
})

t.test('wrong usage ends with 2', async (t) => {
  const dir = await build(t, [])
  for (const args of [['--limit', '0'], ['--limit', 'many'], ['bikes']])
    t.match(await run(questions, dir, args), { code: 2 }, args.join(' '))
})
