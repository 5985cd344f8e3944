import { readlink, realpath } from 'node:fs/promises'
import { dirname, resolve } from 'node:path'

/**
 * Follows symbolic links to the file itself, which need not exist yet. A draft must be renamed to this path: renamed to a
 * symbolic link, it would replace the link and leave the link's target unchanged.
 *
 * @throws an error of the file system, such as `ELOOP`
 */
export const linkTarget = async (path: string): Promise<string> => {
  const found = await realpath(path).catch(unlessMissing)
  if (found !== null) return found
  const link = await readlink(path).catch(unlessNoLink)
  return link === null ? path : linkTarget(resolve(dirname(path), link))
}

/** `EINVAL` is said of a file that is no link: it was made, or its folder came back, in this moment. */
const unlessNoLink = (error: NodeJS.ErrnoException): null =>
  error.code === 'EINVAL' ? null : unlessMissing(error)

const unlessMissing = (error: NodeJS.ErrnoException): null => {
  if (error.code === 'ENOENT') return null
  throw error
}
