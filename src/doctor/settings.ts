import type { ConfigWarning } from '../base/config-warnings.ts'
import { loadConfig, type Env } from '../base/config.ts'
import { configSchema, SECRET_NAMES, type Config } from '../base/settings.ts'
import { BotError } from '../base/errors.ts'

/** The valid part of the configuration. */
export interface ReadSettings {
  values: Partial<Config>
  /** The names of missing or invalid settings. */
  problems: ReadonlySet<keyof Config>
  /** The error with which the bot would refuse to start; null if it would start. */
  refusal: BotError | null
  /** Problems that do not prevent a start. */
  warnings: readonly ConfigWarning[]
}

/**
 * Validates each variable separately, so that one wrong value does not hide other faults.
 *
 * @param trouble - why settings may be missing, such as a `.env` that cannot be read
 */
export const readSettings = (
  env: Env,
  trouble: BotError | null = null,
  warnings: readonly ConfigWarning[] = [],
): ReadSettings => {
  const values: Partial<Config> = {}
  const problems = new Set<keyof Config>()
  for (const name of Object.keys(configSchema.properties) as (keyof Config)[]) {
    try {
      Object.assign(values, loadConfig(env, [name]))
    } catch {
      problems.add(name)
    }
  }
  return { values, problems, refusal: trouble ?? refusalOf(env), warnings }
}

/** All texts that must not be shown: each secret, and the password in each secret that is an address. */
export const secretsOf = (env: Env, { values }: ReadSettings): string[] =>
  SECRET_NAMES.flatMap((name) => [env[name]?.trim(), (values as Env)[name]]).flatMap((value) =>
    value ? [value, ...passwordIn(value)] : [],
  )

const passwordIn = (value: string): string[] => {
  const password = URL.parse(value)?.password ?? ''
  return password === '' ? [] : [password, unescape(password)]
}

/** The decoded password, because a message may hold either form. */
const unescape = (text: string): string => {
  try {
    return decodeURIComponent(text)
  } catch {
    return text
  }
}

const refusalOf = (env: Env): BotError | null => {
  try {
    loadConfig(env)
    return null
  } catch (error) {
    if (error instanceof BotError) return error
    throw error
  }
}
