import { isUtf8 } from 'node:buffer'
import { readFile, stat } from 'node:fs/promises'
import { isDiskFull } from '../base/disk-full.ts'
import { decodeDotEnv } from '../base/dot-env-file.ts'
import { BotError } from '../base/errors.ts'
import { linkTarget } from '../base/link-target.ts'
import { replaceFile } from '../base/replace-file.ts'
import { setVariables } from './dot-env.ts'

export interface EnvFileOptions {
  path: string
  /** The initial text of a new file, such as that of `.env.example`. */
  template: string
}

const OWNER_ONLY = 0o600

/**
 * Sets variables in the file. The file is replaced atomically, is durable afterwards, and only its owner can read it.
 *
 * @throws BotError `BOT_CONFIG_INVALID` when the file cannot be read or written; the error holds nothing of its contents
 */
export const saveVariables = async (
  { path, template }: EnvFileOptions,
  values: Readonly<Record<string, string>>,
): Promise<void> => {
  try {
    const target = await linkTarget(path)
    const content = await readFile(target).catch(unlessMissing(Buffer.from(template)))
    const text = setVariables(toText(content, path), values)
    // If root writes the file, it keeps its owner.
    const owner = process.getuid?.() === 0 ? await stat(target).catch(unlessMissing(null)) : null
    await replaceFile(target, text, { mode: OWNER_ONLY, owner })
  } catch (error) {
    if (error instanceof BotError) throw error
    const { code = 'unknown error' } = error as NodeJS.ErrnoException
    throw new BotError('BOT_CONFIG_INVALID', `The file ${path} cannot be written (${code}).`, {
      cause: error,
      remedy: isDiskFull(error)
        ? 'Make room on its disk, and try again.'
        : 'Make sure that this user may write to its folder.',
    })
  }
}

const toText = (content: Buffer, path: string): string => {
  const text = isUtf8(content) ? decodeDotEnv(content) : null
  if (text !== null) return text
  // Refused, because writing the file again would lose letters of another encoding.
  throw new BotError('BOT_CONFIG_INVALID', `The file ${path} is not in UTF-8.`, {
    remedy: 'Save it as UTF-8 in your editor, and try again.',
  })
}

const unlessMissing =
  <Value>(instead: Value) =>
  (error: NodeJS.ErrnoException): Value => {
    if (error.code === 'ENOENT') return instead
    throw error
  }
