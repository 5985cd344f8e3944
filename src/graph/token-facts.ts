import { isJsonObject, type Json, type JsonObject } from '../base/json.ts'
import type { TokenFacts } from './graph.ts'
import { readEnvelope } from './envelope.ts'
import { readList, readId, strings } from './read.ts'
import { redact } from './redact.ts'

/**
 * Reads the `data` of a `debug_token` answer, in which fields may be missing or have another type.
 *
 * @param inputToken - hidden in the error message that Graph sends for a dead token
 * @see docs/messenger-platform.md#b5
 */
export const readTokenFacts = (data: JsonObject, inputToken: string): TokenFacts => ({
  isValid: data['is_valid'] === true,
  type: typeof data['type'] === 'string' ? data['type'].toUpperCase() : null,
  appId: readId(data['app_id']),
  userId: readId(data['user_id']),
  profileId: readId(data['profile_id']),
  expiresAtMs: readMoment(data['expires_at']),
  dataAccessExpiresAtMs: readMoment(data['data_access_expires_at']),
  issuedAtMs: readMoment(data['issued_at']) ?? null,
  scopes: strings(data['scopes']),
  granularScopes: readList(data['granular_scopes']).filter(isJsonObject).flatMap(readGranularScope),
  error: readError(data['error'], inputToken),
})

/**
 * Seconds to milliseconds; null for never (Graph sends 0); undefined where Graph does not tell, which must not be taken for
 * never.
 */
const readMoment = (value: Json | undefined): number | null | undefined => {
  const seconds = typeof value === 'string' && /^\d+$/.test(value) ? Number(value) : value
  if (typeof seconds !== 'number' || !Number.isFinite(seconds) || seconds < 0) return undefined
  return seconds === 0 ? null : seconds * 1000
}

const readGranularScope = (grant: JsonObject): TokenFacts['granularScopes'] => {
  const scope = grant['scope']
  if (typeof scope !== 'string') return []
  const targets = grant['target_ids']
  // Absent means every Page; an empty list means none (docs/messenger-platform.md#k5).
  const targetIds = Array.isArray(targets) ? targets.map(readId).filter((id) => id !== null) : null
  return [{ scope, targetIds }]
}

const readError = (error: Json | undefined, inputToken: string): TokenFacts['error'] => {
  if (!isJsonObject(error)) return null
  const { code, subcode, message } = readEnvelope(error)
  return { code, subcode, message: message === '' ? null : redact(message, [inputToken]) }
}
