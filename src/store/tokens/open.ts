import type { ServerAddress } from '../../base/server-address.ts'
import type { Config } from '../../base/settings.ts'
import { toTokenKey } from './cipher.ts'
import { placeInFolder, type TokenPlace } from './place.ts'

/**
 * Opens the place of an installation's tokens: the database on a server, if there is one, else the data folder.
 *
 * @throws BotError `BOT_STORE_UNAVAILABLE`, `BOT_CONFIG_INVALID`
 */
export const openTokenPlace = async (
  { DATA_DIR, DATABASE_URL, TOKEN_KEY }: Pick<Config, 'DATA_DIR' | 'DATABASE_URL' | 'TOKEN_KEY'>,
  address: string | ServerAddress | null = DATABASE_URL ?? null,
): Promise<TokenPlace> => {
  const key = toTokenKey(TOKEN_KEY)
  if (address === null || key === null) return placeInFolder(DATA_DIR, key)
  // The code for a server is loaded only with a server.
  const { placeInRow } = await import('../postgres/token-row.ts')
  return placeInRow(address, key)
}
