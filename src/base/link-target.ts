import { readlink, realpath } from 'node:fs/promises'
import { dirname, resolve } from 'node:path'

/**
 * The file that a path stands for, which need not exist yet. A file that is replaced by renaming goes there: renamed over a
 * symbolic link, it would take the link's place, and the link's target would stay as it was.
 *
 * @throws an error of the file system, such as `ELOOP`
 */
export const linkTarget = async (path: string): Promise<string> => {
  const found = await realpath(path).catch(unlessMissing)
  if (found !== null) return found
  const link = await readlink(path).catch(unlessMissing)
  return link === null ? path : linkTarget(resolve(dirname(path), link))
}

const unlessMissing = (error: NodeJS.ErrnoException): null => {
  if (error.code === 'ENOENT') return null
  throw error
}
