import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'

/** Runs a command of `bin/` in a folder, which is its data folder, too. */
export const run = async (
  command: string,
  dir: string,
  args: readonly string[],
): Promise<{ code: number | null; stdout: string; stderr: string }> => {
  const { BOT_SCRIPT: _script, ...env } = process.env
  const child = spawn(process.execPath, [join(import.meta.dirname, `../../bin/${command}.ts`), ...args], {
    cwd: dir,
    env: { ...env, DATA_DIR: dir },
  })
  const [stdout, stderr] = await Promise.all([text(child.stdout), text(child.stderr), once(child, 'exit')])
  return { code: child.exitCode, stdout, stderr }
}
