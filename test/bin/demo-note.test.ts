import { chmodSync, chownSync, mkdirSync, mkdtempSync, symlinkSync, utimesSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { DEMO_FOLDER, findNote, leaveNote, type DemoNote } from '../../bin/demo-note.ts'
import { runProcess } from '../cli/run.ts'
import { freePort } from '../helpers/ports.ts'

const SETTINGS: DemoNote['settings'] = {
  FB_APP_ID: '1',
  FB_APP_SECRET: 'hush',
  FB_VERIFY_TOKEN: 'v',
  FB_GRAPH_URL: 'http://127.0.0.1:4000',
  FB_LOGIN_URL: 'http://127.0.0.1:4000',
  BOT_SCRIPT: 'bot.example.yaml',
  EVERGREEN_DEMO: '4000',
  DATA_DIR: '/tmp/x',
}
const NOTE: DemoNote = { port: 4000, sandbox: 'http://127.0.0.1:4000', settings: SETTINGS }

const plant = (folder: string, mode = 0o600): string => {
  mkdirSync(folder, { recursive: true, mode: 0o700 })
  writeFileSync(join(folder, 'note.json'), JSON.stringify(NOTE), { mode })
  return folder
}

t.test('a demo is found by its port, the newest where one was killed', async (t) => {
  const root = t.testdir()
  const killed = mkdtempSync(join(root, DEMO_FOLDER))
  leaveNote(killed, { ...NOTE, settings: { ...SETTINGS, DATA_DIR: '/tmp/old' } })
  utimesSync(killed, 1, 1)
  leaveNote(mkdtempSync(join(root, DEMO_FOLDER)), NOTE)
  leaveNote(mkdtempSync(join(root, DEMO_FOLDER)), { ...NOTE, port: 4001, sandbox: 'http://127.0.0.1:4001' })

  t.same(findNote(4000, root), NOTE)
  t.match(findNote(4001, root), { sandbox: 'http://127.0.0.1:4001' })
  t.equal(findNote(4002, root), null)
})

t.test('no variable but the known ones gets into the environment of a process', async (t) => {
  const root = t.testdir()
  const folder = plant(join(root, `${DEMO_FOLDER}abc`))
  const settings = { ...SETTINGS, NODE_OPTIONS: '--import=/tmp/evil.mjs', PATH: '/tmp/evil' }
  writeFileSync(join(folder, 'note.json'), JSON.stringify({ ...NOTE, settings }))
  t.same(findNote(4000, root)?.settings, SETTINGS)
})

t.test('what other users may have put there, or nonsense, is no note and no obstacle', async (t) => {
  const root = t.testdir()
  chmodSync(plant(join(root, `${DEMO_FOLDER}open`)), 0o755)
  plant(join(root, `${DEMO_FOLDER}readable`), 0o644)
  const elsewhere = plant(join(root, 'elsewhere'))
  symlinkSync(elsewhere, join(root, `${DEMO_FOLDER}link`))
  const linked = join(root, `${DEMO_FOLDER}linked`)
  mkdirSync(linked, { mode: 0o700 })
  symlinkSync(join(elsewhere, 'note.json'), join(linked, 'note.json'))
  writeFileSync(join(root, `${DEMO_FOLDER}file`), JSON.stringify(NOTE), { mode: 0o600 })
  mkdirSync(join(plant(join(root, `${DEMO_FOLDER}folder`)), 'sub'))
  for (const text of ['', '{', 'null', '[]', '7', '{"port":4000}', '{"port":4000,"settings":null}']) {
    const folder = mkdtempSync(join(root, DEMO_FOLDER))
    writeFileSync(join(folder, 'note.json'), text, { mode: 0o600 })
  }
  if (process.getuid?.() === 0) chownSync(plant(join(root, `${DEMO_FOLDER}foreign`)), 65534, 65534)
  chmodSync(join(root, `${DEMO_FOLDER}folder`), 0o750)

  t.equal(findNote(4000, root), null)
  const own = mkdtempSync(join(root, DEMO_FOLDER))
  leaveNote(own, NOTE)
  t.same(findNote(4000, root), NOTE)
})

t.test('a process of the demo reads no .env: a real token never meets the sandbox', async (t) => {
  const real = {
    FB_APP_ID: '7',
    FB_APP_SECRET: 'hush',
    FB_USER_TOKEN: 'EAAhush',
    FB_GRAPH_URL: 'http://127.0.0.1:9',
  }
  const lines = Object.entries(real).map(([name, value]) => `${name}=${value}\n`)
  const dir = t.testdir({ '.env': lines.join('') })
  const outside = await runProcess('bin/bootstrap-token.ts', dir, ['--json'])
  t.match(outside, { code: 1, stderr: /Facebook could not be reached/ }, 'elsewhere it does')
  const inside = await runProcess('bin/bootstrap-token.ts', dir, ['--json'], { EVERGREEN_DEMO: '4000' })
  t.match(inside, { code: 1, stderr: /FB_APP_ID is missing[^]*FB_APP_SECRET is missing/ })
})

t.test('the repair of a demo that was killed says that none runs', async (t) => {
  const TMPDIR = t.testdir()
  const port = await freePort()
  leaveNote(mkdtempSync(join(TMPDIR, DEMO_FOLDER)), { ...NOTE, port, sandbox: `http://127.0.0.1:${port}` })
  const ended = await runProcess('bin/demo-repair.ts', TMPDIR, [String(port)], { TMPDIR })
  t.match(ended, { code: 1, stderr: new RegExp(`^No demo runs on port ${port}\\.\\nStart one with: .*demo`) })
})

t.test('a demo that can make no temporary folder says what to do', async (t) => {
  const { code, stderr } = await runProcess('bin/demo.ts', t.testdir(), [], { TMPDIR: '/not-there' })
  t.equal(code, 1)
  t.equal(
    stderr,
    `The demo cannot make a folder in /not-there (ENOENT).
Set TMPDIR to a folder that this user may write to, on a disk with room.
`,
  )
})
