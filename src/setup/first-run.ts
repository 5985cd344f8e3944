import { loadConfig, type Env } from '../base/config.ts'
import { configSchema, ESSENTIAL, type Config } from '../base/settings.ts'

export type OtherSettings = Omit<Config, (typeof ESSENTIAL)[number]>

/** Whether all three required settings are missing. If one is set, the operator has begun to set the bot up by hand. */
export const isUntouched = (env: Env): boolean =>
  ESSENTIAL.every((name) => !env[name]?.trim() && !env[`${name}_FILE`]?.trim())

/** Whether all other settings are valid. */
export const isInOrder = (env: Env): boolean => {
  try {
    loadOtherSettings(env)
    return true
  } catch {
    return false
  }
}

/**
 * The settings that the set-up does not ask for, with their defaults.
 *
 * @throws BotError `BOT_CONFIG_INVALID`
 */
export const loadOtherSettings = (env: Env): OtherSettings =>
  loadConfig(
    env,
    (Object.keys(configSchema.properties) as (keyof Config)[]).filter((name) => !isEssential(name)),
  )

const isEssential = (name: string): boolean => (ESSENTIAL as readonly string[]).includes(name)
