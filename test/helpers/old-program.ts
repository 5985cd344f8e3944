import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync, symlinkSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Test } from 'tap'
import { PROGRAM } from './bot.ts'

/** The last commit before version 5 of the tables of PostgreSQL: its instances keep Pages, and do not know the table of names. */
const COMMIT = '0e76e1f5942c25db84d0737b7a195b1b5ed3e96a'
export const TABLES_OF_OLD = 4
const FOLDERS = ['app', 'bin', 'console', 'plugins', 'routes', 'sandbox', 'src', 'package.json']

const git = (...args: string[]): Buffer =>
  // In CI the checkout may be another user's.
  execFileSync('git', ['-c', 'safe.directory=*', ...args], {
    cwd: PROGRAM,
    stdio: ['ignore', 'pipe', 'ignore'],
    maxBuffer: 64 * 1024 * 1024,
  })

const isThere = (): boolean => {
  try {
    git('cat-file', '-e', `${COMMIT}^{commit}`)
    return true
  } catch {
    return false
  }
}

/** Why a test of an older program cannot run here; false where it can. */
export const withoutHistory: string | false =
  !isThere() && `the history of the repository, with commit ${COMMIT.slice(0, 7)}, is not on this machine`

/** The folder of that program, with the packages of this one. */
export const oldProgram = (t: Test): string => {
  const folder = mkdtempSync(join(tmpdir(), 'evergreen-old-'))
  t.teardown(() => rmSync(folder, { recursive: true, force: true }))
  execFileSync('tar', ['-x', '-C', folder], { input: git('archive', COMMIT, '--', ...FOLDERS) })
  symlinkSync(join(PROGRAM, 'node_modules'), join(folder, 'node_modules'))
  return folder
}
