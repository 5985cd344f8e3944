import { durationToTheSecond } from '../../base/times.ts'
import { differencesOf, type RunningInstance } from '../../base/running-instances.ts'
import type { Lack, Rights, ServerFacts, ServerFindings } from '../../store/postgres/inspect.ts'
import { isThere } from '../../store/is-there.ts'
import { databaseIn } from '../../store/sqlite/data-dir.ts'
import type { DoctorContext } from '../context.ts'
import { failure, ok, warning, type CheckResult } from '../check-result.ts'
import { plural } from '../../base/numbers.ts'
import { bytes } from '../words.ts'
import { judgeBacklog } from './backlog.ts'

const LEAST_VERSION = 140_000
const SKEW_MS = 30_000
/** Slower answers are a warning, because each webhook waits for several answers of the database. */
const SLOW_MS = 100

/** The database of DATABASE_URL. */
export const checkServer = (found: ServerFindings, dir: string, { clock }: DoctorContext): CheckResult => {
  if (isThere(databaseIn(dir))) {
    return failure(
      `DATABASE_URL is set, but ${databaseIn(dir)} still holds what the bot knows`,
      'Run "npm run move-to-postgres", or move the file away if it is not needed any more.',
    )
  }
  switch (found.status) {
    case 'unreachable':
      return failure(found.why, found.next)
    case 'forbidden':
      return lacking[found.lacks](found.server.rights)
    case 'newer':
      return failure(
        `a newer Evergreen has changed it (version ${found.version}; this one knows ${found.known})`,
        'Start the newer release again.',
      )
    case 'absent':
      return (
        troubleOf(found.server) ??
        slowness(found.server) ??
        ok(`${nameOf(found.server)}; its tables are made at the first start`)
      )
    case 'older':
      return (
        troubleOf(found.server) ??
        slowness(found.server) ??
        ok(`${nameOf(found.server)}; its tables are brought up to date at the next start`)
      )
    case 'sound': {
      const what = `${nameOf(found.server)}, ${bytes(found.bytes)}${instancesOf(found.instances)}`
      const backlog = judgeBacklog(what, found, found.instances.length > 0, clock.now())
      return backlog.status === 'ok'
        ? (troubleOf(found.server) ?? differing(found.instances) ?? slowness(found.server) ?? backlog)
        : backlog
    }
  }
}

const instancesOf = (instances: readonly RunningInstance[]): string => {
  if (instances.length === 0) return ''
  const each = instances.map(
    ({ host, version, pages, isHead }) =>
      `${host}, version ${version}, keeps ${plural(pages.length, 'Page')}${isHead ? ' and is the head' : ''}`,
  )
  return `, ${plural(instances.length, 'instance')} (${each.join('; ')})`
}

const differing = (instances: readonly RunningInstance[]): CheckResult | null => {
  const names = differencesOf(instances)
  if (names.length === 0) return null
  return warning(
    `the instances do not agree on ${names.join(', ')}`,
    'Give all of them the same settings, version, script and handlers; the page Instances of the console lists them.',
  )
}

const lacking: Record<Lack, (rights: Rights) => CheckResult> = {
  create: ({ user, database }) =>
    failure(
      `the user ${user} may not make a schema in the database ${database}`,
      `As the owner of the database: grant create on database ${database} to ${user}`,
    ),
  use: ({ user, schema }) =>
    failure(
      `the user ${user} may not use the schema evergreen, which is ${schema?.owner ?? 'another user'}'s`,
      `As its owner: grant usage, create on schema evergreen to ${user}`,
    ),
  tables: ({ user, schema }) =>
    failure(
      `the user ${user} may not read and write ${listOf(schema?.closed ?? [])} of the schema evergreen`,
      `As the owner: grant all on all tables in schema evergreen to ${user}; grant all on all sequences in schema evergreen to ${user}`,
    ),
  own: ({ user, schema }) =>
    failure(
      `its tables are of an earlier version, and only their owner ${schema?.owner ?? ''} may change them`,
      `Start one instance as that user, or have it run: grant ${schema?.owner ?? 'OWNER'} to ${user}`,
    ),
}

const listOf = ([first = '', ...more]: readonly string[]): string =>
  more.length === 0 ? `the table ${first}` : `${first} and ${plural(more.length, 'more table')}`

const nameOf = ({ version, followers, answersMs }: ServerFacts): string => {
  const name = `PostgreSQL ${Math.floor(version / 10_000)}`
  const all = followers.count > 0 ? `${name} with ${plural(followers.count, 'follower')}` : name
  return `${all}, answers in ${answersMs} ms`
}

const troubleOf = ({ version, isDurable, followers, aheadMs }: ServerFacts): CheckResult | null => {
  if (version < LEAST_VERSION) {
    return failure(
      `PostgreSQL ${Math.floor(version / 10_000)} is too old: 14 is needed`,
      'Upgrade the server.',
    )
  }
  if (!isDurable) {
    return warning(
      'the server says that it has kept something before it would survive a crash',
      'Set fsync and synchronous_commit to on: a webhook that was answered 200 may be lost otherwise.',
    )
  }
  if (followers.count === 0 && followers.areWaitedFor) {
    return failure(
      'every commit waits for a follower (synchronous_standby_names), and none is connected: no webhook can be accepted',
      'Bring a follower back, or empty synchronous_standby_names and reload the server.',
    )
  }
  if (followers.count > 0 && !followers.areWaitedFor) {
    return warning(
      'the server does not wait for its followers: when it dies and one of them takes its place, the last moments are lost',
      'Set synchronous_standby_names, or accept that; docs/several-machines.md tells what is lost.',
    )
  }
  if (Math.abs(aheadMs) >= SKEW_MS) {
    return warning(
      `the clock of the server is ${durationToTheSecond(Math.abs(aheadMs))} ${aheadMs > 0 ? 'ahead of' : 'behind'} the one of this machine`,
      'Have both set by NTP.',
    )
  }
  return null
}

/** Reported only if nothing else is wrong, because it may come from a busy moment of this machine. */
const slowness = ({ answersMs }: ServerFacts): CheckResult | null =>
  answersMs < SLOW_MS
    ? null
    : warning(
        `the server takes ${answersMs} ms to answer, and each webhook waits for that`,
        'Run bot and database in one region, and see that the server is not overloaded.',
      )
