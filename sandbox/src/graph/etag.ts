import { createHash } from 'node:crypto'
import { facebookJson } from '../webhooks/bytes.ts'
import type { Call } from './call.ts'
import type { Reply } from './perform.ts'

/** Written so, as there are clients that look for the name in this case alone. */
export const ETAG = 'ETag'

/**
 * What a GET reads has a tag, by which the next one can ask whether it is still the same: then it gets 304 and no body, also as
 * a part of a batch.
 */
export const withEtag = ({ method }: Call, answer: Reply, known: string | undefined): Reply => {
  const { status, headers, body } = answer
  if (method !== 'GET' || status !== 200 || body === null) return answer
  const text = typeof body === 'string' ? body : facebookJson(body)
  const etag = `"${createHash('sha1').update(text).digest('hex')}"`
  const tagged = { ...answer, headers: { ...headers, [ETAG]: etag } }
  return known === etag ? { ...tagged, status: 304, body: '' } : tagged
}
