import { oneLine } from '../graph/redact.ts'

const LONGEST = 600
// Shorter ones are words of our own sentences; nothing here quotes a secret on purpose.
const SHORTEST_SECRET = 6

/** Makes a text fit for a terminal: on one line, without the secrets. */
export const createCleaner = (secrets: readonly string[]): ((text: string) => string) => {
  // The longest first: one may be part of another.
  const hidden = secrets
    .filter(({ length }) => length >= SHORTEST_SECRET)
    .toSorted((a, b) => b.length - a.length)
  return (text) =>
    oneLine(
      hidden.reduce((rest, secret) => rest.replaceAll(secret, '…'), text),
      LONGEST,
    )
}
