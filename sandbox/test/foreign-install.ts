import { spawnSync } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join } from 'node:path'

/** Third-party clients, in a folder of their own with its own lockfile: no dependencies of the product. */
export const FOREIGN_FOLDER = join(import.meta.dirname, 'foreign')

/** An installation that takes longer than this would take the test's own time. */
const INSTALL_TIMEOUT_MS = 90_000

const { dependencies } = JSON.parse(readFileSync(join(FOREIGN_FOLDER, 'package.json'), 'utf8')) as {
  dependencies: Record<string, string>
}

const isInstalled = (): boolean =>
  // npm writes this one last.
  existsSync(join(FOREIGN_FOLDER, 'node_modules', '.package-lock.json')) &&
  Object.entries(dependencies).every(([name, version]) => {
    const file = join(FOREIGN_FOLDER, 'node_modules', name, 'package.json')
    return (
      existsSync(file) && (JSON.parse(readFileSync(file, 'utf8')) as { version: string }).version === version
    )
  })

/** Installs them once for this checkout; the answer is why that could not be. */
const install = (): string | null => {
  if (isInstalled()) return null
  // tap's own loaders are nothing for npm.
  const { NODE_OPTIONS: _loaders, ...env } = process.env
  // None of them needs its install script; one would fetch a program of its own.
  const { status, stderr, error } = spawnSync(
    'npm',
    ['ci', '--prefix', FOREIGN_FOLDER, '--ignore-scripts', '--loglevel=error'],
    { env, encoding: 'utf8', timeout: INSTALL_TIMEOUT_MS },
  )
  if (status === 0 && isInstalled()) return null
  return error?.message ?? (stderr.trim().split('\n').at(-1) || 'npm ci failed')
}

/** Why they could not be installed; null when they are there. */
export const problem = install()

/** `require` as a program in that folder has it. */
export const foreignRequire = createRequire(join(FOREIGN_FOLDER, 'package.json'))
