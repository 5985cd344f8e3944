import { spawn } from 'node:child_process'
import { command, wrongUsage } from '../src/cli/command.ts'
import { DEMO_PORT } from '../src/cures/surroundings.ts'
import { needNote, noDemo, type DemoNote } from './demo-note.ts'
import { passedOn } from './passed-on.ts'
import { processIo } from './process-io.ts'

const demoRepair = command({
  name: 'demo:repair',
  about: `Mends the token of a running demo as an operator would: gets a user token from the sandbox, as the Graph API
Explorer gives one, and runs bootstrap-token with it.`,
  usage: [
    ['npm run demo:repair', `the demo whose chat page is on port ${DEMO_PORT}`],
    ['npm run demo:repair -- PORT', 'the demo on that port'],
  ],
  run: async ({ plain: [port = String(DEMO_PORT), ...more] }) => {
    if (!/^\d{1,5}$/.test(port) || more.length > 0) wrongUsage('It takes one port, a number.')
    return repair(needNote(Number(port)))
  },
})

const repair = async (note: DemoNote): Promise<number> => {
  const answer = await fetch(`${note.sandbox}/sandbox/user-token`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: '{}',
  }).catch((error: unknown) => {
    // The note may be of a demo that was killed.
    throw noDemo(note.port, { cause: error })
  })
  if (!answer.ok) throw new Error(`The sandbox gave no user token (status ${answer.status}).`)
  const { token } = (await answer.json()) as { token: string }
  const child = spawn(process.execPath, ['bin/bootstrap-token.ts', '--all'], {
    cwd: new URL('..', import.meta.url),
    env: { ...passedOn(process.env), ...note.settings, FB_USER_TOKEN: token },
    stdio: ['ignore', 'inherit', 'inherit'],
  })
  return new Promise((resolve) => child.once('exit', (code) => resolve(code ?? 1)))
}

process.exitCode = await demoRepair(process.argv.slice(2), processIo())
