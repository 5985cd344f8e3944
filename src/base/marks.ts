import { createHmac } from 'node:crypto'

const LENGTH = 16

/**
 * Keyed hashes of texts: equal for equal texts, and useless without the key.
 *
 * @param named - texts by name; an undefined one gets the mark of an empty text
 */
export const marksOf = (
  key: Buffer,
  named: Readonly<Record<string, string | undefined>>,
): Record<string, string> =>
  Object.fromEntries(
    Object.entries(named).map(([name, text = '']) => [
      name,
      createHmac('sha256', key).update(`${name}\0${text}`).digest('base64url').slice(0, LENGTH),
    ]),
  )
