import { readFileSync } from 'node:fs'
import type { ClientConfig } from 'pg'
import { BotError } from '../../base/errors.ts'
import { isLoopback } from '../../base/formats.ts'

/**
 * How to connect to the server of DATABASE_URL. `pg` would let the address override the bot's settings (`ssl=0`, `query_timeout`), and
 * changes the meaning of `sslmode` between versions, so the allowed parts of the address are read here. The connection is encrypted and
 * the server's name is checked, unless the server is on this machine or the address says `sslmode=disable`.
 *
 * @throws BotError `BOT_STORE_UNAVAILABLE` where a file of the address cannot be read
 */
export const reachedBy = (address: string): ClientConfig => {
  const { hostname, port, username, password, pathname, searchParams } = new URL(address)
  const param: Param = (name) => searchParams.get(name) || undefined
  const named = param('host') ?? decodeURIComponent(hostname).replace(/^\[(.*)\]$/, '$1')
  // `pg` takes user, password and port from such variables, too; of the host it has to be known here whether it is this machine.
  const host = named || process.env['PGHOST'] || 'localhost'
  const mode = param('sslmode') ?? (asksForEncryption(param) ? 'require' : 'prefer')
  const isPlain = mode === 'disable' || (isOnThisMachine(host) && OPPORTUNE.has(mode))
  return {
    host,
    ...given('port', Number(param('port') ?? port)),
    ...given('user', param('user') ?? decodeURIComponent(username)),
    ...given('password', param('password') ?? decodeURIComponent(password)),
    database: param('dbname') ?? decodeURIComponent(pathname.slice(1)),
    ...given('options', param('options')),
    ...given('sslnegotiation', !isPlain && isDirect(param) ? 'direct' : undefined),
    ssl: isPlain ? false : certificatesOf(param),
  }
}

/** Modes that prefer encryption without demanding it, like an absent mode. */
const OPPORTUNE: ReadonlySet<string> = new Set(['prefer', 'allow'])

type Param = (name: string) => string | undefined

/** Whether the address demands encryption by another parameter than `sslmode`. */
const asksForEncryption = (param: Param): boolean =>
  ['true', '1'].includes(param('ssl') ?? '') || param('sslcert') !== undefined || isDirect(param)

/** Whether the client begins with TLS at once, as PostgreSQL 17 allows and a proxy in front may demand. */
const isDirect = (param: Param): boolean => param('sslnegotiation') === 'direct'

const isOnThisMachine = (host: string): boolean =>
  host.startsWith('/') || host === '::1' || isLoopback(host.toLowerCase())

const certificatesOf = (param: Param): object => {
  const root = param('sslrootcert')
  return {
    // The authorities that Node.js knows are those of the system, for most purposes.
    ...given('ca', root === 'system' ? undefined : fileOf('sslrootcert', root)),
    ...given('cert', fileOf('sslcert', param('sslcert'))),
    ...given('key', fileOf('sslkey', param('sslkey'))),
  }
}

const fileOf = (name: string, path: string | undefined): string | undefined => {
  if (path === undefined) return undefined
  try {
    return readFileSync(path, 'utf8')
  } catch (cause) {
    const why = cause instanceof Error && 'code' in cause ? String(cause.code) : 'it cannot be read'
    throw new BotError('BOT_STORE_UNAVAILABLE', `the file ${path} cannot be read (${why})`, {
      cause,
      remedy: `Correct ${name} in DATABASE_URL, or let the bot read that file.`,
    })
  }
}

const given = <Value>(name: string, value: Value | undefined): Record<string, Value> =>
  value ? { [name]: value } : {}
