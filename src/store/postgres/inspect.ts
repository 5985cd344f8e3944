import type { Clock } from '../../base/clock.ts'
import type { Backlog } from '../sqlite/inspect.ts'
import type { RunningInstance } from '../../base/running-instances.ts'
import { createLink, type Row } from './connection.ts'
import { instanceListQuery, readInstanceList } from './instance-list.ts'
import { LEASE_TIMES } from './leases.ts'
import { unopened } from './unopened.ts'
import { NEWEST_VERSION, versionsOf } from './schema.ts'

/** Result of a check of the server from outside. */
export type ServerFindings =
  | { status: 'unreachable'; why: string; next: string }
  | { status: 'absent'; server: ServerFacts }
  | { status: 'forbidden'; server: ServerFacts; lacks: Lack }
  | { status: 'newer'; version: number; known: number }
  /** The tables are those of an earlier release. */
  | { status: 'older'; server: ServerFacts }
  | {
      status: 'sound'
      server: ServerFacts
      bytes: number
      /** Events not yet handled. */
      inbox: Backlog
      /** Replies not yet sent. */
      outbox: Backlog
      dead: number
      /** The instances that work on the database. */
      instances: readonly RunningInstance[]
      /** Stored notes by name (`Store.remember`). */
      notes: ReadonlyMap<string, string>
    }

export interface ServerFacts {
  /** Such as 160004. */
  version: number
  rights: Rights
  /** Time until it answers, ms. */
  answersMs: number
  /** How far its clock is ahead of this machine's, ms. */
  aheadMs: number
  /** Whether a commit waits until it would survive a crash of the server. */
  isDurable: boolean
  /** Its followers, as far as this user may see them, and whether a commit waits for one of them. */
  followers: { count: number; areWaitedFor: boolean }
}

/**
 * Missing rights of the user: make the schema; use it; read and write all its tables; change tables of an earlier version, which only
 * their owner may.
 */
export type Lack = 'create' | 'use' | 'tables' | 'own'

export interface Rights {
  /** The user and the database, quoted for SQL. */
  user: string
  database: string
  mayCreate: boolean
  /** The schema; null where there is none. */
  schema: { owner: string; isOwn: boolean; mayUse: boolean; closed: readonly string[] } | null
}

/** Checks the database without changing it, while the bot runs or not. */
export const inspectServer = async (url: string, clock: Pick<Clock, 'now'>): Promise<ServerFindings> => {
  const link = createLink({ url, name: 'evergreen doctor' })
  try {
    const connection = await link.ready()
    const askedMs = clock.now()
    const [[facts] = []] = await connection.query([{ text: FACTS }])
    const answeredMs = clock.now()
    const [[granted = {}] = []] = await connection.query([{ text: RIGHTS }])
    const server = toFacts(facts, askedMs, answeredMs, toRights(granted))
    const lacks = lackOf(server.rights)
    if (lacks !== null) return { status: 'forbidden', server, lacks }
    const versions = await versionsOf(connection)
    if (versions === null) return { status: 'absent', server }
    if (versions.oldest > NEWEST_VERSION) {
      return { status: 'newer', version: versions.version, known: NEWEST_VERSION }
    }
    if (versions.version < NEWEST_VERSION) {
      return server.rights.schema?.isOwn === true
        ? { status: 'older', server }
        : { status: 'forbidden', server, lacks: 'own' }
    }
    const [inbox, outbox, [rest] = [], notes = [], instances = []] = await connection.query([
      { text: backlogOf('inbox') },
      { text: backlogOf('outbox') },
      { text: REST },
      { text: `select substr(name, 6) as name, value from evergreen.meta where name like 'note:%'` },
      instanceListQuery(LEASE_TIMES.leaseMs),
    ])
    return {
      status: 'sound',
      server,
      bytes: Number(rest?.['bytes']),
      inbox: toBacklog(inbox),
      outbox: toBacklog(outbox),
      dead: Number(rest?.['dead']),
      instances: readInstanceList(instances),
      notes: new Map(notes.map(({ name, value }) => [name as string, value as string])),
    }
  } catch (error) {
    const { message, remedy = '' } = unopened(error)
    return { status: 'unreachable', why: message, next: remedy }
  } finally {
    await link.close()
  }
}

const FACTS = `
select current_setting('server_version_num')::int as version,
  extract(epoch from clock_timestamp())::double precision * 1000 as now,
  current_setting('fsync') = 'on' and current_setting('synchronous_commit') <> 'off' as durable,
  (select count(*) from pg_stat_replication) as followers,
  current_setting('synchronous_standby_names') <> '' and current_setting('synchronous_commit') not in ('off', 'local') as awaited`

const RIGHTS = `
select quote_ident(current_user) as "user", quote_ident(current_database()) as database,
  has_database_privilege(current_database(), 'create') as "mayCreate",
  quote_ident(pg_get_userbyid(n.nspowner)) as owner, pg_has_role(n.nspowner, 'usage') as "isOwn",
  has_schema_privilege(n.oid, 'usage') and (c.oid is not null or has_schema_privilege(n.oid, 'create')) as "mayUse",
  array(
    select r.relname::text from pg_class r where r.relnamespace = n.oid and case r.relkind
      when 'S' then not (has_sequence_privilege(r.oid, 'usage') and has_sequence_privilege(r.oid, 'update'))
      when 'r' then not (has_table_privilege(r.oid, 'select') and has_table_privilege(r.oid, 'insert')
        and has_table_privilege(r.oid, 'update') and has_table_privilege(r.oid, 'delete'))
      else false end
    order by r.relname
  ) as closed
from (select 1) as one left join pg_namespace n on n.nspname = 'evergreen'
  left join pg_class c on c.relnamespace = n.oid and c.relname = 'meta'`

const REST = `
select pg_database_size(current_database()) as bytes, (select count(*) from evergreen.dead) as dead`

const backlogOf = (queue: 'inbox' | 'outbox'): string =>
  `select count(*) as n, min(accepted_ms) as oldest from evergreen.${queue}`

const toBacklog = ([row]: readonly Row[] = []): Backlog => ({
  count: Number(row?.['n']),
  oldestMs: (row?.['oldest'] as number | null) ?? null,
})

const toFacts = (row: Row | undefined, askedMs: number, answeredMs: number, rights: Rights): ServerFacts => ({
  version: Number(row?.['version']),
  rights,
  answersMs: Math.round(answeredMs - askedMs),
  aheadMs: Math.round(Number(row?.['now']) - (askedMs + answeredMs) / 2),
  isDurable: row?.['durable'] === true,
  followers: { count: Number(row?.['followers']), areWaitedFor: row?.['awaited'] === true },
})

const toRights = ({ user, database, mayCreate, owner, isOwn, mayUse, closed }: Row): Rights => ({
  user: user as string,
  database: database as string,
  mayCreate: mayCreate === true,
  schema:
    owner === null
      ? null
      : {
          owner: owner as string,
          isOwn: isOwn === true,
          mayUse: mayUse === true,
          closed: closed as string[],
        },
})

const lackOf = ({ mayCreate, schema }: Rights): Lack | null => {
  if (schema === null) return mayCreate ? null : 'create'
  if (!schema.mayUse) return 'use'
  return schema.closed.length > 0 ? 'tables' : null
}
