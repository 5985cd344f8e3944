import { loadConfig, type Env } from './config.ts'

/** The address of the database server, whose user and password may change while the bot runs. */
export interface ServerAddress {
  current: () => string
  /** Call when the server refused user or password: from the next connection on, those now in `DATABASE_URL_FILE` are used. */
  refused: () => void
}

/**
 * The address in DATABASE_URL, or null without one. Server and database stay those of the start, because all connections of a bot
 * must lead to one database. User and password change only if they come from `DATABASE_URL_FILE`.
 *
 * @throws BotError `BOT_CONFIG_INVALID`
 */
export const serverAddress = (env: Env): ServerAddress | null => {
  const first = addressIn(env)
  if (first === undefined) return null
  let address = first
  return {
    current: () => address,
    refused: () => {
      try {
        const next = addressIn(env)
        if (next !== undefined && placeOf(next) === placeOf(first)) address = next
      } catch {
        // The file is missing or half written; the next refusal reads it again.
      }
    },
  }
}

const addressIn = (env: Env): string | undefined => loadConfig(env, ['DATABASE_URL']).DATABASE_URL

/** The address without user and password, the parts that may change. */
const placeOf = (address: string): string => {
  const url = new URL(address)
  url.username = ''
  url.password = ''
  for (const name of ['user', 'password']) url.searchParams.delete(name)
  return url.href
}
