import { configSchema, loadConfig, type Config, type Env } from '../config.ts'
import { BotError } from '../errors.ts'

/** The configuration as far as it can be used. */
export interface ReadSettings {
  values: Partial<Config>
  /** What is missing or malformed. */
  problems: ReadonlySet<keyof Config>
  /** How the bot itself would refuse it; null when it would not. */
  refusal: BotError | null
}

/**
 * Reads each variable by itself, so that one wrong value does not hide what else is wrong.
 *
 * @param trouble - why the environment is not all there is, such as a `.env` that cannot be read
 */
export const readSettings = (env: Env, trouble: BotError | null = null): ReadSettings => {
  const values: Partial<Config> = {}
  const problems = new Set<keyof Config>()
  for (const name of Object.keys(configSchema.properties) as (keyof Config)[]) {
    try {
      Object.assign(values, loadConfig(env, [name]))
    } catch {
      problems.add(name)
    }
  }
  return { values, problems, refusal: trouble ?? (problems.size === 0 ? null : refusalOf(env)) }
}

/** What must never be shown, should some message quote it. */
export const secretsOf = (env: Env, { values }: ReadSettings): string[] =>
  [
    values.FB_APP_SECRET,
    values.FB_VERIFY_TOKEN,
    values.TOKEN_KEY,
    values.OPERATOR_PASSWORD,
    values.ALERT_URL,
    env['FB_USER_TOKEN']?.trim(),
  ].filter((secret) => secret !== undefined)

const refusalOf = (env: Env): BotError => {
  try {
    loadConfig(env)
  } catch (error) {
    if (error instanceof BotError) return error
    throw error
  }
  throw new Error('Each variable by itself was refused, all together were not.')
}
