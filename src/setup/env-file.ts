import { isUtf8 } from 'node:buffer'
import { readFile, stat } from 'node:fs/promises'
import { dirname } from 'node:path'
import { decodeDotEnv } from '../base/dot-env-file.ts'
import { BotError } from '../base/errors.ts'
import { linkTarget } from '../base/link-target.ts'
import { replaceFile, syncFolder } from '../base/replace-file.ts'
import { setVariables } from './dot-env.ts'

export interface EnvFileOptions {
  path: string
  /** What a new file begins as, such as the text of `.env.example`. */
  template: string
}

const OWNER_ONLY = 0o600

/**
 * Sets variables in the file, which is whole at every moment, survives a power cut, and can be read by its owner alone.
 *
 * @throws BotError `BOT_CONFIG_INVALID` when it cannot be read or written, without a word of what is in it
 */
export const saveVariables = async (
  { path, template }: EnvFileOptions,
  values: Readonly<Record<string, string>>,
): Promise<void> => {
  try {
    const target = await linkTarget(path)
    const content = await readFile(target).catch(unlessMissing(Buffer.from(template)))
    const text = setVariables(toText(content, path), values)
    // Written by root, the file keeps its owner.
    const owner = process.getuid?.() === 0 ? await stat(target).catch(unlessMissing(null)) : null
    await replaceFile(target, text, { mode: OWNER_ONLY, owner })
    await syncFolder(dirname(target))
  } catch (error) {
    if (error instanceof BotError) throw error
    const { code = 'unknown error' } = error as NodeJS.ErrnoException
    throw new BotError('BOT_CONFIG_INVALID', `The file ${path} cannot be written (${code}).`, {
      cause: error,
      remedy: 'Make sure that this user may write to the folder the bot was started in.',
    })
  }
}

const toText = (content: Buffer, path: string): string => {
  const text = isUtf8(content) ? decodeDotEnv(content) : null
  if (text !== null) return text
  // Letters of another encoding would be lost when the file is written again.
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
