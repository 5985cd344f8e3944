import { loadConfig, type Env } from './config.ts'

/** The address of the database server, whose user and password may change while the bot runs. */
export interface ServerAddress {
  current: () => string
  /** The server has refused user or password: those that `DATABASE_URL_FILE` has by now are used from the next connection on. */
  refused: () => void
}

/**
 * What DATABASE_URL says, or null without one. Server and database stay those of the start, since the connections of one bot must
 * not lead to two of them; so do user and password that the environment holds itself.
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
        // The file is gone, or half of it is there: the next refusal looks again.
      }
    },
  }
}

const addressIn = (env: Env): string | undefined => loadConfig(env, ['DATABASE_URL']).DATABASE_URL

/** The address without what may change. */
const placeOf = (address: string): string => {
  const url = new URL(address)
  url.username = ''
  url.password = ''
  for (const name of ['user', 'password']) url.searchParams.delete(name)
  return url.href
}
