import { certificateTrouble } from './certificate.ts'

/**
 * The reason why a call got no answer: the code of the system or of OpenSSL, or the status with which a proxy refused the call.
 * Never the error's message, which may hold secret addresses or bytes of the answer.
 *
 * @returns null where the error has no code
 */
export const failureCode = (error: Error): string | null => {
  // A proxy that demands a password or forbids the address.
  const proxyStatus = /\bProxy\b.*\((\d{3})\)/.exec(error.message)?.[1]
  if (proxyStatus !== undefined) return `the proxy answered with HTTP ${proxyStatus}`
  const { code } = behindProxy(severalTried(error)) as { code?: unknown }
  return typeof code === 'string' && /^[A-Z][A-Z_0-9]*$/.test(code) ? code : null
}

/** The failure code for the log, the console and the doctor, with a remedy if a certificate is the cause. */
export const problemOf = (error: unknown): string => {
  if (!(error instanceof Error)) return 'unknown'
  return withRemedy(failureCode(error) ?? error.name)
}

/** The code of a failure, with a remedy if a certificate is the cause. */
export const withRemedy = (code: string): string => {
  const trouble = certificateTrouble(code)
  return trouble === null ? code : `${code}: ${trouble.what}. ${trouble.remedy}`
}

/** A host name may have several addresses, each with its own failure; the first one is reported. */
const severalTried = (error: Error): Error => {
  const [first] = error instanceof AggregateError ? (error.errors as unknown[]) : []
  return first instanceof Error ? first : error
}

/** For a failed connection to a proxy, undici puts the error with the code into `cause`. */
const behindProxy = (error: Error & { code?: unknown }): Error =>
  error.cause instanceof Error && String(error.code).startsWith('UND_ERR_PRX') ? error.cause : error
