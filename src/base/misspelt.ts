import { editDistance } from './edit-distance.ts'
import { configSchema, SECRET_NAMES } from './settings.ts'

/** Every name that is read as a setting. */
const KNOWN: readonly string[] = [
  ...Object.keys(configSchema.properties),
  ...SECRET_NAMES,
  ...SECRET_NAMES.map((name) => `${name}_FILE`),
]
/** A short name with two letters changed is another word. */
const SHORT = 6

export const isSetting = (name: string): boolean => KNOWN.includes(name)

/**
 * The setting that a name was most likely meant to be; null for a setting, and for a name that resembles none. Names are
 * compared without regard to case, hyphens and `export `.
 */
export const misspeltSetting = (name: string): string | null => {
  const own = name.replace(/^export\s+/, '')
  const plain = own.toUpperCase().replaceAll(/[-\s.]/g, '_')
  // Unix spells those of proxies small.
  if (KNOWN.includes(own) || (own === plain.toLowerCase() && plain.endsWith('_PROXY'))) return null
  if (KNOWN.includes(plain)) return plain
  const most = plain.length <= SHORT ? 1 : 2
  return KNOWN.find((known) => editDistance(plain, known) <= most) ?? null
}
