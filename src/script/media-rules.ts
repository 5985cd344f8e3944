import { extname } from 'node:path'
import type { MediaType } from '../messages.ts'

/** The largest attachment (docs/messenger-platform.md#f6). */
export const LARGEST_MEDIA_BYTES = 25 * 1024 * 1024

// Facebook refuses a file whose declared type does not fit the file and the kind of attachment (docs/messenger-platform.md#f6).
const CONTENT_TYPES: Readonly<Record<string, string>> = {
  '.png': 'image/png',
  '.jpg': 'image/jpeg',
  '.jpeg': 'image/jpeg',
  '.gif': 'image/gif',
  '.webp': 'image/webp',
  '.mp3': 'audio/mpeg',
  '.m4a': 'audio/mp4',
  '.aac': 'audio/aac',
  '.ogg': 'audio/ogg',
  '.wav': 'audio/wav',
  '.mp4': 'video/mp4',
  '.mov': 'video/quicktime',
  '.webm': 'video/webm',
  '.pdf': 'application/pdf',
  '.txt': 'text/plain',
  '.csv': 'text/csv',
  '.zip': 'application/zip',
  '.ics': 'text/calendar',
}

/** The content type of a file by its name. */
export const contentTypeOf = (path: string): string =>
  CONTENT_TYPES[extname(path).toLowerCase()] ?? 'application/octet-stream'

/** Whether a file of this name can be an attachment of this type. */
export const fitsMedia = (type: MediaType, path: string): boolean =>
  type === 'file' || contentTypeOf(path).startsWith(`${type}/`)

/** The file name endings for a type. */
export const endingsFor = (type: MediaType): string[] =>
  Object.keys(CONTENT_TYPES).filter((ending) => fitsMedia(type, `x${ending}`))

/** Whether a path stays in its folder and names no hidden file, such as a `.env` beside the script. */
export const staysInside = (path: string): boolean =>
  path.split('/').every((part) => part !== '' && !part.startsWith('.')) && !/[\\:\0]/.test(path)
