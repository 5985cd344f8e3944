import { spawn, type SpawnOptions } from 'node:child_process'
import { createInit } from '../src/cli/init.ts'
import { processIo } from './process-io.ts'

/** With the npm that runs this, or else the one on the path. */
const install = (folder: string): Promise<boolean> => {
  const npm = process.env['npm_execpath']
  const args = ['install', '--no-audit', '--no-fund', '--loglevel=error']
  const options: SpawnOptions = { cwd: folder, stdio: ['ignore', 'inherit', 'inherit'] }
  const child =
    npm === undefined
      ? // npm is a script of the shell on Windows.
        spawn(`npm ${args.join(' ')}`, { ...options, shell: true })
      : spawn(process.execPath, [npm, ...args], options)
  return new Promise((resolve) => {
    child.once('error', () => resolve(false))
    child.once('exit', (code) => resolve(code === 0))
  })
}

process.exitCode = await createInit({ install })(process.argv.slice(2), processIo())
