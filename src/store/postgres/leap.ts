import type { Connection } from './connection.ts'
import { MIGRATION_LOCK } from './schema.ts'

/**
 * More numbers than a server can lose at once, which is about 300,000 messages' worth. A random part is added, because the last leap may
 * be lost, too.
 */
const LEAST = 1_000_000
const MORE = 100_000_000

/**
 * Moves the sequences ahead, so that no number is given twice. A server may have lost its last commits, so that its sequences continue
 * from before them while instances still work on the lost numbers: a new visitor would get the number of another one. On a server that
 * got its rows by logical replication, or from a dump of the tables alone, the sequences lie behind the rows. Call it before the
 * connection writes. A user who may not set sequences works without it; the doctor says so.
 */
export const leap = async (connection: Connection): Promise<void> => {
  await connection.query([
    { text: 'begin' },
    { text: 'select pg_advisory_xact_lock($1)', values: [MIGRATION_LOCK] },
    { text: LEAP_OVER },
    { text: CATCH_UP },
    { text: 'commit' },
  ])
}

// The tables in the query have an index on the number. Numbers in the others are within the least leap.
const LEAP_OVER = `
select setval('evergreen.seq', ${LEAST} + floor(random() * ${MORE})::bigint + greatest(
  0, pg_sequence_last_value('evergreen.seq'), (select max(seq) from evergreen.inbox), (select max(seq) from evergreen.dead),
  (select max(id) from evergreen.conversation)
)) where has_sequence_privilege('evergreen.seq', 'update')`

// No further: numbers of questions and names also tell which are the latest.
const CATCH_UP = `
select setval(sequence, highest)
from (
  select pg_get_serial_sequence('evergreen.' || name, id)::regclass as sequence, highest
  from (
    select 'page', 'no', max(no)::bigint from evergreen.page
    union all select 'answers', 'id', max(id) from evergreen.answers
    union all select 'open_question', 'id', max(id) from evergreen.open_question
    union all select 'visitor_name', 'id', max(id) from evergreen.visitor_name
  ) as numbered (name, id, highest)
) as counted
where case when has_sequence_privilege(sequence, 'update')
  then highest > coalesce(pg_sequence_last_value(sequence), 0) else false end`
