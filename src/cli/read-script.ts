import { readFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { codeOf } from '../base/error-code.ts'
import { loadConfig, withDotEnv, type Env } from '../base/config.ts'
import { SCRIPT_VARIABLES } from '../conversation/variables.ts'
import { MAX_SCRIPT_BYTES } from '../script/limits.ts'
import { mediaLooks } from '../script/media-files.ts'
import { scriptToRead } from '../script/own-script.ts'
import { parseScript } from '../script/parse.ts'
import type { Script } from '../script/types.ts'
import { wrongUsage } from './command.ts'

/**
 * The file of the script that the bot would read: that of BOT_SCRIPT, or bot.yaml, or the sample that bot.yaml would be copied
 * from.
 */
export const ownScript = (env: Env): string =>
  scriptToRead(loadConfig(withDotEnv(env), ['BOT_SCRIPT']).BOT_SCRIPT)

/**
 * A script as the bot would read it.
 *
 * @param main - the script that names this one for some Pages; null for a main script
 * @throws BotError `BOT_USAGE` if the file cannot be read; ScriptError if it has mistakes
 */
export const readScript = async (file: string, env: Env, main: string | null = null): Promise<Script> => {
  const content = await readBytes(file)
  const { DATA_DIR: dataDir } = loadConfig(withDotEnv(env), ['DATA_DIR'])
  return parseScript(content.subarray(0, MAX_SCRIPT_BYTES + 1), {
    file,
    variables: SCRIPT_VARIABLES,
    lookAt: mediaLooks({ folder: dirname(main ?? file), dataDir }),
    isOfPage: main !== null,
  })
}

/** The file of a Page's own script; null if the Page uses the main one. */
export const fileOfPage = (main: string, { pages }: Script, pageId: string): string | null => {
  const path = pages.get(pageId)
  return path === undefined ? null : join(dirname(main), path)
}

/** @throws BotError `BOT_USAGE` if the file cannot be read */
export const readBytes = async (file: string): Promise<Buffer> => {
  try {
    return await readFile(file)
  } catch (error) {
    const code = codeOf(error) ?? 'unknown'
    return wrongUsage(REASONS[code]?.(file) ?? `${file} cannot be read (${code}).`)
  }
}

const REASONS: Record<string, (file: string) => string> = {
  ENOENT: (file) => `There is no file ${file}.`,
  EISDIR: (file) => `${file} is a folder, not a script.`,
  EACCES: (file) => `${file} is a file we may not read.`,
}
