import { codeOf } from '../../base/error-code.ts'
import { certificateTrouble } from '../../base/certificate.ts'
import { BotError } from '../../base/errors.ts'
import { READ_ONLY } from './connection.ts'
import { TABLE_THERE } from './schema.ts'

/** Why a database could not be opened, and what the operator does about it. */
export const unopened = (error: unknown): BotError =>
  error instanceof BotError
    ? error
    : new BotError('BOT_STORE_UNAVAILABLE', `the database could not be opened: ${reasonOf(error)}`, {
        cause: error,
        remedy: remedyOf(error),
      })

const reasonOf = (error: unknown): string => {
  // For a name with several addresses, the error holds one error for each address and no text of its own.
  const first = error instanceof AggregateError ? error.errors[0] : error
  return first instanceof Error ? first.message || (codeOf(first) ?? first.name) : String(first)
}

/** SQLSTATE of a server, or a user, that has no connection left. */
const TOO_MANY = '53300'
/** The message of `pg`, which has no code for it. */
const NO_TLS = 'The server does not support SSL connections'

/** What the operator does about an error of the server or of the way to it. */
export const remedyOf = (error: unknown): string => {
  const code = codeOf(error) ?? ''
  if (error instanceof Error && error.message === NO_TLS)
    return 'Switch encryption on at the server (ssl = on); where the network is private, add ?sslmode=disable to DATABASE_URL.'
  const certificate = certificateTrouble(code)
  if (certificate !== null)
    return `The connection is encrypted, and ${certificate.what}. Name the authority's certificate by ?sslrootcert=FILE in DATABASE_URL, or correct what is wrong with it.`
  if (code.startsWith('28')) return 'See that the user and the password in DATABASE_URL are right.'
  if (code === '3D000') return 'Create the database that DATABASE_URL names, with: createdb NAME'
  if (code === '42501')
    return 'Run "npm run doctor": it names the right that the user of DATABASE_URL does not have.'
  if (code === READ_ONLY)
    return 'Give DATABASE_URL the address of the server that takes writes (the primary), and a user for whom default_transaction_read_only is off.'
  if (code === TOO_MANY)
    return 'Raise max_connections of the server, or the limit of the user: an instance takes three connections, a command up to two.'
  if (code === TABLE_THERE)
    return 'The schema evergreen is not the bot’s, or not all of it is there: restore the whole of it, or give the bot a database of its own.'
  return 'See that the PostgreSQL server of DATABASE_URL runs, can be reached from here, and takes writes.'
}
