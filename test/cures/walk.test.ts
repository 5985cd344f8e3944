import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import t from 'tap'
import { NEED_CAUSES } from '../../src/alerts/causes.ts'
import { createNeeds, type Need } from '../../src/alerts/needs.ts'
import { noticeText } from '../../src/alerts/notice.ts'
import { answers } from '../../src/cli/answers.ts'
import { ask } from '../../src/cli/ask.ts'
import { backup } from '../../src/cli/backup.ts'
import { bootstrapToken } from '../../src/cli/bootstrap-token.ts'
import type { Command } from '../../src/cli/command.ts'
import { deadLetters } from '../../src/cli/dead-letters.ts'
import { doctor } from '../../src/cli/doctor.ts'
import { forget } from '../../src/cli/forget.ts'
import { questions } from '../../src/cli/questions.ts'
import { restore } from '../../src/cli/restore.ts'
import { rotateKey } from '../../src/cli/rotate-token-key.ts'
import { scriptCheck } from '../../src/cli/script-check.ts'
import { BotError } from '../../src/base/errors.ts'
import { fitCommands, surroundingsOf, type Surroundings } from '../../src/cures/surroundings.ts'
import { createFakeClock } from '../helpers/clock.ts'
import { run } from '../cli/run.ts'
import { buildConsole, signedInTab } from '../helpers/console.ts'

const ROOT = fileURLToPath(new URL('../..', import.meta.url))
const FACTS = { hostname: '0123456789ab', isMarked: false, bin: '/app/bin' }
const PLACES: Record<Surroundings['is'], Surroundings> = {
  checkout: surroundingsOf({}, { ...FACTS, pid: 9, ppid: 8, bin: 'bin' }),
  folder: surroundingsOf({}, { ...FACTS, pid: 9, ppid: 8, bin: join(ROOT, 'bin') }),
  service: surroundingsOf({ EVERGREEN_COMMAND: 'sudo evergreen' }, { ...FACTS, pid: 9, ppid: 1 }),
  container: surroundingsOf({}, { ...FACTS, pid: 1, ppid: 0 }),
  demo: surroundingsOf({ EVERGREEN_DEMO: '4000' }, { ...FACTS, pid: 9, ppid: 8 }),
}
const COMMANDS: Record<string, Command> = {
  answers,
  ask,
  'bootstrap-token': bootstrapToken,
  'dead-letters': deadLetters,
  doctor,
  forget,
  'script:check': scriptCheck,
}
const { scripts } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as {
  scripts: Record<string, string>
}

/** Every command that some text of the program tells a person to run, as it stands there. */
const told = readdirSync(join(ROOT, 'src'), { recursive: true, encoding: 'utf8' })
  .filter((name) => name.endsWith('.ts') && !name.startsWith('cli'))
  .flatMap((name) =>
    [
      ...readFileSync(join(ROOT, 'src', name), 'utf8').matchAll(
        /(?<!^[ ]*(?:\*|\/\/|\/\*\*).*)\bnpm (?:run [a-z][\w:-]*|start\b)(?: -- [^`"'\\]+)?/gm,
      ),
    ].map(([text]) => ({ name, text: text.replace(/\$\{[^}]*\}?/g, '1001').trim() })),
  )

t.test('every command in a cure is one, wherever the bot runs', async (t) => {
  t.ok(told.length > 15)
  for (const { name, text } of told) {
    const [, script = 'start'] = /^npm run ([\w:-]+)/.exec(text) ?? []
    t.ok(scripts[script], `${name}: ${text}`)
    const inDemo = fitCommands(text, PLACES.demo)
    const [, demoScript = ''] = /^npm run ([\w:-]+)/.exec(inDemo) ?? []
    t.ok(scripts[demoScript], `in the demo: ${inDemo}`)
    const inContainer = fitCommands(text, PLACES.container)
    t.notMatch(inContainer, /npm (run|start)/, 'an image has no npm to run')
    t.match(fitCommands(text, PLACES.service), new RegExp(`^sudo evergreen ${script}\\b`))
    for (const cure of [inContainer, fitCommands(text, PLACES.folder)]) {
      const [, file] = /node (?:bot )?(\S+)/.exec(cure) ?? []
      if (file === undefined) t.match(cure, /^docker restart/)
      else t.ok(readdirSync(join(ROOT, 'bin')).includes(file.replace(/^.*bin\//, '')), cure)
    }
  }
})

t.test('the arguments that a cure gives are taken by its command', async (t) => {
  const dir = t.testdir()
  const env = {
    FB_APP_ID: '1',
    FB_APP_SECRET: 'x'.repeat(32),
    FB_VERIFY_TOKEN: 'v',
    FB_GRAPH_URL: 'http://127.0.0.1:9',
  }
  for (const { name, text } of told) {
    const [, script = '', args = ''] = /^npm run ([\w:-]+)(?: -- (.+))?$/.exec(text) ?? []
    const command = COMMANDS[script]
    if (command === undefined || script === 'doctor' || script === 'ask') continue
    const { code, stderr } = await run(command, dir, args === '' ? [] : args.split(/\s+/), {
      env,
      stdin: 'EAAtoken',
    })
    // It fails for want of a database or of Facebook, never of its own words or of a setting that is there.
    t.not(code, 2, `${name}: ${text}: ${stderr}`)
    t.notMatch(stderr, /is missing|no option/, `${name}: ${text}`)
  }
})

t.test('each need is told in every place with commands of that place', async (t) => {
  for (const surroundings of Object.values(PLACES)) {
    const needs = createNeeds({ clock: createFakeClock(), surroundings })
    for (const cause of NEED_CAUSES) {
      const need: Need = {
        pageId: '1001',
        pageName: 'Bakery',
        cause,
        what: 'What.',
        remedy: 'Run `npm run bootstrap-token -- --page 1001`, or `npm run doctor`.',
        byToken: true,
      }
      needs.raise(need)
    }
    const noticed = needs
      .open()
      .map((need) => ({ ...need, waiting: null, visitors: null, firstWindowEndsMs: null }))
    t.equal(noticed.length, NEED_CAUSES.length)
    for (const consoleUrl of [undefined, 'https://bot.example.com/operator']) {
      for (const need of noticed) {
        const text = noticeText({ kind: 'needed', needs: [need], atMs: 0, consoleUrl })
        const expected = {
          checkout: 'npm run bootstrap-token -- --page 1001',
          folder: `node ${join(ROOT, 'bin')}/bootstrap-token.ts --page 1001`,
          service: 'sudo evergreen bootstrap-token --page 1001',
          container: 'docker exec -it 0123456789ab',
          demo: 'npm run demo:repair',
        }
        t.match(text, expected[surroundings.is])
        if (surroundings.is !== 'checkout') t.notMatch(text, 'npm run bootstrap-token')
        if (consoleUrl !== undefined)
          t.match(text, /To do: Open https:.*Continue with Facebook/, 'what a telephone can do comes first')
      }
    }
  }
})

const NPM = /\bnpm (run|start)/

t.test('the help and the errors of each command are spelled for the place', async (t) => {
  const dir = t.testdir()
  const all = { ...COMMANDS, backup, questions, restore, 'rotate-token-key': rotateKey }
  for (const [name, command] of Object.entries(all)) {
    const env = { EVERGREEN_COMMAND: 'sudo evergreen' }
    const help = await run(command, dir, ['--help'], { env })
    t.match(help.stdout, `  sudo evergreen ${name}`)
    t.notMatch(help.stdout, NPM, name)
    t.notMatch(help.stdout, /after --|^ {2}[A-Z_]+=/m, 'no word of npm, and nothing that does not get there')
    t.notMatch((await run(command, dir, ['--none'], { env })).stderr, NPM, name)
  }
})

t.test('console, /readyz, log and repair of a running bot are spelled for the place', async (t) => {
  const { app, log } = await buildConsole(t, { surroundings: PLACES.service })
  const page = await (await signedInTab(app)).get('/operator')
  t.match(page, { statusCode: 200, body: /sudo evergreen bootstrap-token/ })
  app.log.error(
    { err: new BotError('BOT_STORE_DAMAGED', 'Damaged.', { remedy: 'Run `npm run doctor`.' }) },
    'x',
  )
  t.match(log(), '"remedy":"Run `sudo evergreen doctor`."')

  const steps: string[] = []
  const report = ({ text }: { text: string }) => void steps.push(text)
  const refused = await app.bootstrapToken({ userToken: 'EAAnone', report }).catch((error: BotError) => error)
  t.match(refused, { code: /^BOT_/ })
  const ready = await app.inject('/readyz')
  const everything = [page.body, ready.body, log(), (refused as BotError).remedy, ...steps].join('\n')
  t.notMatch(everything, NPM)
})
