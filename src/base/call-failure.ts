import { certificateTrouble } from './certificate.ts'

/**
 * Why a call was not answered: the code of the system or of OpenSSL, or the status by which a proxy refused it. Never the
 * message, which may hold addresses that are secrets, bytes of the answer and whole sockets.
 *
 * @returns null where the error has no code
 */
export const failureCode = (error: Error): string | null => {
  // A proxy that demands a password, or does not let this machine go there, answers so.
  const proxyStatus = /\bProxy\b.*\((\d{3})\)/.exec(error.message)?.[1]
  if (proxyStatus !== undefined) return `the proxy answered with HTTP ${proxyStatus}`
  const { code } = behindProxy(severalTried(error)) as { code?: unknown }
  return typeof code === 'string' && /^[A-Z][A-Z_0-9]*$/.test(code) ? code : null
}

/**
 * The same for the log, the console and the doctor, with what to do where a certificate is the cause.
 */
export const problemOf = (error: unknown): string => {
  if (!(error instanceof Error)) return 'unknown'
  const code = failureCode(error) ?? error.name
  const trouble = certificateTrouble(code)
  return trouble === null ? code : `${code}: ${trouble.what}. ${trouble.remedy}`
}

/** A name may stand for several addresses, each with its own failure. */
const severalTried = (error: Error): Error => {
  const [first] = error instanceof AggregateError ? (error.errors as unknown[]) : []
  return first instanceof Error ? first : error
}

/** The cause of the error says what is wrong with the certificate of a proxy. */
const behindProxy = (error: Error & { code?: unknown }): Error =>
  error.cause instanceof Error && String(error.code).startsWith('UND_ERR_PRX') ? error.cause : error
