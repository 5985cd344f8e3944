import type { ServerAddress } from '../../base/server-address.ts'
import type { Config } from '../../base/settings.ts'
import { toTokenKey } from './cipher.ts'
import { placeInFolder, type TokenPlace } from './place.ts'

/**
 * Where the tokens of an installation are: in its database where it has one on a server, in its data folder otherwise.
 *
 * @throws BotError `BOT_STORE_UNAVAILABLE`, `BOT_CONFIG_INVALID`
 */
export const openTokenPlace = async (
  { DATA_DIR, DATABASE_URL, TOKEN_KEY }: Pick<Config, 'DATA_DIR' | 'DATABASE_URL' | 'TOKEN_KEY'>,
  address: string | ServerAddress | null = DATABASE_URL ?? null,
): Promise<TokenPlace> => {
  const key = toTokenKey(TOKEN_KEY)
  if (address === null || key === null) return placeInFolder(DATA_DIR, key)
  // What speaks to a server is loaded only where there is one.
  const { placeInRow } = await import('../postgres/token-row.ts')
  return placeInRow(address, key)
}
