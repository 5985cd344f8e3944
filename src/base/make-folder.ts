import { mkdirSync, statSync } from 'node:fs'
import { dirname } from 'node:path'

/**
 * Makes a folder, and those above it that are not there. Node's own way (`recursive`) tries for ever where the system says of a
 * folder in one that is there that nothing is there, as Linux does in `/proc`.
 *
 * @returns whether it was made
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
    // Another process may have been faster.
    if (isFolder(dir)) return false
    throw error
  }
}

const isFolder = (dir: string): boolean => statSync(dir, { throwIfNoEntry: false })?.isDirectory() === true
