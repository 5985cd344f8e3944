import { open, readFile, readlink, realpath, rename, rm } from 'node:fs/promises'
import { dirname, resolve } from 'node:path'

/** A world kept in a file from one start to the next. It holds tokens and secrets, so it is for its owner's eyes alone. */
export interface StateFile {
  /** The saved world; null for none. */
  load: () => Promise<unknown>
  save: (world: object) => Promise<void>
}

export class UnreadableState extends Error {
  override readonly name = 'UnreadableState'
}

export const createStateFile = (path: string): StateFile => ({
  load: async () => {
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
    const draft = `${place}.${process.pid}.tmp`
    const file = await open(draft, 'w', 0o600)
    try {
      await file.writeFile(JSON.stringify(world))
      await file.sync()
      await file.close()
      await rename(draft, place)
    } catch (error) {
      await file.close().catch(() => undefined)
      await rm(draft, { force: true })
      throw error
    }
  },
})

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
