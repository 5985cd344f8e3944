import { randomBytes } from 'node:crypto'
import { open, rename, rm } from 'node:fs/promises'
import { dirname } from 'node:path'

/**
 * Replaces a file atomically and durably: a crash leaves either the old file or the new one, and once it resolves, the new one. For a symbolic
 * link, pass its target ({@link ./link-target.ts linkTarget}).
 *
 * @param how.mode - of the new file
 * @param how.owner - owner of the new file, for a process of root, which would become the owner otherwise
 * @throws an error of the file system; the draft is then removed
 */
export const replaceFile = async (
  path: string,
  text: string,
  { mode, owner = null }: { mode: number; owner?: { uid: number; gid: number } | null },
): Promise<void> => {
  const draft = `${path}.${randomBytes(6).toString('hex')}.tmp`
  const file = await open(draft, 'wx', mode)
  try {
    try {
      await file.writeFile(text)
      if (owner !== null) await file.chown(owner.uid, owner.gid)
      await file.sync()
    } finally {
      await file.close()
    }
    await rename(draft, path)
    await syncFolder(dirname(path))
  } catch (error) {
    await rm(draft, { force: true })
    throw error
  }
}

/** Makes the contents of a file durable, such as after a copy. */
export const syncFile = async (path: string): Promise<void> => {
  const file = await open(path)
  try {
    await file.sync()
  } finally {
    await file.close()
  }
}

/**
 * Makes the names in a folder durable, such as after a rename. Some file systems, such as shared folders, do not support this and
 * answer EINVAL, which is ignored.
 */
export const syncFolder = (path: string): Promise<void> =>
  syncFile(path).catch((error: NodeJS.ErrnoException) => {
    if (error.code !== 'EINVAL') throw error
  })
