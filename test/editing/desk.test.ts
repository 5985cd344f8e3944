import { readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import t, { type Test } from 'tap'
import { createScriptDesk } from '../../src/editing/desk.ts'
import { openScriptFiles } from '../../src/script/script-files.ts'
import { createFakeClock } from '../helpers/clock.ts'
import { until } from '../helpers/until.ts'

const PNG = Buffer.from([0x89, 0x50, 0x4e, 0x47])

/** A desk beside a bot that follows the file. */
const build = async (t: Test, text: string) => {
  const dir = t.testdir({ own: { 'bot.yaml': text, 'a.png': PNG }, data: {} })
  const clock = createFakeClock()
  const scripts = await openScriptFiles({
    file: join(dir, 'own/bot.yaml'),
    dataDir: join(dir, 'data'),
    variables: [],
    clock,
    log: { info: () => undefined, warn: () => undefined },
    onWrong: () => undefined,
  })
  t.teardown(scripts.stop)
  scripts.start()
  const desk = createScriptDesk({
    scripts: scripts.all,
    dataDir: join(dir, 'data'),
    fixed: () => null,
    clock,
  })
  const used = () => scripts.of('100')
  /** Resolves once the bot speaks by another version. */
  const taken = (before: object): Promise<void> =>
    until(async () => {
      await clock.advance(500)
      return used() !== before
    })
  return { dir: join(dir, 'own'), desk, main: desk.at(null), used, taken }
}

for (const [name, ends] of [
  ['of Unix', '\n'],
  ['of Windows', '\r\n'],
] as const) {
  t.test(`what is saved at the desk is read once, also by the bot, with the line ends ${name}`, async (t) => {
    const { main, used, taken } = await build(t, `replies:${ends}  a:${ends}    say: one${ends}`)
    const before = used()
    t.equal((await main.read()).script, before, 'what the bot speaks by is not read again to be shown')

    const text = 'replies:\n  a:\n    say: two\n'
    const { script } = main.judge(text)
    const { version } = await main.read()
    t.match(await main.saveText({ text, version, by: 'ann' }), { is: 'saved' })
    await taken(before)
    t.equal(used(), script)
    t.equal((await main.read()).script, script)

    await main.addPhrase('a', 'anything', 'ann')
    await main.addReply({ name: 'more', phrase: 'more', say: 'More.' }, 'ann')
    const made = (await main.read()).script
    t.match([...(made?.replies.keys() ?? [])], ['a', 'more'])
    await taken(used())
    t.equal(used(), made)
  })
}

t.test('an addition whose earlier version cannot be kept is told as that', async (t) => {
  const { dir, main } = await build(t, 'replies:\n  a:\n    say: one\n')
  writeFileSync(join(dir, '../data/evergreen.script-versions'), '')
  await t.rejects(main.addPhrase('a', 'anything', 'ann'), {
    code: 'BOT_SCRIPT_READ_ONLY',
    message: /may not write to .*script-versions/,
  })
})

t.test('a text that is too large with the line ends of its file is not saved', async (t) => {
  const { dir, main } = await build(t, 'fallback: { say: one }\r\n')
  const before = readFileSync(join(dir, 'bot.yaml'), 'utf8')
  const { version } = await main.read()
  const text = `fallback: { say: two }\n${`${'#'.repeat(63)}\n`.repeat(8150)}`
  await t.rejects(main.saveText({ text, version, by: 'ann' }), {
    code: 'BOT_SCRIPT_NOT_EDITABLE',
    message: /at most 512 KiB/,
  })
  t.equal(readFileSync(join(dir, 'bot.yaml'), 'utf8'), before)
})

t.test('a text is read anew when a file that it names looks otherwise', async (t) => {
  const { dir, main } = await build(t, 'fallback: { say: one }\n')
  const text = 'fallback: { say: { image: a.png } }\n'
  const right = main.judge(text).script
  t.ok(right)
  rmSync(join(dir, 'a.png'))
  t.match(main.judge(text), { script: null, mistakes: [{ found: /a\.png/ }] })
  writeFileSync(join(dir, 'a.png'), PNG)
  t.match(main.judge(text), { script: {}, mistakes: [] })
})

t.test('a file that the main script names for a Page is shown only where it is a script', async (t) => {
  const { dir, desk, main, used, taken } = await build(t, 'fallback: { say: one }\n')
  const files = {
    'compose.yaml':
      'services:\n  bot:\n    environment: { FB_APP_SECRET: hush, fallback: x }\n    replies: x\n',
    'wrong.yaml': 'replies:\n  a: { sya: hello }\n',
    'marked.yaml': '\uFEFFreplies:\n  a: { sya: hello }\n',
    'quoted.yaml': "'replies':\n  a: { sya: hello }\n",
    'flow.yaml': '{ "fallback": { say: two } }\n',
    'begun.yml': '\n',
  }
  for (const [name, content] of Object.entries(files)) writeFileSync(join(dir, name), content)
  const pages = Object.keys(files).map((name, n) => `'${n + 1}': ${name}`)
  const { version } = await main.read()
  const before = used()
  const text = `fallback: { say: one }\npages: { ${pages.join(', ')} }\n`
  t.match(await main.saveText({ text, version, by: 'ann' }), { is: 'saved' })
  await taken(before)
  await until(() => desk.all().length === 7)

  const compose = desk.at('compose.yaml')
  const refusal = {
    code: 'BOT_SCRIPT_NOT_EDITABLE',
    message: /compose\.yaml has neither replies nor a fallback/,
  }
  await t.rejects(compose.read(), refusal)
  await t.rejects(compose.saveText({ text: 'fallback: { say: x }\n', version: '', by: 'ann' }), refusal)
  t.equal(readFileSync(join(dir, 'compose.yaml'), 'utf8'), files['compose.yaml'])
  for (const name of ['wrong.yaml', 'marked.yaml', 'quoted.yaml', 'flow.yaml', 'begun.yml'] as const)
    t.match(await desk.at(name).read(), { text: files[name] })
})
