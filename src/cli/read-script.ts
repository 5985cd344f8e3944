import { readFile } from 'node:fs/promises'
import { wrongUsage } from './command.ts'

/** The bytes of a script file. @throws BotError `BOT_USAGE` where there are none to read */
export const readScript = async (file: string): Promise<Buffer> => {
  try {
    return await readFile(file)
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : 'unknown'
    return wrongUsage(REASONS[code]?.(file) ?? `${file} cannot be read (${code}).`)
  }
}

const REASONS: Record<string, (file: string) => string> = {
  ENOENT: (file) => `There is no file ${file}.`,
  EISDIR: (file) => `${file} is a folder, not a script.`,
  EACCES: (file) => `${file} is a file we may not read.`,
}
