import { createHash } from 'node:crypto'
import { closeSync, createReadStream, openSync, readSync, statSync } from 'node:fs'
import { stat } from 'node:fs/promises'
import { basename } from 'node:path'
import { contentTypeOf, LARGEST_MEDIA_BYTES } from './media-rules.ts'
import { placeOf, type MediaFolders } from './media-place.ts'
import { HEAD_BYTES, recognise } from './media-bytes.ts'
import type { FileLook } from './reading.ts'

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

export const createMediaFiles = (folders: MediaFolders): MediaFiles => {
  const known = new Map<string, Known>()
  const hashing = new Map<string, Promise<string>>()

  /** Changes whenever the content may have: programs cannot set the ctime of a file back. */
  const stampOf = async (place: string): Promise<string> => {
    const facts = await stat(place)
    if (facts.isDirectory()) throw refusal('EISDIR', 'it is a folder')
    // A pipe or a device would be read for ever.
    if (!facts.isFile()) throw refusal('EACCES', 'it is no file')
    if (facts.size > LARGEST_MEDIA_BYTES) throw refusal('EFBIG', 'the file is too large')
    return `${facts.mtimeMs} ${facts.ctimeMs} ${facts.size} ${facts.ino}`
  }

  const hash = async (path: string): Promise<string> => {
    const place = placeOf(path, folders)
    const stamp = await stampOf(place)
    const before = known.get(path)
    if (before?.stamp === stamp) return before.hash
    // Many may ask for a new file at once: it is read for all of them together.
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
        // The file is being replaced right now: keep the copy that Facebook has.
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
      // Were it known by another hash, what is uploaded now would never be found.
      known.set(path, { stamp, hash: found })
      // Facebook compares the two; the bytes know better than the name.
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

/** No more than may be sent, though it grow meanwhile. */
const piecesOf = (place: string): AsyncIterable<Buffer> =>
  createReadStream(place, { end: LARGEST_MEDIA_BYTES - 1 })

const refusal = (code: string, message: string): Error => Object.assign(new Error(message), { code })

/** How the files beside a script look, for reading it. */
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
