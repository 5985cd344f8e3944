import { configSchema, loadConfig, type Config, type Env } from '../base/config.ts'
import { BotError } from '../base/errors.ts'

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
  return { values, problems, refusal: trouble ?? refusalOf(env) }
}

/** What must never be shown, should some message quote it. */
export const secretsOf = (env: Env, { values }: ReadSettings): string[] =>
  [
    values.FB_APP_SECRET,
    values.FB_VERIFY_TOKEN,
    values.TOKEN_KEY,
    values.OPERATOR_PASSWORD,
    values.ALERT_URL,
    values.SMTP_URL,
    values.SMTP_URL === undefined ? undefined : new URL(values.SMTP_URL).password,
    env['FB_USER_TOKEN']?.trim(),
  ].filter((secret) => secret !== undefined)

const refusalOf = (env: Env): BotError | null => {
  try {
    loadConfig(env)
    return null
  } catch (error) {
    if (error instanceof BotError) return error
    throw error
  }
}
