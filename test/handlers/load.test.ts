import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import t from 'tap'
import { loadHandlers } from '../../src/handlers/load.ts'
import { asNobody, asRoot } from '../helpers/as-nobody.ts'

const API = pathToFileURL(join(import.meta.dirname, '../../src/handlers/bot.ts')).href

t.test('a module with a bot is loaded, in TypeScript or JavaScript', async (t) => {
  const dir = t.testdir({
    'bot.ts': `import { defineBot } from '${API}'\nconst said: string = 'x'\nexport const bot = defineBot().hears('hi', (ctx) => ctx.reply(said))`,
    'bot.mjs': `import { defineBot } from '${API}'\nexport const bot = defineBot()`,
  })
  t.equal((await loadHandlers(join(dir, 'bot.ts'))).definition.handlers.length, 1)
  t.ok(await loadHandlers(join(dir, 'bot.mjs')))
})

t.test('a module that this user may not read is not told as missing', asRoot, async (t) => {
  const dir = mkdtempSync(join(tmpdir(), 'evergreen-test-'))
  t.teardown(() => rmSync(dir, { recursive: true }))
  chmodSync(dir, 0o755)
  const file = join(dir, 'closed/bot.mjs')
  mkdirSync(join(dir, 'closed'), { mode: 0o700 })
  writeFileSync(file, `import { defineBot } from '${API}'\nexport const bot = defineBot()`)
  // Looked for before anything is awaited.
  const loading = asNobody(() => loadHandlers(file))
  await t.rejects(loading, {
    code: 'BOT_HANDLERS_INVALID',
    message: `The handlers in ${file} cannot be read (EACCES).`,
    remedy: /^Let the user of the bot read the file/,
  })
})

t.test(
  'a module that is missing, broken or without a bot is refused at start, with the reason',
  async (t) => {
    const dir = t.testdir({
      'syntax.mjs': 'export const = 1',
      'throws.mjs': 'throw new Error("no database")',
      'none.mjs': 'export const handlers = {}',
      'other.mjs': 'export const bot = { on: () => {} }',
      'null.mjs': 'export const bot = null',
      'later.mjs': `import { defineBot } from '${API}'\nexport const bot = defineBot().on('message', 'not a function')`,
    })
    const reasons: Record<string, RegExp> = {
      'gone.ts': /^There is no file \S+gone\.ts/,
      'syntax.mjs': /cannot be loaded/,
      'throws.mjs': /no database/,
      'none.mjs': /exports no "bot"/,
      'other.mjs': /exports no "bot"/,
      'null.mjs': /exports no "bot"/,
      'later.mjs': /a handler is a function/,
    }
    for (const [file, message] of Object.entries(reasons)) {
      await t.rejects(
        loadHandlers(join(dir, file)),
        {
          code: 'BOT_HANDLERS_INVALID',
          message,
          remedy: file === 'gone.ts' ? /BOT_HANDLERS its path/ : /handlers/,
        },
        file,
      )
    }
  },
)

t.test('a module that is refused is refused with the line, be it of a file it imports', async (t) => {
  const dir = t.testdir({
    'with space': {
      'syntax.ts': 'export const a = 1\n\nexport const bot = (\n',
      'enum.ts': 'const x: number = 1\nenum Size {\n  Small,\n}\nexport const bot = x',
      'throws.mjs': 'const settings = {}\nexport const bot = settings.shop.url',
      'later.mjs': `import { defineBot } from '${API}'\n\nexport const bot = defineBot().use('x')`,
      'imports.mjs': "import './syntax.ts'",
      'name.ts': `import { defineBot, Context } from '${API}'\nexport const bot = defineBot()`,
    },
  })
  const places: Record<string, string> = {
    'syntax.ts': 'syntax.ts:3',
    'enum.ts': 'enum.ts:2',
    'throws.mjs': 'throws.mjs:2',
    'later.mjs': 'later.mjs:3',
    'imports.mjs': 'syntax.ts:3',
    'name.ts': 'name.ts:1',
  }
  for (const [file, place] of Object.entries(places)) {
    const refusal = loadHandlers(join(dir, 'with space', file))
    const error = await refusal.then(
      () => null,
      (refused: Error) => refused,
    )
    t.equal(error?.message.match(/ \((\/.*)\)$/)?.[1], join(dir, 'with space', place), file)
  }
})

t.test(
  'Node.js does not say the line of a syntax error in JavaScript, so the refusal says what does',
  async (t) => {
    const file = join(t.testdir({ 'bot.mjs': "export const bot = (\n'x'" }), 'bot.mjs')
    await t.rejects(loadHandlers(file), {
      code: 'BOT_HANDLERS_INVALID',
      remedy: `Run \`node --check ${file}\` to see the line`,
    })
  },
)

t.test('a module anywhere imports the API by the name of the package', async (t) => {
  const dir = mkdtempSync(join(tmpdir(), 'evergreen-handlers-'))
  t.teardown(() => rmSync(dir, { recursive: true }))
  const file = join(dir, 'bot.ts')
  writeFileSync(
    file,
    "import { defineBot, text } from 'evergreen-messenger/handlers'\nexport const bot = defineBot().hears('hi', (ctx) => ctx.reply(text('hello')))",
  )
  t.equal((await loadHandlers(file)).definition.handlers.length, 1)
})
