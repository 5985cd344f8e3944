import { editDistance } from './edit-distance.ts'
import { configSchema, SECRET_NAMES } from './settings.ts'

/** All names of settings. */
const KNOWN: readonly string[] = [
  ...Object.keys(configSchema.properties),
  ...SECRET_NAMES,
  ...SECRET_NAMES.map((name) => `${name}_FILE`),
]
/** In names up to this length only one letter may differ, because with two changed letters a short name is another word. */
const SHORT = 6

export const isSetting = (name: string): boolean => KNOWN.includes(name)

/**
 * The setting that a name was most likely meant to be; null for a setting, and for a name that resembles none. Names are
 * compared without regard to case, hyphens and `export `.
 */
export const misspeltSetting = (name: string): string | null => {
  const own = name.replace(/^export\s+/, '')
  const plain = own.toUpperCase().replaceAll(/[-\s.]/g, '_')
  // The names of proxy settings are also valid in small letters.
  if (KNOWN.includes(own) || (own === plain.toLowerCase() && plain.endsWith('_PROXY'))) return null
  if (KNOWN.includes(plain)) return plain
  const most = plain.length <= SHORT ? 1 : 2
  return KNOWN.find((known) => editDistance(plain, known) <= most) ?? null
}
