/**
 * Characters that control a terminal or the direction of a line, and that `JSON.stringify` does not escape: it escapes only the
 * first 32 characters.
 */
const LEFT_BY_JSON = /[\u007F-\u009F\u202A-\u202E\u2066-\u2069]/g

/** Escapes these characters in JSON, so that texts of strangers cannot control a terminal on which it is printed. */
export const withoutSteering = (json: string): string =>
  json.replace(LEFT_BY_JSON, (sign) => `\\u${sign.charCodeAt(0).toString(16).padStart(4, '0')}`)

/** JSON whose parsed texts show control characters as escapes, such as `\u001b`, for programs that print parsed texts. */
export const showingSteering = (json: string): string =>
  withoutSteering(json).replace(/\\(?:u[\da-f]{4}|[^])/gi, (escape) =>
    HARMLESS.has(escape) ? escape : `\\${escape}`,
  )

const HARMLESS: ReadonlySet<string> = new Set(['\\"', '\\\\', '\\/', '\\n', '\\t'])
