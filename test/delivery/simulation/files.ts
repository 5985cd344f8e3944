import { createHash } from 'node:crypto'
import type { UploadFiles } from '../../../src/delivery/sending/uploads.ts'

/** The files beside the script: what is in each, or the code of the error that reading it meets. */
export interface SimulatedFiles {
  set: (path: string, is: FileState) => void
  /** Those that were missed once: a reply that shows one may be a dead letter. */
  missed: Set<string>
  mend: () => void
  seenBy: (isAlive: () => boolean) => UploadFiles
}

export type FileState = { content: string } | { error: 'ENOENT' | 'EIO' }

export const createSimulatedFiles = (busy: () => void): SimulatedFiles => {
  const states = new Map<string, FileState>()
  const missed = new Set<string>()

  const open = async (path: string): Promise<string> => {
    busy()
    await Promise.resolve()
    const state = states.get(path) ?? { content: 'as it came' }
    // No two files are the same.
    if ('content' in state) return `${path} ${state.content}`
    if (state.error === 'ENOENT') missed.add(path)
    throw Object.assign(new Error('cannot be read'), { code: state.error })
  }

  return {
    set: (path, is) => void states.set(path, is),
    missed,
    mend: () => states.clear(),
    seenBy: (isAlive) => {
      const alive = async (path: string): Promise<string> =>
        isAlive() ? open(path) : new Promise(() => undefined)
      return {
        hashOf: async (path) => hashOf(await alive(path)),
        read: async (path) => {
          const content = await alive(path)
          const bytes = Buffer.from(content)
          return { name: path, contentType: 'application/pdf', bytes, hash: hashOf(content) }
        },
      }
    },
  }
}

const hashOf = (content: string): string => createHash('sha256').update(content).digest('hex')
