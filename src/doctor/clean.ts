import { oneLine } from '../graph/redact.ts'

const LONGEST = 600
// Shorter secrets are not hidden, because they may be words of the doctor's own sentences. No check quotes a secret on purpose.
const SHORTEST_SECRET = 6

/** Makes a text one line without the secrets. */
export const createCleaner = (secrets: readonly string[]): ((text: string) => string) => {
  // Longest first, because a secret may be part of another one.
  const hidden = secrets
    .filter(({ length }) => length >= SHORTEST_SECRET)
    .toSorted((a, b) => b.length - a.length)
  return (text) =>
    oneLine(
      hidden.reduce((rest, secret) => rest.replaceAll(secret, '…'), text),
      LONGEST,
    )
}
