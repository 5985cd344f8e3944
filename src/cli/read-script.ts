import { readFile } from 'node:fs/promises'
import { loadConfig, withDotEnv, type Env } from '../base/config.ts'
import { scriptToRead } from '../script/own-script.ts'
import { wrongUsage } from './command.ts'

/** The script that the bot would read: the one that BOT_SCRIPT names, or bot.yaml, or the sample it would be made of. */
export const ownScript = (env: Env): string =>
  scriptToRead(loadConfig(withDotEnv(env), ['BOT_SCRIPT']).BOT_SCRIPT)

/** The bytes of a script file. @throws BotError `BOT_USAGE` where there are none to read */
export const readScript = async (file: string): Promise<Buffer> => {
  try {
    return await readFile(file)
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : 'unknown'
    return wrongUsage(REASONS[code]?.(file) ?? `${file} cannot be read (${code}).`)
  }
}

/** The data folder, whose files no script may send. */
export const dataDirOf = (env: Env): string => loadConfig(withDotEnv(env), ['DATA_DIR']).DATA_DIR

const REASONS: Record<string, (file: string) => string> = {
  ENOENT: (file) => `There is no file ${file}.`,
  EISDIR: (file) => `${file} is a folder, not a script.`,
  EACCES: (file) => `${file} is a file we may not read.`,
}
