import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { ask } from '../../src/cli/ask.ts'
import { scriptCheck } from '../../src/cli/script-check.ts'
import { run } from './run.ts'

const SCRIPT = join(import.meta.dirname, '../../bot.example.yaml')

t.test('script:check says that a script is fine, and what is in it', async (t) => {
  t.match(await run(scriptCheck, t.testdir(), [SCRIPT]), {
    code: 0,
    stdout: /is fine: \d+ replies, \d+ phrases/,
  })
  const { code, stdout } = await run(scriptCheck, t.testdir(), [SCRIPT, '--json'])
  t.equal(code, 0)
  t.match(JSON.parse(stdout), { file: SCRIPT, mistakes: [], replies: Number, languages: ['en'] })
})

t.test('script:check tells every mistake with its place', async (t) => {
  const dir = t.testdir({ 'bot.yaml': 'replies:\n  a:\n    sya: x\n  b: { say: x, choices: [c] }\n' })
  const env = { BOT_SCRIPT: join(dir, 'bot.yaml') }
  const told = await run(scriptCheck, dir, [], { env })
  t.match(told, { code: 1, stdout: '', stderr: /bot\.yaml:3:5: .*"sya"[^]*bot\.yaml:4:/ })
  const { code, stdout } = await run(scriptCheck, dir, ['--json'], { env })
  t.equal(code, 1)
  t.match(JSON.parse(stdout), { mistakes: [{ line: 3, column: 5 }, { line: 4 }] })
})

t.test('script:check prints no escape sequence, of the name of the file either', async (t) => {
  const dir = t.testdir({
    '\u001b[31mgood.yaml': 'fallback: { say: Pardon? }\n',
    '\u001b[31mbad.yaml': 'replies: [\n',
  })
  const check = (name: string) => run(scriptCheck, dir, [join(dir, `\u001b[31m${name}`)])
  t.match(await check('good.yaml'), { code: 0, stdout: / \[31mgood\.yaml is fine/ })
  const { code, stderr } = await check('bad.yaml')
  t.equal(code, 1)
  t.match(stderr, / \[31mbad\.yaml:/)
  t.notOk(stderr.includes('\u001b'))
})

t.test('script:check tells what a right script may mean otherwise', async (t) => {
  const dir = t.testdir({ 'bot.yaml': 'fallback:\n  say: We are #1 in town\n' })
  const env = { BOT_SCRIPT: join(dir, 'bot.yaml') }
  t.match(await run(scriptCheck, dir, [], { env }), {
    code: 0,
    stdout: /is fine[^]*Look at 1 place [^]*bot\.yaml:2:8: The text ends before "#1 in town"/,
  })
  const { code, stdout } = await run(scriptCheck, dir, ['--json'], { env })
  t.equal(code, 0)
  t.match(JSON.parse(stdout), { mistakes: [], remarks: [{ line: 2, column: 8, says: /#1 in town/ }] })
})

t.test('script:check that cannot check says so', async (t) => {
  const dir = t.testdir()
  t.match(await run(scriptCheck, dir, ['nope.yaml']), { code: 2, stderr: /There is no file nope\.yaml/ })
  t.match(await run(scriptCheck, dir, [dir]), { code: 2, stderr: /is a folder/ })
  for (const args of [['a', 'b'], ['--nope'], [dir]]) {
    t.match(await run(scriptCheck, dir, args), { code: 2 }, args.join(' '))
  }
})

t.test('ask tells which reply a visitor would get, and why', async (t) => {
  const tell = (...args: string[]) => run(ask, t.testdir(), ['--script', SCRIPT, ...args])
  t.match(await tell('when r u open'), { code: 0, stdout: /^hours: one of its phrases is similar enough \(/ })
  t.match(await tell('opening hours'), { code: 0, stdout: /^hours: the same phrase/ })
  t.match(await tell('Find us!'), { code: 0, stdout: /^place: it is what its button says/ })
  t.match(await tell('order 4711'), {
    code: 0,
    stdout: /^order: one of its patterns fits\n {2}\{\{number\}\} is "4711"/,
  })
  t.match(await tell('xyzzy'), { code: 1, stdout: /^the fallback: nothing fits/ })
  t.match(JSON.parse((await tell('--json', 'when are you opn')).stdout), { reply: 'hours', how: 'similar' })
  t.match(
    (await tell('opening hours')).stdout,
    /^the bot: We are open Monday[^]*See you soon! \[Find us\] \[Talk to a person\]$/m,
  )
  t.match((await tell('order 4711')).stdout, /^the bot: .*order 4711 is: \[Follow my order\]/m)
  t.match((await tell('what is new')).stdout, /^the bot: Stoneware mug, Lambswool scarf \[Put one aside\]/m)
  t.match((await tell('xyzzy')).stdout, /^the bot: I am sorry/m)
  t.match(JSON.parse((await tell('--json', 'hello')).stdout), { says: [{ message: { text: /^Hello Kim/ } }] })
  t.match(await tell(), { code: 2 })
  t.match(await run(ask, t.testdir(), ['hello'], { env: { BOT_SCRIPT: 'none.yaml' } }), {
    code: 2,
    stderr: /There is no file none\.yaml/,
  })
})

t.test('scripts of Pages are checked with the main one, and asked by the id of the Page', async (t) => {
  const dir = t.testdir({
    'bot.yaml': "fallback: { say: main }\npages: { '1001': tea.yaml }\n",
    'tea.yaml': 'replies: { tea: { when: tea, say: Tea. } }\n',
  })
  const env = { BOT_SCRIPT: join(dir, 'bot.yaml') }
  t.match(await run(scriptCheck, dir, [], { env }), {
    code: 0,
    stdout: /bot\.yaml is fine[^]*tea\.yaml is fine: 1 reply/,
  })
  t.match(await run(ask, dir, ['tea', '--page', '1001'], { env }), { code: 0, stdout: /^tea: / })
  t.match(await run(ask, dir, ['tea', '--page', '1002'], { env }), { code: 1, stdout: /^the fallback/ })

  writeFileSync(join(dir, 'tea.yaml'), 'replies: { tea: { sya: x } }\n')
  t.match(await run(scriptCheck, dir, [], { env }), {
    code: 1,
    stdout: /bot\.yaml is fine/,
    stderr: /tea\.yaml:1:19: .*"sya"/,
  })
  const { stdout } = await run(scriptCheck, dir, ['--json'], { env })
  t.match(JSON.parse(stdout), { mistakes: [], pages: [{ file: /tea\.yaml$/, mistakes: [{ line: 1 }] }] })
})
