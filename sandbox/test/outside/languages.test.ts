import { spawn, spawnSync } from 'node:child_process'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { startSandbox } from '../lab.ts'
import { certificates, FOLDER } from './certificates.ts'

/** The pages of docs/sandbox/, how their program is run, and a command that fails where something for it is missing. */
const LANGUAGES = [
  { page: 'node', file: 'me.mjs', command: 'node me.mjs', probe: 'command -v node' },
  { page: 'python', file: 'me.py', command: 'python3 me.py', probe: 'command -v python3' },
  { page: 'php', file: 'me.php', command: 'php me.php', probe: 'command -v php' },
  { page: 'ruby', file: 'me.rb', command: 'ruby me.rb', probe: 'command -v ruby' },
  { page: 'go', file: 'me.go', command: 'go run me.go', probe: 'command -v go' },
  {
    page: 'java',
    file: 'Me.java',
    // One compiler and one collector: a program that runs for a second needs no more.
    command: 'java -XX:TieredStopAtLevel=1 -XX:+UseSerialGC Me.java',
    probe: 'command -v java',
  },
  {
    page: 'csharp',
    file: 'Me.cs',
    command:
      'cert-sync --quiet --user .sandbox-tls/ca-bundle.pem >/dev/null && mcs -r:System.Net.Http.dll Me.cs && https_proxy=$HTTPS_PROXY http_proxy=$HTTPS_PROXY mono Me.exe',
    // A Mono with only its compiler has no library for HTTP.
    probe:
      'command -v cert-sync && command -v mono && echo "class A { static void Main() {} }" >A.cs && mcs -r:System.Net.Http.dll A.cs',
  },
]

const DOCS = join(import.meta.dirname, '..', '..', '..', 'docs', 'sandbox')

const succeeds = (command: string) => spawnSync('sh', ['-c', command], { cwd: FOLDER }).status === 0

const shell = (script: string, token: string) =>
  new Promise<string>((resolve) => {
    const { NODE_OPTIONS: _loaders, ...outside } = process.env
    // What is kept for a user of Mono lands in the folder of the test.
    const env = {
      ...outside,
      TOKEN: token,
      HOME: FOLDER,
      GOCACHE: join(FOLDER, '.cache'),
      PYENV_ROOT: outside['PYENV_ROOT'] ?? `${outside['HOME']}/.pyenv`,
    }
    const child = spawn('sh', ['-ec', script], { cwd: FOLDER, env })
    let output = ''
    for (const stream of [child.stdout, child.stderr])
      stream.setEncoding('utf8').on('data', (text: string) => (output += text))
    child.on('close', () => resolve(output))
  })

// As a reader would do it: the sandbox and what its pages promise run in one folder. The programs mostly wait.
t.test('the lines and the programs of docs/sandbox/ reach the sandbox', { jobs: 2 }, async (t) => {
  const sandbox = await startSandbox(t, { tls: { certificates, port: 0 } })
  const { port } = new URL(sandbox.origin)
  const token = sandbox.userToken()
  const reach = ({ page, file, command, probe }: (typeof LANGUAGES)[number]) => {
    const skip = succeeds(probe) ? false : `this fails: ${probe}`
    return t.test(`those of ${page}.md`, { skip }, async (t) => {
      const text = readFileSync(join(DOCS, `${page}.md`), 'utf8')
      const [lines = '', program = ''] = [...text.matchAll(/^```\w+\n(.*?)^```$/gms)].map(
        ([, code = '']) => code,
      )
      t.equal(lines.trim().split('\n').length, 3, 'three lines')
      writeFileSync(join(FOLDER, file), program)
      const exports = lines
        .replaceAll(':4000', `:${port}`)
        .replaceAll('=4000', `=${port}`)
        .replace(/^export TOKEN=.*/m, '')
      t.match(await shell(`${exports}\n${command}`, token), /Olivia Operator/)
    })
  }
  await Promise.all(LANGUAGES.map(reach))
})
