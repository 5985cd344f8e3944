import { randomBytes } from 'node:crypto'
import { existsSync, type BigIntStats } from 'node:fs'
import { constants, copyFile, link, open, readdir, rename, rm, type FileHandle, stat } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import type { Adapter } from 'lowdb'
import { codeOf } from '../../base/error-code.ts'
import { BotError } from '../../base/errors.ts'
import { parseJson, unmarked } from '../../base/json.ts'
import { linkTarget } from '../../base/link-target.ts'
import { syncFolder } from '../../base/replace-file.ts'
import { claimFolder } from '../own-folder.ts'
import { isSealed, seal, unseal } from './cipher.ts'
import { NEWER, toTokenData, type TokenData } from './records.ts'

/** lowdb's adapter for the token file: durable, private, atomic. Writers must hold the lock. */
export interface TokenFile extends Adapter<TokenData> {
  readonly path: string
  /** Whether the file differs from the one that was last read or written here. */
  changed: () => Promise<boolean>
  /** Whether the file that was read last is unencrypted although there is a key. */
  isExposed: () => boolean
}

const OWNER_ONLY = 0o600

/** @param key - null stores the file unencrypted; an unencrypted file is also read with a key, and encrypted when written */
export const createTokenFile = (path: string, key: Buffer | null): TokenFile => {
  let known: string | undefined
  let wasSealed = false
  let folder: string | undefined

  return {
    path,
    read: async () => {
      let file = await load(path)
      const target = await linkTarget(path).catch((error: unknown) => {
        throw unreadable(path, error)
      })
      const found = await folderOf(target)
      // Without a folder known before, only a link says that there were tokens: the data folder is made at the first start.
      const isGone = folder === undefined ? found === null && target !== path : found !== folder
      if (file === null && isGone) throw folderGone(path)
      // The folder may have come back after the first look.
      file ??= await load(path)
      folder = found ?? undefined
      known = file?.identity
      if (!file) return null
      try {
        const value = parseJson(unmarked(file.text))
        wasSealed = isSealed(value)
        return toTokenData(
          wasSealed ? parseJson(unseal(value, key, { name: path, withoutKey: 'move the file away' })) : value,
        )
      } catch (error) {
        throw error instanceof BotError ? error : unreadable(path, error, previousOf(await linkTarget(path)))
      }
    },
    write: async (data) => {
      // Serialise first: a caller may change `data` during the write.
      const text = `${JSON.stringify(data, null, 2)}\n`
      let target = path
      try {
        target = await linkTarget(path)
        const keepPrevious = wasSealed || key === null
        known = await replace(target, key === null ? text : seal(text, key), keepPrevious)
        // A previous version beside a link is older than the link.
        if (!keepPrevious) await rm(previousOf(path), { force: true })
      } catch (error) {
        throw unwritable(target, error)
      }
      wasSealed = key !== null
    },
    changed: async () => (await identify(path)) !== known,
    isExposed: () => known !== undefined && key !== null && !wasSealed,
  }
}

/**
 * Creates the folder, for the owner only.
 *
 * @throws BotError `BOT_STORE_UNAVAILABLE` when it cannot be created
 */
export const createFolder = (dir: string): void => {
  try {
    claimFolder(dir)
  } catch (error) {
    throw unwritable(dir, error)
  }
}

const load = async (path: string): Promise<{ text: string; identity: string } | null> => {
  let handle: FileHandle
  try {
    handle = await open(path, 'r')
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return null
    throw unreadable(path, error)
  }
  try {
    return { text: await handle.readFile('utf8'), identity: await identityOf(handle) }
  } catch (error) {
    throw unreadable(path, error)
  } finally {
    await handle.close()
  }
}

/**
 * Device and inode of the folder of the token file; null if it is missing. With another folder than before, as where a disk is not
 * mounted any more, nothing is known of the tokens.
 *
 * @param path - of the file itself, not of a link
 */
const folderOf = async (path: string): Promise<string | null> => {
  const facts = await stat(dirname(path), { bigint: true }).catch((error: unknown) => {
    if (codeOf(error) === 'ENOENT') return null
    throw unreadable(path, error)
  })
  return facts === null ? null : `${facts.dev}:${facts.ino}`
}

const folderGone = (path: string): BotError =>
  new BotError(
    'BOT_TOKEN_STORE_UNREADABLE',
    `The token file ${path} is gone together with its folder, which is missing or another one.`,
    {
      // The database is open in the folder that was there before, so a token in another one would be used without it.
      remedy:
        'Mount the disk of the folder, or move the folder back to its place. If the folder was made anew on purpose, restart the bot, whose database is in the old one until then.',
    },
  )

/**
 * Writes a new file, syncs it, keeps the old file as `.previous`, renames the new one, and syncs the folder.
 *
 * @returns the new file's identity
 */
const replace = async (path: string, text: string, keepPrevious: boolean): Promise<string> => {
  await removeLeftovers(path)
  const temporary = `${path}.${process.pid}.${randomBytes(6).toString('hex')}.tmp`
  const handle = await open(temporary, 'wx', OWNER_ONLY)
  try {
    await handle.writeFile(text, 'utf8')
    await handle.sync()
    // No unencrypted text may stay once the operator has asked for encryption.
    await (keepPrevious ? keep(path) : rm(previousOf(path), { force: true }))
    await rename(temporary, path)
    await syncFolder(dirname(path))
    // Read at the end, because renaming changes the identity.
    return await identityOf(handle)
  } catch (error) {
    await rm(temporary, { force: true })
    throw error
  } finally {
    await handle.close()
  }
}

/** Gives the old content a second name, so that there is a readable file at every moment. */
const keep = async (path: string): Promise<void> => {
  const temporary = `${path}.${process.pid}.${randomBytes(6).toString('hex')}.tmp`
  try {
    await link(path, temporary).catch(async (error: unknown) => {
      if (codeOf(error) === 'ENOENT') throw error
      // For file systems without hard links.
      await copyFile(path, temporary, constants.COPYFILE_EXCL)
    })
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return
    throw error
  }
  await rename(temporary, previousOf(path))
  // Renaming a link onto another link of the same file does nothing, and leaves both.
  await rm(temporary, { force: true })
}

/** Removes temporary files of killed writers, which hold tokens. Safe because the caller holds the lock. */
const removeLeftovers = async (path: string): Promise<void> => {
  const isLeftover = (name: string): boolean => name.startsWith(`${basename(path)}.`) && name.endsWith('.tmp')
  const names = (await readdir(dirname(path))).filter(isLeftover)
  await Promise.all(names.map((name) => rm(join(dirname(path), name), { force: true })))
}

const identify = async (path: string): Promise<string | undefined> => {
  try {
    return toIdentity(await stat(path, { bigint: true }))
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return undefined
    throw unreadable(path, error)
  }
}

const identityOf = async (handle: FileHandle): Promise<string> =>
  toIdentity(await handle.stat({ bigint: true }))

/** `ctimeNs` changes with owner and mode, too, so a file that became unreadable counts as changed. */
const toIdentity = ({ ino, mtimeNs, ctimeNs, size }: BigIntStats): string =>
  `${ino}:${mtimeNs}:${ctimeNs}:${size}`

const previousOf = (path: string): string => `${path}.previous`

const unreadable = (path: string, error: unknown, previous = previousOf(path)): BotError =>
  new BotError('BOT_TOKEN_STORE_UNREADABLE', `The token file ${path} cannot be read: ${reasonOf(error)}.`, {
    remedy: remedyFor(error, previous),
  })

const remedyFor = (error: unknown, previous: string): string => {
  if (codeOf(error)) return 'Make sure that it is a file this user may read.'
  const anew = 'and run "npm run bootstrap-token" again.'
  if (error instanceof Error && error.message === NEWER)
    return `Start the release that wrote it, or move the file away ${anew}`
  return existsSync(previous)
    ? `Put ${previous} in its place (the version before the last change), or move both away ${anew}`
    : `There is no ${previous} to put in its place: correct the file where it was edited by hand, or move it away ${anew}`
}

const unwritable = (path: string, error: unknown): BotError =>
  new BotError('BOT_STORE_UNAVAILABLE', `${path} cannot be written: ${reasonOf(error)}.`, {
    retryable: true,
    remedy: 'Make sure that the disk has room and that this user, and no other, may write there.',
  })

/** JSON.parse quotes the text around a mistake, which holds tokens, so its message is not used. */
const reasonOf = (error: unknown): string => {
  if (error instanceof SyntaxError) return 'it is not valid JSON'
  return codeOf(error) ?? (error instanceof Error ? error.message : 'unknown error')
}
