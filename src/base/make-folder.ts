import { mkdirSync, statSync } from 'node:fs'
import { dirname } from 'node:path'

/**
 * Creates a folder and its missing parents. Node's `recursive` option loops without end if the system answers ENOENT for a new
 * folder in an existing one, as Linux does in `/proc`.
 *
 * @returns whether the folder was created
 * @throws an error of the file system
 */
export const makeFolder = (dir: string, mode?: number): boolean => {
  if (isFolder(dir)) return false
  const above = dirname(dir)
  if (above !== dir) makeFolder(above, mode)
  try {
    mkdirSync(dir, mode)
    return true
  } catch (error) {
    // Another process may have created it in the meantime.
    if (isFolder(dir)) return false
    throw error
  }
}

const isFolder = (dir: string): boolean => statSync(dir, { throwIfNoEntry: false })?.isDirectory() === true
