import { randomBytes } from 'node:crypto'
import { open, readFile, readlink, realpath, rename, rm, stat } from 'node:fs/promises'
import { dirname, resolve } from 'node:path'

/** A world kept in a file from one start to the next. It holds tokens and secrets, so only its owner may read it. */
export interface StateFile {
  /** The saved world; null for none. */
  load: () => Promise<unknown>
  /** @throws StateTaken when the file is no longer the one that was loaded or saved last */
  save: (world: object) => Promise<void>
}

export class UnreadableState extends Error {
  override readonly name = 'UnreadableState'
}

/** The error when another sandbox has written the file: two sandboxes on one file would overwrite each other's state. */
export class StateTaken extends Error {
  override readonly name = 'StateTaken'
}

export const createStateFile = (path: string): StateFile => {
  let known: string | null = null
  return {
    load: async () => {
      known = await markOf(path)
      let text: string
      try {
        text = await readFile(path, 'utf8')
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null
        throw error
      }
      try {
        return JSON.parse(text) as unknown
      } catch (error) {
        throw new UnreadableState(`${path} is not JSON.`, { cause: error })
      }
    },
    // The file is replaced atomically, so that a crash leaves the old or the new one.
    save: async (world) => {
      const place = await linkTarget(path)
      const found = await markOf(place)
      if (found !== null && found !== known) {
        throw new StateTaken(
          `${path} was changed by another program, such as a second sandbox, and is left as it is.`,
        )
      }
      // A new file with a name that cannot be guessed: in a shared folder such as /tmp, another user could have made one, and reads what
      // is written into it.
      const draft = `${place}.${randomBytes(6).toString('hex')}.tmp`
      const file = await open(draft, 'wx', 0o600)
      try {
        await file.writeFile(JSON.stringify(world))
        await file.sync()
        await file.close()
        await rename(draft, place)
        known = await markOf(place)
      } catch (error) {
        await file.close().catch(() => undefined)
        await rm(draft, { force: true })
        throw error
      }
    },
  }
}

/** A mark of the file's content, to detect changes; null for no file. */
const markOf = async (path: string): Promise<string | null> => {
  const found = await stat(path).catch(unlessMissing)
  return found && `${found.ino} ${found.size} ${found.mtimeMs}`
}

/** The target of a symbolic link, which stays a link; the target need not exist yet. */
const linkTarget = async (path: string): Promise<string> => {
  const found = await realpath(path).catch(unlessMissing)
  if (found !== null) return found
  const link = await readlink(path).catch(unlessMissing)
  return link === null ? path : linkTarget(resolve(dirname(path), link))
}

const unlessMissing = (error: NodeJS.ErrnoException): null => {
  if (error.code === 'ENOENT') return null
  throw error
}
