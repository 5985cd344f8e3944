import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { PassThrough, Readable } from 'node:stream'
import { text } from 'node:stream/consumers'
import type { Command } from '../../src/cli/command.ts'
import { COMPILED } from '../helpers/compiled.ts'

export interface Ended {
  code: number | null
  stdout: string
  stderr: string
}

/** Runs a command in this process, in a data folder; `stdin: null` is a pipe that stays open and silent. */
export const run = async (
  command: Command,
  dir: string,
  args: readonly string[] = [],
  { env = {}, stdin = '' }: { env?: Record<string, string>; stdin?: string | null } = {},
): Promise<Ended> => {
  const stdout = new PassThrough()
  const stderr = new PassThrough()
  const said = Promise.all([text(stdout), text(stderr)])
  const code = await command(args, {
    env: { DATA_DIR: dir, ...env },
    stdin: stdin === null ? new PassThrough() : Readable.from([Buffer.from(stdin)]),
    stdout,
    stderr,
    onInterrupt: () => undefined,
  })
  stdout.end()
  stderr.end()
  const [out, err] = await said
  return { code, stdout: out, stderr: err }
}

/** Runs a file of `bin/`, of this program or another one, as a process of its own, in a folder. */
export const runProcess = async (
  file: string,
  cwd: string,
  args: readonly string[] = [],
  env: Record<string, string> = {},
  program = join(import.meta.dirname, '../..'),
): Promise<Ended> => {
  const child = spawn(process.execPath, [join(program, 'bin', file), ...args], {
    cwd,
    env: { ...COMPILED, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  const [stdout, stderr] = await Promise.all([text(child.stdout), text(child.stderr), once(child, 'close')])
  return { code: child.exitCode, stdout, stderr }
}
