import { loadConfig, type Env } from '../base/config.ts'
import { configSchema, ESSENTIAL, type Config } from '../base/settings.ts'

export type OtherSettings = Omit<Config, (typeof ESSENTIAL)[number]>

/** Whether none of the three required settings is there. With one of them set, the set-up by hand has begun. */
export const isUntouched = (env: Env): boolean =>
  ESSENTIAL.every((name) => !env[name]?.trim() && !env[`${name}_FILE`]?.trim())

/** Whether nothing else that is set is wrong. */
export const isInOrder = (env: Env): boolean => {
  try {
    loadOtherSettings(env)
    return true
  } catch {
    return false
  }
}

/**
 * The settings that the set-up does not ask for, as they are set or by default.
 *
 * @throws BotError `BOT_CONFIG_INVALID`
 */
export const loadOtherSettings = (env: Env): OtherSettings =>
  loadConfig(
    env,
    (Object.keys(configSchema.properties) as (keyof Config)[]).filter((name) => !isEssential(name)),
  )

const isEssential = (name: string): boolean => (ESSENTIAL as readonly string[]).includes(name)
