import { createHmac } from 'node:crypto'

const LENGTH = 16

/**
 * Marks of texts: equal where the texts are, and of no use to those who do not have the key.
 *
 * @param named - texts by name; one that is not set has the mark of an empty text
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
