import type { Rng } from './rng.ts'

/** Files that visitors and bots uploaded, served again under addresses of their own as Facebook's CDN does. */
export interface FileStore {
  keep: (file: Omit<StoredFile, 'id'>) => StoredFile
  find: (id: string) => StoredFile | undefined
  /** The address of a file. */
  urlOf: (file: StoredFile) => string
  all: () => StoredFile[]
  restore: (files: readonly StoredFile[]) => void
  clear: () => void
}

export interface StoredFile {
  id: string
  name: string
  type: string
  bytes: Buffer
}

/** With more bytes than this, the oldest files are deleted; Facebook's addresses stop working after a time, too. */
const MOST_BYTES = 256 * 1024 * 1024
const LONGEST_NAME = 100

export const createFileStore = ({ rng, origin }: { rng: Rng; origin: () => string }): FileStore => {
  let files = new Map<string, StoredFile>()
  let total = 0

  const put = (file: StoredFile) => {
    files.set(file.id, file)
    total += file.bytes.length
    for (const oldest of files.values()) {
      if (total <= MOST_BYTES || oldest === file) return
      files.delete(oldest.id)
      total -= oldest.bytes.length
    }
  }

  return {
    keep: ({ name, type, bytes }) => {
      const file = { id: rng.letters(24), name: plainName(name), type, bytes }
      put(file)
      return file
    },
    find: (id) => files.get(id),
    urlOf: ({ id, name }) => `${origin()}/sandbox/files/${id}/${encodeURIComponent(name)}`,
    all: () => [...files.values()],
    restore: (kept) => {
      files = new Map()
      total = 0
      for (const file of kept) put(file)
    },
    clear: () => {
      files = new Map()
      total = 0
    },
  }
}

/** The last part of a path, without characters that are unsafe in a file name or a header. */
const plainName = (name: string): string =>
  (name.split(/[/\\]/).at(-1) ?? '')
    .replace(/[^\p{L}\p{N}._ -]/gu, '_')
    .replace(/^\.+/, '')
    .slice(0, LONGEST_NAME) || 'file'
