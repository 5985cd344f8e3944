import { execFileSync } from 'node:child_process'
import fs, { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { syncBuiltinESMExports } from 'node:module'
import { join } from 'node:path'
import t, { type Test } from 'tap'
import { createInit } from '../../src/cli/init.ts'
import { COMMANDS } from '../../src/cli/names.ts'
import { run, runProcess } from './run.ts'

const ROOT = join(import.meta.dirname, '../..')
const manifestIn = (folder: string) =>
  JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as {
    version: string
    scripts: Record<string, string>
    dependencies: Record<string, string>
  }
const installed = createInit({ install: async () => true })

t.test('init makes a folder whose package.json names the program and every command', async (t) => {
  const dir = t.testdir()
  const folder = join(dir, 'deep/my-bot')
  const { code, stdout } = await run(installed, dir, [folder])
  t.equal(code, 0)
  t.match(stdout, `cd ${folder}\n  npm run demo`)
  const { scripts, dependencies } = manifestIn(folder)
  t.strictSame(dependencies, { 'evergreen-messenger': `^${manifestIn(ROOT).version}` })
  t.equal(scripts['bootstrap-token'], 'evergreen-messenger bootstrap-token')
  t.match(scripts['start'], /node --max.* node_modules\/evergreen-messenger\/bin\/serve\.js$/)
  t.notOk(existsSync(join(folder, '.env')), 'the set-up has yet to write it')
  t.match(readFileSync(join(folder, '.gitignore'), 'utf8'), /^\.env$/m)
})

t.test('the commands of the package are those of a checkout that are for operators', async (t) => {
  const forDevelopers = ['clients', 'bench', 'script:schema']
  const inCheckout = Object.entries(manifestIn(ROOT).scripts).flatMap(([name, script]) => {
    const [, file] =
      /^(?:[A-Z_]+=\d+ )*exec node (?:--import \S+ |--\S+ )*((?:bin|sandbox)\/[\w/.-]+)/.exec(script) ?? []
    return file === undefined || forDevelopers.includes(name) ? [] : [[name, file]]
  })
  t.strictSame(
    Object.fromEntries(Object.entries(COMMANDS).map(([name, one]) => [name, one?.file])),
    Object.fromEntries(inCheckout),
  )
})

/** Lets a test take the place of `writeFileSync`; `real` is Node's own. */
const standInForWrites = (t: Test) => {
  const { writeFileSync: real } = fs
  const use = (other: typeof real): void => {
    fs.writeFileSync = other
    syncBuiltinESMExports()
  }
  t.teardown(() => use(real))
  return { real, use }
}

t.test('a disk that gets full leaves the folder empty for the next try, and is told as that', async (t) => {
  const folder = join(t.testdir(), 'my-bot')
  const { real, use } = standInForWrites(t)
  use((path, ...more) => {
    real(path, ...more)
    if (String(path).endsWith('README.md'))
      throw Object.assign(new Error('full'), { code: 'ENOSPC', syscall: 'write' })
  })
  const full = { code: 1, stderr: /^The disk of .*my-bot is full \(ENOSPC\)\.\nMake room/ }
  t.match(await run(installed, '', [folder]), full)
  t.strictSame(readdirSync(folder), [])
  use(real)
  t.match(await run(installed, '', [folder]), { code: 0 })
})

t.test('a file that another program makes meanwhile is left to it', async (t) => {
  const folder = join(t.testdir(), 'my-bot')
  const { real, use } = standInForWrites(t)
  use((path, ...more) => {
    if (String(path).endsWith('README.md')) real(path, 'of another program')
    real(path, ...more)
  })
  t.match(await run(installed, '', [folder]), { code: 2 })
  t.strictSame(readdirSync(folder), ['README.md'])
})

t.test('init leaves a folder alone that holds something', async (t) => {
  const dir = t.testdir({ full: { 'bot.yaml': 'mine' }, file: '' })
  const refused = await run(installed, dir, [join(dir, 'full')])
  t.match(refused, { code: 2, stderr: /not empty/ })
  t.strictSame(readdirSync(join(dir, 'full')), ['bot.yaml'])
  t.match(await run(installed, dir, [join(dir, 'file')]), {
    code: 2,
    stderr: /is that of a file\.\nName another/,
  })
  t.match(await run(installed, dir, []), { code: 2, stderr: /needs one folder/ })

  mkdirSync(join(dir, 'repository/.git'), { recursive: true })
  t.equal(
    (await run(installed, dir, [join(dir, 'repository')])).code,
    0,
    'a fresh repository is empty enough',
  )
})

t.test(
  'init that was cut off goes on when it is run again, and takes no file of another hand for its own',
  async (t) => {
    const dir = t.testdir()
    const folder = join(dir, 'my-bot')
    await run(installed, dir, [folder])
    const whole = readFileSync(join(folder, 'README.md'), 'utf8')
    // Killed while it wrote, and then while npm installed.
    rmSync(join(folder, '.gitignore'))
    writeFileSync(join(folder, 'README.md'), whole.slice(0, 20))
    mkdirSync(join(folder, 'node_modules'))
    t.match(await run(installed, dir, [folder]), { code: 0, stdout: /Your bot is in/ })
    t.equal(readFileSync(join(folder, 'README.md'), 'utf8'), whole)
    t.ok(existsSync(join(folder, '.gitignore')))

    mkdirSync(join(dir, 'other/node_modules'), { recursive: true })
    t.match(await run(installed, dir, [join(dir, 'other')]), { code: 2, stderr: /is not empty/ })
    // A folder with the name of a file, and names that every object of JavaScript has.
    for (const name of ['README.md', 'constructor', '__proto__']) {
      mkdirSync(join(dir, `with-${name}`, name), { recursive: true })
      const refused = await run(installed, dir, [join(dir, `with-${name}`)])
      t.match(refused, { code: 2, stderr: /is not empty/ }, name)
    }
    for (const [name, text] of [
      ['bot.yaml', 'replies: {}'],
      ['.env', ''],
    ] as const) {
      const before = existsSync(join(folder, name)) ? readFileSync(join(folder, name)) : null
      writeFileSync(join(folder, name), text)
      t.match(await run(installed, dir, [folder]), { code: 2, stderr: /is not empty/ })
      t.equal(readFileSync(join(folder, name), 'utf8'), text)
      if (before === null) rmSync(join(folder, name))
      else writeFileSync(join(folder, name), before)
    }
  },
)

t.test('init prints commands that can be pasted, whatever the folder is called', async (t) => {
  const dir = t.testdir()
  for (const name of ['my bot', 'O"Brien $HOME', 'größe & co', "it's", '机器人']) {
    const folder = join(dir, name)
    const { code, stdout } = await run(installed, dir, [folder])
    t.equal(code, 0, name)
    const [, command = ''] = /^ {2}(cd .*)$/m.exec(stdout) ?? []
    t.equal(execFileSync('sh', ['-c', `${command} && pwd`], { encoding: 'utf8' }), `${folder}\n`, command)
  }
  t.match(await run(createInit({ install: async () => false }), dir, [join(dir, 'a b')]), {
    stderr: /cd "[^"]*a b" && npm install/,
  })
  writeFileSync(join(t.testdir(), '.DS_Store'), '')
  t.equal(
    (await run(installed, t.testdirName, [t.testdirName])).code,
    0,
    'what a file manager left is nothing',
  )
})

t.test('init says what is left to do when npm fails, and when it is not asked', async (t) => {
  const dir = t.testdir()
  const failing = createInit({ install: async () => false })
  const failed = await run(failing, dir, [join(dir, 'one')])
  t.match(failed, { code: 1, stderr: /npm could not install.*\n.*npm install/ })
  t.ok(existsSync(join(dir, 'one/bot.yaml')))
  const files = await run(failing, dir, [join(dir, 'two'), '--no-install'])
  t.match(files, { code: 0, stdout: /\n {2}npm install\n/ })
})

t.test('init installs with the package manager that runs it, and says how that one upgrades', async (t) => {
  const dir = t.testdir()
  for (const [agent, name, upgrade, isYarn] of [
    ['npm/11.19.1 node/v24.21.0 linux x64', 'npm', 'npm update', false],
    ['pnpm/12.21.0 npm/? node/v24.21.0', 'pnpm', 'pnpm update', false],
    ['yarn/1.22.22 npm/? node/v24.21.0', 'yarn', 'yarn upgrade', false],
    ['yarn/4.18.1 npm/? node/v24.21.0', 'yarn', 'yarn up', true],
    ['bun/1.4.5 npm/? node/v24.3.0', 'bun', 'bun update', false],
    ['something/1.0.0', 'npm', 'npm update', false],
  ] as const) {
    const folder = join(dir, agent.replace(/\W+/g, '-'))
    const asked: string[] = []
    const asking = createInit({
      install: async (_folder, manager) => {
        asked.push(manager)
        return true
      },
    })
    const { stdout } = await run(asking, dir, [folder], { env: { npm_config_user_agent: agent } })
    t.strictSame(asked, [name], agent)
    t.match(stdout, `Upgrade: ${upgrade} evergreen-messenger\n`)
    // Without it Yarn makes no node_modules, which `npm start` looks into.
    t.equal(existsSync(join(folder, '.yarnrc.yml')), isYarn, agent)
    if (isYarn) t.equal(readFileSync(join(folder, '.yarnrc.yml'), 'utf8'), 'nodeLinker: node-modules\n')
  }
})

t.test('init starts the npm that runs it, or another package manager, in the folder', async (t) => {
  const dir = t.testdir({
    'npm.js': 'console.log(["npm", ...process.argv.slice(2), process.cwd()].join(" "))',
  })
  writeFileSync(join(dir, 'yarn'), '#!/bin/sh\necho yarn "$@" "$PWD"\n', { mode: 0o755 })
  const installs = async (folder: string, agent: string): Promise<string> => {
    const { stdout } = await runProcess('bin/init.ts', dir, [folder], {
      PATH: `${dir}:${process.env['PATH']}`,
      npm_execpath: join(dir, 'npm.js'),
      npm_config_user_agent: agent,
    })
    return stdout.split('\n', 1)[0] ?? ''
  }
  t.equal(await installs('one', 'yarn/4.18.1 npm/? node/v24.21.0'), `yarn install ${dir}/one`)
  t.match(
    await installs('two', 'npm/11.19.1 node/v24.21.0'),
    new RegExp(`^npm install --no-audit .*${dir}/two$`),
  )
})

t.test('init takes the program from a tarball, too', async (t) => {
  const dir = t.testdir()
  writeFileSync(join(dir, 'program.tgz'), '')
  const specs: [given: string, written: string][] = [
    [join(dir, 'program.tgz'), 'file:../program.tgz'],
    [`file:${join(dir, 'program.tgz')}`, 'file:../program.tgz'],
    ['https://example.com/program.tgz', 'https://example.com/program.tgz'],
    ['2.x', '2.x'],
  ]
  for (const [index, [given, written]] of specs.entries()) {
    const folder = join(dir, `bot-${index}`)
    const { code, stdout } = await run(installed, dir, [folder, '--program', given])
    t.equal(code, 0)
    const upgrade = given.endsWith('.tgz')
      ? 'npm install PATH_OF_THE_NEWER.tgz'
      : 'npm update evergreen-messenger'
    t.match(stdout, `Upgrade: ${upgrade}\n`, 'npm update leaves a tarball as it is')
    t.strictSame(manifestIn(folder).dependencies, { 'evergreen-messenger': written })
  }
})
