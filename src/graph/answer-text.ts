import { brotliDecompressSync, gunzipSync, inflateSync, zstdDecompressSync } from 'node:zlib'
import type { Headers } from './usage.ts'

/**
 * Decodes the body of an answer to text. Requests ask for no content coding, but Graph has sent gzip to callers that forbade it
 * (docs/messenger-platform.md#m). If decoding fails, the bytes are read as UTF-8: a proxy that decodes a body may leave the
 * `content-encoding` header in place. If the bytes are compressed after all, that text holds no JSON, and the answer counts as
 * unreadable.
 *
 * @param longest - bytes the decoded body may have
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

/** Most answers come in one chunk, which needs no copy. */
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
