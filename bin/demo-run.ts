import { spawn } from 'node:child_process'
import { command, wrongUsage } from '../src/cli/command.ts'
import { DEMO_PORT } from '../src/cures/surroundings.ts'
import { needNote } from './demo-note.ts'
import { passedOn } from './passed-on.ts'
import { processIo } from './process-io.ts'

/** The commands that can be run on a demo, by their npm names. */
const COMMANDS = [
  'doctor',
  'dead-letters',
  'answers',
  'questions',
  'forget',
  'ask',
  'script:check',
  'bootstrap-token',
]

const demoRun = command({
  name: 'demo:run',
  about: 'Runs a command on a running demo, whose settings are in no file.',
  usage: [
    ['npm run demo:run -- doctor', `one of: ${COMMANDS.join(', ')}`],
    ['npm run demo:run -- dead-letters show ID', 'with arguments of its own'],
  ],
  options: {
    port: { type: 'string', value: 'PORT', about: `of the demo's chat page, where that is not ${DEMO_PORT}` },
  },
  exit: '0 done, 1 failed or no demo runs, 2 wrong usage; otherwise that of the command.',
  run: async ({ values: { port = String(DEMO_PORT) }, plain: [name = '', ...args] }) => {
    if (!/^\d{1,5}$/.test(port)) wrongUsage('--port needs a number.')
    if (!COMMANDS.includes(name)) wrongUsage(`It needs one of: ${COMMANDS.join(', ')}.`)
    const { settings } = needNote(Number(port))
    const child = spawn(process.execPath, [`bin/${name.replace(':', '-')}.ts`, ...args], {
      cwd: new URL('..', import.meta.url),
      env: { ...passedOn(process.env), ...settings },
      stdio: 'inherit',
    })
    return new Promise((resolve) => child.once('exit', (code) => resolve(code ?? 1)))
  },
})

/** Arguments after the name of a command are for that command. */
const asTyped = process.argv.slice(2)
const name = asTyped.findIndex((argument) => COMMANDS.includes(argument))
const argv = name === -1 || asTyped[name + 1] === '--' ? asTyped : asTyped.toSpliced(name + 1, 0, '--')

process.exitCode = await demoRun(argv, processIo())
