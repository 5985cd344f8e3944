import { readFileSync } from 'node:fs'
import { spawn } from 'node:child_process'
import { DEMO_PORT, demoFile, type DemoNote } from './demo-note.ts'

/**
 * What an operator does when the token has died: gets a user token (from the sandbox, as the Graph API Explorer would
 * give one) and runs the real `bootstrap-token` with it.
 */
const main = async (port: number): Promise<number> => {
  const note = readNote(port)
  if (note === null) {
    process.stderr.write(`No demo runs on port ${port}.\nStart one with: npm run demo\n`)
    return 1
  }
  const answer = await fetch(`${note.sandbox}/sandbox/user-token`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: '{}',
  })
  if (!answer.ok) throw new Error(`The sandbox gave no user token (status ${answer.status}).`)
  const { token } = (await answer.json()) as { token: string }
  const child = spawn(process.execPath, ['bin/bootstrap-token.ts', '--all'], {
    cwd: new URL('..', import.meta.url),
    env: { ...note.env, FB_USER_TOKEN: token },
    stdio: ['ignore', 'inherit', 'inherit'],
  })
  return new Promise((resolve) => child.once('exit', (code) => resolve(code ?? 1)))
}

const readNote = (port: number): DemoNote | null => {
  try {
    return JSON.parse(readFileSync(demoFile(port), 'utf8')) as DemoNote
  } catch {
    return null
  }
}

process.exitCode = await main(Number(process.argv[2] ?? DEMO_PORT))
