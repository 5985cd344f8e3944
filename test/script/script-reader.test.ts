import { join } from 'node:path'
import t from 'tap'
import { MAX_SCRIPT_BYTES } from '../../src/script/limits.ts'
import { createScriptReader } from '../../src/script/script-reader.ts'

t.test(
  'a text that is too large with the line ends of Windows alone is refused with these alone',
  async (t) => {
    const dir = t.testdir()
    const { read } = createScriptReader({
      file: join(dir, 'bot.yaml'),
      dataDir: join(dir, 'data'),
      variables: [],
    })
    const unix = `fallback: { say: x }\n${`${'#'.repeat(63)}\n`.repeat(8150)}`
    const windows = unix.replaceAll('\n', '\r\n')
    t.ok(unix.length <= MAX_SCRIPT_BYTES && windows.length > MAX_SCRIPT_BYTES)
    t.match(read(unix), { script: {} })
    t.match(read(windows), { script: null, error: { mistakes: [{ found: 'a file of 518 KiB' }] } })
    t.equal(read(Buffer.from(unix)), read(unix), 'and the other one is still known')
  },
)

t.test('of a file of a Page that is no script, no mistake is quoted', async (t) => {
  const dir = t.testdir()
  const deps = { file: join(dir, 'compose.yaml'), dataDir: join(dir, 'data'), variables: [] }
  const compose = 'services:\n  bot:\n    KEY: "abc"secret\nlanguage: secret\nPASSWORD: key: secret\n'
  const one = createScriptReader({ ...deps, isOfPage: true })
  for (const content of [compose, Buffer.from(compose)])
    t.match(one.read(content), { script: null, error: { message: /^(?!.*secret).*neither replies nor/s } })
  t.match(one.read(`${compose}replies: {}\n`), { error: { message: /secret/ } }, 'one that may be a script')
  t.match(one.read('{ fallback: { say: x } }'), { script: {} }, 'one that is a script')
  t.match(createScriptReader(deps).read(compose), { error: { message: /secret/ } }, 'the main one')
})
