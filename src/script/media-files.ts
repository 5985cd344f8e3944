import { createHash } from 'node:crypto'
import { closeSync, createReadStream, openSync, readSync, statSync } from 'node:fs'
import { stat } from 'node:fs/promises'
import { basename } from 'node:path'
import { contentTypeOf, LARGEST_MEDIA_BYTES } from './media-rules.ts'
import { placeOf, type MediaFolders } from './media-place.ts'
import { HEAD_BYTES, recognise } from './media-bytes.ts'
import type { FileLook } from './reading.ts'

/** The pictures and other files beside the script. Both functions throw the file system's errors, with their codes. */
export interface MediaFiles {
  /** Hash of the content; the last known one while the file cannot be read. */
  hashOf: (path: string) => Promise<string>
  /** Reads the file as it is now. */
  read: (path: string) => Promise<MediaFile>
}

export interface MediaFile {
  name: string
  contentType: string
  bytes: Uint8Array
  hash: string
}

export const createMediaFiles = (folders: MediaFolders): MediaFiles => {
  const known = new Map<string, Known>()
  const hashing = new Map<string, Promise<string>>()

  /** Changes whenever the content may have changed: programs cannot set the ctime of a file back. */
  const stampOf = async (place: string): Promise<string> => {
    const facts = await stat(place)
    if (facts.isDirectory()) throw refusal('EISDIR', 'it is a folder')
    // Reading a pipe or a device would not end.
    if (!facts.isFile()) throw refusal('EACCES', 'it is no file')
    if (facts.size > LARGEST_MEDIA_BYTES) throw refusal('EFBIG', 'the file is too large')
    return `${facts.mtimeMs} ${facts.ctimeMs} ${facts.size} ${facts.ino}`
  }

  const hash = async (path: string): Promise<string> => {
    const place = placeOf(path, folders)
    const stamp = await stampOf(place)
    const before = known.get(path)
    if (before?.stamp === stamp) return before.hash
    // Concurrent calls for a new file share one read.
    const key = `${path} ${stamp}`
    const running = hashing.get(key)
    if (running !== undefined) return running
    const reading = sumOf(place)
    hashing.set(key, reading)
    try {
      const found = await reading
      known.set(path, { stamp, hash: found })
      return found
    } finally {
      hashing.delete(key)
    }
  }

  return {
    hashOf: async (path) => {
      try {
        return await hash(path)
      } catch (error) {
        // The file is being replaced: keep the copy that Facebook has.
        const before = known.get(path)
        if (before !== undefined) return before.hash
        throw error
      }
    },
    read: async (path) => {
      const place = placeOf(path, folders)
      const stamp = await stampOf(place)
      const pieces: Buffer[] = []
      for await (const piece of piecesOf(place)) pieces.push(piece)
      const bytes = Buffer.concat(pieces)
      const found = createHash('sha256').update(bytes).digest('hex')
      // Under another hash the upload that begins now would never be found.
      known.set(path, { stamp, hash: found })
      // Facebook compares name and bytes; the bytes are more reliable.
      const contentType = recognise(bytes.subarray(0, HEAD_BYTES))?.contentType ?? contentTypeOf(path)
      return { name: basename(path), contentType, bytes, hash: found }
    },
  }
}

interface Known {
  stamp: string
  hash: string
}

const sumOf = async (place: string): Promise<string> => {
  const sum = createHash('sha256')
  for await (const piece of piecesOf(place)) sum.update(piece)
  return sum.digest('hex')
}

/** At most as many bytes as may be sent, even if the file grows during the read. */
const piecesOf = (place: string): AsyncIterable<Buffer> =>
  createReadStream(place, { end: LARGEST_MEDIA_BYTES - 1 })

const refusal = (code: string, message: string): Error => Object.assign(new Error(message), { code })

/** Looks at the files beside a script, for the reader of the script. */
export const mediaLooks =
  (folders: MediaFolders) =>
  (path: string): FileLook => {
    try {
      const place = placeOf(path, folders)
      const facts = statSync(place)
      return facts.isFile() ? { bytes: facts.size, head: headOf(place) } : null
    } catch (error) {
      return (error as NodeJS.ErrnoException).code === 'EACCES' ? 'private' : null
    }
  }

const headOf = (place: string): Uint8Array => {
  const file = openSync(place, 'r')
  try {
    const head = new Uint8Array(HEAD_BYTES)
    return head.subarray(0, readSync(file, head, 0, HEAD_BYTES, 0))
  } finally {
    closeSync(file)
  }
}
