import { spawn, type SpawnOptions } from 'node:child_process'
import { createInit, type InitDeps } from '../src/cli/init.ts'
import { processIo } from './process-io.ts'

/** Installs with the npm that runs this process, or with the package manager on the path. */
const install: InitDeps['install'] = (folder, manager) => {
  const npm = process.env['npm_execpath']
  const args = manager === 'npm' ? ['install', '--no-audit', '--no-fund', '--loglevel=error'] : ['install']
  const options: SpawnOptions = { cwd: folder, stdio: ['ignore', 'inherit', 'inherit'] }
  const child =
    manager !== 'npm' || npm === undefined
      ? // On Windows a package manager is a shell script, so a shell is needed.
        spawn(`${manager} ${args.join(' ')}`, { ...options, shell: true })
      : spawn(process.execPath, [npm, ...args], options)
  return new Promise((resolve) => {
    child.once('error', () => resolve(false))
    child.once('exit', (code) => resolve(code === 0))
  })
}

process.exitCode = await createInit({ install })(process.argv.slice(2), processIo())
