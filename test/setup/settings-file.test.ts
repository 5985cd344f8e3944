import { spawnSync } from 'node:child_process'
import { chmodSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import t from 'tap'
import { withDotEnv } from '../../src/base/config.ts'
import { saveVariables } from '../../src/setup/env-file.ts'
import { settingsFile } from '../../src/setup/settings-file.ts'

const asRoot = process.getuid?.() === 0 ? {} : { skip: 'only root can take a folder from another user' }

t.test(
  'settings go beside the program, or beside the data where the program may not be written to',
  asRoot,
  async (t) => {
    const folder = mkdtempSync(join(tmpdir(), 'evergreen-test-'))
    t.teardown(() => rmSync(folder, { recursive: true }))
    const module = new URL('../../src/setup/settings-file.ts', import.meta.url).href
    const ask = (): string =>
      spawnSync(
        process.execPath,
        ['--input-type=module', '--eval', `console.log((await import('${module}')).settingsFile('/data'))`],
        { cwd: folder, uid: 65_534, gid: 65_534, encoding: 'utf8' },
      ).stdout.trim()
    chmodSync(folder, 0o755)
    t.equal(ask(), '/data/.env')
    chmodSync(folder, 0o777)
    t.equal(ask(), '.env')
  },
)

t.test(
  'what was saved beside the data is read by the next start, after .env and the environment',
  async (t) => {
    const dir = t.testdir({ '.env': 'FB_APP_ID=1\n' })
    const dataDir = join(dir, 'data')
    mkdirSync(dataDir)
    await saveVariables(
      { path: join(dataDir, '.env'), template: '' },
      { FB_APP_ID: '2', FB_VERIFY_TOKEN: 'kept', FB_APP_SECRET: 'kept, too' },
    )
    const env = { DATA_DIR: dataDir, FB_APP_SECRET: 'from the environment' }
    t.match(withDotEnv(env, join(dir, '.env')), {
      FB_APP_ID: '1',
      FB_VERIFY_TOKEN: 'kept',
      FB_APP_SECRET: 'from the environment',
    })
    t.equal(settingsFile(dataDir), '.env', 'this user may write here')
  },
)
