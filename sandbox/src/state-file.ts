import { open, readFile, rename, rm } from 'node:fs/promises'

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
    const draft = `${path}.${process.pid}.tmp`
    const file = await open(draft, 'w', 0o600)
    try {
      await file.writeFile(JSON.stringify(world))
      await file.sync()
      await file.close()
      await rename(draft, path)
    } catch (error) {
      await file.close().catch(() => undefined)
      await rm(draft, { force: true })
      throw error
    }
  },
})
