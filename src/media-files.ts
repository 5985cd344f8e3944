import { createHash } from 'node:crypto'
import { createReadStream, statSync } from 'node:fs'
import { readFile, stat } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import { contentTypeOf, LARGEST_MEDIA_BYTES, staysInside } from './media-file.ts'

/** The pictures and other files that stand beside the script. Both throw an error of the file system, with its code. */
export interface MediaFiles {
  /** Tells contents apart; the last one known where the file cannot be read at the moment. */
  hashOf: (path: string) => Promise<string>
  /** The file as it is now. */
  read: (path: string) => Promise<MediaFile>
}

export interface MediaFile {
  name: string
  contentType: string
  bytes: Uint8Array
  hash: string
}

/** @param script - the script's path: files are named from its folder */
export const createMediaFiles = (script: string): MediaFiles => {
  const folder = dirname(script)
  const known = new Map<string, { stamp: string; hash: string }>()

  const placeOf = (path: string): string => {
    if (staysInside(path)) return join(folder, path)
    throw Object.assign(new Error('the file is not in the folder of the script'), { code: 'EACCES' })
  }

  const hash = async (path: string): Promise<string> => {
    const place = placeOf(path)
    const facts = await stat(place)
    const stamp = `${facts.mtimeMs} ${facts.size} ${facts.ino}`
    const before = known.get(path)
    if (before?.stamp === stamp) return before.hash
    const sum = createHash('sha256')
    for await (const chunk of createReadStream(place)) sum.update(chunk as Buffer)
    const found = sum.digest('hex')
    known.set(path, { stamp, hash: found })
    return found
  }

  return {
    hashOf: async (path) => {
      try {
        return await hash(path)
      } catch (error) {
        // Somebody is just replacing it: what Facebook has is as good as it was.
        const before = known.get(path)
        if (before !== undefined) return before.hash
        throw error
      }
    },
    read: async (path) => {
      const place = placeOf(path)
      if ((await stat(place)).size > LARGEST_MEDIA_BYTES) {
        throw Object.assign(new Error('the file is too large'), { code: 'EFBIG' })
      }
      const bytes = await readFile(place)
      return {
        name: basename(path),
        contentType: contentTypeOf(path),
        bytes,
        hash: createHash('sha256').update(bytes).digest('hex'),
      }
    },
  }
}

/** How large the files beside a script are, for reading it: null where there is none. */
export const mediaSizes =
  (script: string) =>
  (path: string): number | null => {
    try {
      const facts = statSync(join(dirname(script), path))
      return facts.isFile() ? facts.size : null
    } catch {
      return null
    }
  }
