import type { Config } from '../base/settings.ts'
import { BotError } from '../base/errors.ts'

/** Refuses a command that works on the files of DATA_DIR if the bot's data are on a server. @throws BotError `BOT_USAGE` */
export const notWithServer = ({ DATABASE_URL }: Pick<Config, 'DATABASE_URL'>, instead: string): void => {
  if (DATABASE_URL === undefined) return
  throw new BotError('BOT_USAGE', 'DATABASE_URL is set: the data of this bot are on a PostgreSQL server.', {
    remedy: instead,
  })
}
