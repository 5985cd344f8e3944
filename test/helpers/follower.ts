import { execFileSync } from 'node:child_process'
import { appendFileSync, chownSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import pg from 'pg'
import { FOLLOWED, makeDataFolder, sql, startServer, type OwnServer } from './postgres-server.ts'
import { until } from './until.ts'

/** Starts a standby of the server. It takes no writes until it is promoted. */
export const startFollower = async (primary: OwnServer): Promise<OwnServer> => {
  const dir = makeDataFolder()
  const { uid, gid } = statSync(dir)
  const client = new pg.Client(primary.urlOf('postgres'))
  await client.connect()
  try {
    await client.query(`select pg_backup_start('follower', true)`)
    execFileSync('cp', ['-a', `${primary.dir}/.`, dir])
    const { rows } = await client.query<{ labelfile: string }>('select labelfile from pg_backup_stop(false)')
    writeFileSync(join(dir, 'backup_label'), rows[0]?.labelfile ?? '')
  } finally {
    await client.end()
  }
  for (const file of ['postmaster.pid', 'postmaster.opts']) rmSync(join(dir, file), { force: true })
  const { hostname, port, username } = new URL(primary.urlOf('postgres'))
  appendFileSync(
    join(dir, 'postgresql.auto.conf'),
    `primary_conninfo = 'host=${hostname} port=${port} user=${username}'\n`,
  )
  writeFileSync(join(dir, 'standby.signal'), '')
  for (const file of ['backup_label', 'standby.signal', 'postgresql.auto.conf'])
    chownSync(join(dir, file), uid, gid)
  return startServer({ settings: FOLLOWED, dir })
}

/** From now on each commit waits until the follower has it. */
export const waitForFollower = async (primary: OwnServer): Promise<void> => {
  await sql(primary.urlOf('postgres'), `alter system set synchronous_standby_names = '*'`)
  await sql(primary.urlOf('postgres'), 'select pg_reload_conf()')
  await until(async () => (await sql(primary.urlOf('postgres'), IN_STEP)).length > 0, { everyMs: 20 })
}

const IN_STEP = `select from pg_stat_replication where sync_state = 'sync' and replay_lsn is not null`

export const promote = async (follower: OwnServer): Promise<void> => {
  await sql(follower.urlOf('postgres'), 'select pg_promote(true)')
}
