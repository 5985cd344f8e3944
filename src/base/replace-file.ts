import { randomBytes } from 'node:crypto'
import { open, rename, rm } from 'node:fs/promises'

/**
 * Writes a file whole: a crash leaves the old file or the new one, and {@link syncFolder} makes the new one durable. For a link
 * give its target ({@link ./link-target.ts linkTarget}).
 *
 * @param how.mode - of the new file
 * @param how.owner - for a process of root, which would take the file over otherwise
 * @throws an error of the file system; no draft stays behind
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
  } catch (error) {
    await rm(draft, { force: true })
    throw error
  }
}

/** Makes what is in a file durable, such as in one that was copied. */
export const syncFile = async (path: string): Promise<void> => {
  const file = await open(path)
  try {
    await file.sync()
  } finally {
    await file.close()
  }
}

/** Makes the names in the folder durable, as after a renaming. Some file systems, such as shared folders, cannot do that: EINVAL. */
export const syncFolder = (path: string): Promise<void> =>
  syncFile(path).catch((error: NodeJS.ErrnoException) => {
    if (error.code !== 'EINVAL') throw error
  })
