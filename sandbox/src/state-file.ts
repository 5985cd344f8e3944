import { open, readFile, readlink, realpath, rename, rm, stat } from 'node:fs/promises'
import { dirname, resolve } from 'node:path'

/** A world kept in a file from one start to the next. It holds tokens and secrets, so it is for its owner's eyes alone. */
export interface StateFile {
  /** The saved world; null for none. */
  load: () => Promise<unknown>
  /** @throws StateTaken when the file is no longer the one that was loaded or saved last */
  save: (world: object) => Promise<void>
}

export class UnreadableState extends Error {
  override readonly name = 'UnreadableState'
}

/** Two sandboxes on one file would take turns in forgetting what the other one knows. */
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
    // A new file takes the old one's place at once, so that a crash leaves one of them whole.
    save: async (world) => {
      const place = await linkTarget(path)
      const found = await markOf(place)
      if (found !== null && found !== known) {
        throw new StateTaken(
          `${path} was changed by another program, such as a second sandbox, and is left as it is.`,
        )
      }
      const draft = `${place}.${process.pid}.tmp`
      const file = await open(draft, 'w', 0o600)
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

/** Tells one content of the file from the next; null for no file. */
const markOf = async (path: string): Promise<string | null> => {
  const found = await stat(path).catch(unlessMissing)
  return found && `${found.ino} ${found.size} ${found.mtimeMs}`
}

/** A link stays one; what it leads to need not exist yet. */
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
