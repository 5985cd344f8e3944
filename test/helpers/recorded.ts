import { existsSync, readdirSync, readFileSync } from 'node:fs'

/** Recorded callback bodies, by file name. They lie beside the checkout because they are not ours to copy. */
export interface Recorded {
  bodies: Map<string, Buffer>
  /** Why there are none; false when there are. */
  skip: string | false
}

const SHARED = new URL('../../../shared/', import.meta.url)
const FOLDER = new URL('fixtures/webhooks/', SHARED)

export const readRecorded = (): Recorded => {
  // In CI a folder that lost its recordings must not pass for a machine that never had them.
  const missing = !existsSync(FOLDER) && !(process.env['CI'] === 'true' && existsSync(SHARED))
  if (missing) return { bodies: new Map(), skip: 'no recorded callbacks in ../shared/fixtures/webhooks' }
  const names = readdirSync(FOLDER).filter((name) => name.endsWith('.json'))
  return { bodies: new Map(names.map((name) => [name, readFileSync(new URL(name, FOLDER))])), skip: false }
}
