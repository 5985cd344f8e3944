import { existsSync, readdirSync, readFileSync } from 'node:fs'

/** Recorded callback bodies, by file name. They are outside the checkout, because they may not be copied into it. */
export interface Recorded {
  bodies: Map<string, Buffer>
  /** The reason why there are none; false if there are some. */
  skip: string | false
}

const SHARED = new URL('../../../shared/', import.meta.url)
const FOLDER = new URL('fixtures/webhooks/', SHARED)

export const readRecorded = (): Recorded => {
  // In CI, a folder without its recordings is an error, and not a machine that never had them.
  const missing = !existsSync(FOLDER) && !(process.env['CI'] === 'true' && existsSync(SHARED))
  if (missing) return { bodies: new Map(), skip: 'no recorded callbacks in ../shared/fixtures/webhooks' }
  const names = readdirSync(FOLDER).filter((name) => name.endsWith('.json'))
  return { bodies: new Map(names.map((name) => [name, readFileSync(new URL(name, FOLDER))])), skip: false }
}
