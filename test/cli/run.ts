import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { PassThrough, Readable } from 'node:stream'
import { text } from 'node:stream/consumers'
import type { Command } from '../../src/cli/command.ts'
import { COMPILED } from '../helpers/compiled.ts'

const PROGRAM = join(import.meta.dirname, '../..')

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

/** Runs a file, such as `bin/ask.ts`, of this program or another one as a process of its own, in a folder. */
export const runProcess = async (
  file: string,
  cwd: string,
  args: readonly string[] = [],
  env: Record<string, string> = {},
  program = PROGRAM,
): Promise<Ended> => {
  const child = spawn(process.execPath, [join(program, file), ...args], {
    cwd,
    env: { ...COMPILED, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  const [stdout, stderr] = await Promise.all([text(child.stdout), text(child.stderr), once(child, 'close')])
  return { code: child.exitCode, stdout, stderr }
}

/** What a file of the program prints for `--help`: by its command in this process, where the file does no more than call that one. */
export const helpOf = async (file: string, dir: string): Promise<Ended & { isSpawned: boolean }> => {
  const [, name = '', from = ''] = CALLS_A_COMMAND.exec(readFileSync(join(PROGRAM, file), 'utf8')) ?? []
  if (from === '') return { ...(await runProcess(file, dir, ['--help'])), isSpawned: true }
  const { [name]: command } = (await import(join(PROGRAM, from))) as Record<string, Command>
  if (command === undefined) throw new TypeError(`${from} has no ${name}.`)
  return { ...(await run(command, dir, ['--help'])), isSpawned: false }
}

const CALLS_A_COMMAND =
  /^import \{ (\w+) \} from '\.\.\/(src\/cli\/[\w-]+\.ts)'\n[^]*^(?:process\.exitCode|const code) = await \1\(process\.argv\.slice\(2\), processIo\(\)\)$/m
