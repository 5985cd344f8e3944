import type { ConfigWarning } from '../base/config-warnings.ts'
import { loadConfig, type Env } from '../base/config.ts'
import { configSchema, SECRET_NAMES, type Config } from '../base/settings.ts'
import { BotError } from '../base/errors.ts'

/** The configuration as far as it can be used. */
export interface ReadSettings {
  values: Partial<Config>
  /** What is missing or malformed. */
  problems: ReadonlySet<keyof Config>
  /** How the bot itself would refuse it; null when it would not. */
  refusal: BotError | null
  /** Problems that do not prevent a start. */
  warnings: readonly ConfigWarning[]
}

/**
 * Reads each variable by itself, so that one wrong value does not hide what else is wrong.
 *
 * @param trouble - why the environment is not all there is, such as a `.env` that cannot be read
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

/** What must never be shown, should some message quote it: each secret, and the password where one is an address. */
export const secretsOf = (env: Env, { values }: ReadSettings): string[] =>
  SECRET_NAMES.flatMap((name) => [env[name]?.trim(), (values as Env)[name]]).flatMap((value) =>
    value ? [value, ...passwordIn(value)] : [],
  )

const passwordIn = (value: string): string[] => {
  const password = URL.parse(value)?.password ?? ''
  return password === '' ? [] : [password, unescape(password)]
}

/** Both the password as it stands in the address and the password itself. */
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
