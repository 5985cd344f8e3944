/**
 * When versions of the Graph API end: two years after the next one came out. Facebook runs calls of an ended version on the oldest one
 * that is left, without an error.
 *
 * @see docs/messenger-platform.md#a-versions
 */
const ENDS: Readonly<Record<string, string>> = {
  'v21.0': '2027-01-21',
  'v22.0': '2027-05-20',
  'v23.0': '2027-10-08',
  'v24.0': '2028-02-18',
  'v25.0': '2028-07-29',
  'v26.0': '2028-11-04',
}

/** The newest version when this was written; Facebook has not set its end. */
export const NEWEST_VERSION = 'v27.0'

/** The day on which a version ends, like `2027-01-21`; null where that is not known. */
export const endOfVersion = (version: string): string | null => ENDS[version] ?? null
