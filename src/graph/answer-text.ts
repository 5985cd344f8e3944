import { brotliDecompressSync, gunzipSync, inflateSync, zstdDecompressSync } from 'node:zlib'
import type { Headers } from './usage.ts'

/**
 * The body of an answer as text, with the coding undone that it has although none was asked for: Graph has sent gzip to callers
 * that forbade it (docs/messenger-platform.md#m). A body that is not in the coding its header names is taken as it is: a proxy
 * that undoes a coding may leave the header. In a coding, that is text without JSON.
 *
 * @param longest - in bytes, of what is undone
 */
export const bodyText = (chunks: readonly Buffer[], headers: Headers, longest: number): string => {
  const bytes = whole(chunks)
  const coding = String(headers['content-encoding'] ?? '')
    .trim()
    .toLowerCase()
  const undo = UNDO.get(coding)
  if (undo === undefined) return bytes.toString('utf8')
  try {
    return undo(bytes, { maxOutputLength: longest }).toString('utf8')
  } catch {
    return bytes.toString('utf8')
  }
}

/** Most answers come in one piece. */
const whole = (chunks: readonly Buffer[]): Buffer => {
  const [first] = chunks
  return first && chunks.length === 1 ? first : Buffer.concat(chunks)
}

const UNDO = new Map<string, (bytes: Buffer, options: { maxOutputLength: number }) => Buffer>([
  ['gzip', gunzipSync],
  ['x-gzip', gunzipSync],
  ['deflate', inflateSync],
  ['br', brotliDecompressSync],
  ['zstd', zstdDecompressSync],
])
