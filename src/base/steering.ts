/** What steers a terminal or turns the order of a line, and what JSON leaves as it is: it escapes the first 32 signs alone. */
const LEFT_BY_JSON = /[\u007F-\u009F\u202A-\u202E\u2066-\u2069]/g

/** The same JSON, in which texts from outside steer no terminal that prints it. */
export const withoutSteering = (json: string): string =>
  json.replace(LEFT_BY_JSON, (sign) => `\\u${sign.charCodeAt(0).toString(16).padStart(4, '0')}`)

/** JSON whose texts, once they are parsed, show what would steer a terminal as it is written here, such as `\u001b`. */
export const showingSteering = (json: string): string =>
  withoutSteering(json).replace(/\\(?:u[\da-f]{4}|[^])/gi, (escape) =>
    HARMLESS.has(escape) ? escape : `\\${escape}`,
  )

const HARMLESS: ReadonlySet<string> = new Set(['\\"', '\\\\', '\\/', '\\n', '\\t'])
