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
