import { codeOf } from '../../base/error-code.ts'
import { BotError } from '../../base/errors.ts'
import { parseJson } from '../../base/json.ts'
import type { ServerAddress } from '../../base/server-address.ts'
import { seal, unseal } from '../tokens/cipher.ts'
import type { TokenPlace } from '../tokens/place.ts'
import { toTokenData, type TokenData } from '../tokens/records.ts'
import { createLink, type Query, type Row } from './connection.ts'
import { migrate } from './schema.ts'
import { remedyOf } from './unopened.ts'

const NAME = 'the row of tokens in the database (evergreen.tokens)'
const ROW = { name: NAME, withoutKey: 'delete the row (delete from evergreen.tokens)' }
/** More tries than there can be concurrent writers: each try fails only because another writer succeeded. */
const MOST_TRIES = 20

/** Another process has written since this one read. */
class WrittenMeanwhile extends Error {}

/**
 * The tokens as one row of the database, always encrypted, because the row gets into replicas and dumps. A writer names the version it
 * has read, and reads again when another writer was faster.
 *
 * @param tables - whether missing or old tables are made and migrated
 */
export const placeInRow = (
  url: string | ServerAddress,
  key: Buffer,
  tables: 'made' | 'there' = 'made',
): TokenPlace => {
  let areThere = tables === 'there'
  const link = createLink({ url, name: 'evergreen tokens' }, async (opened) => {
    // Later they are missing only while a database is being restored, which they would disturb.
    if (!areThere) await migrate(opened)
    areThere = true
  })
  let known = 0

  const ask = async (query: Query): Promise<Row | undefined> => {
    try {
      const [rows] = await (await link.ready()).query([query])
      return rows?.[0]
    } catch (error) {
      throw unavailable(error)
    }
  }

  const write = async (data: TokenData, with_: Buffer): Promise<void> => {
    const row = await ask({
      text: `insert into evergreen.tokens as t (version, data) select $1::bigint + 1, $2
             where $1::bigint > 0 or not exists (select from evergreen.tokens)
             on conflict (one) do update set version = t.version + 1, data = excluded.data where t.version = $1
             returning version`,
      values: [known, seal(JSON.stringify(data), with_)],
    })
    if (row === undefined) throw new WrittenMeanwhile()
    known = row['version'] as number
  }

  return {
    name: NAME,
    adapter: {
      read: async () => {
        const row = await ask({ text: 'select version, data from evergreen.tokens' })
        known = (row?.['version'] as number | undefined) ?? 0
        if (row === undefined) return null
        try {
          return toTokenData(parseJson(unseal(parseJson(row['data'] as string), key, ROW)))
        } catch (error) {
          throw error instanceof BotError ? error : unreadable(error)
        }
      },
      write: (data) => write(data, key),
    },
    changed: async () => {
      const row = await ask({ text: 'select version from evergreen.tokens' })
      return ((row?.['version'] as number | undefined) ?? 0) !== known
    },
    isExposed: () => false,
    rewrite: write,
    alone: async (task) => {
      for (let tries = 1; ; tries += 1) {
        try {
          return await task()
        } catch (error) {
          if (!(error instanceof WrittenMeanwhile)) throw error
          if (tries === MOST_TRIES) throw unavailable(error)
        }
      }
    },
    close: link.close,
  }
}

const unreadable = (error: unknown): BotError =>
  new BotError(
    'BOT_TOKEN_STORE_UNREADABLE',
    // JSON.parse quotes the text around a mistake, which may hold tokens.
    `${NAME} cannot be read: ${error instanceof SyntaxError || !(error instanceof Error) ? 'it is not valid JSON' : error.message}.`,
    { remedy: 'Delete the row, and run "npm run bootstrap-token" again.' },
  )

const unavailable = (error: unknown): BotError =>
  new BotError(
    'BOT_STORE_UNAVAILABLE',
    `The tokens in the database cannot be had now (${codeOf(error) ?? 'no answer'}).`,
    { cause: error, retryable: true, remedy: remedyOf(error) },
  )
