import { codeOf } from '../../base/error-code.ts'
import { BotError } from '../../base/errors.ts'
import type { Connection } from './connection.ts'

/** The queues are vacuumed often, because they are short and every row of them is deleted. */
const VACUUMED =
  'autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 5000, autovacuum_vacuum_cost_delay = 0'

/**
 * The tables of SQLite's schema, under the same names and with the same meaning (see `../sqlite/schema.ts`), in a schema of
 * their own. What is different:
 *
 * - Numbers come from one sequence without a cache, so that those of two machines rise together.
 * - `left_since` is worked out by the writer: a state that is not JSON would break an index over it.
 * - `keeper` has one row: which process works on the queues, and until when. `fence` rises with each taking.
 */
const VERSION_1 = `
create table evergreen.meta (name text primary key, value text not null);

create sequence evergreen.seq as bigint cache 1;

create table evergreen.page (no integer generated always as identity primary key, id text not null unique);

create table evergreen.conversation (
  id bigint primary key default nextval('evergreen.seq'),
  page integer not null,
  psid text not null,
  state text,
  left_since double precision,
  window_ends_ms bigint,
  unique (page, psid)
) with (fillfactor = 80);
create index conversation_left on evergreen.conversation (left_since) where left_since is not null;

create table evergreen.seen (key bytea primary key, accepted_ms bigint not null);

create table evergreen.inbox (
  seq bigint primary key,
  conversation bigint not null,
  accepted_ms bigint not null,
  body text not null
) with (${VACUUMED});

create table evergreen.outbox (
  page integer not null,
  conversation bigint not null,
  seq bigint not null,
  accepted_ms bigint not null,
  doubt_ms bigint,
  body text not null,
  primary key (page, conversation, seq)
) with (${VACUUMED});

create table evergreen.sent (
  conversation bigint not null,
  seq bigint not null,
  message_id text,
  sent_ms bigint not null,
  primary key (conversation, seq)
);

create table evergreen.dead (
  seq bigint primary key,
  page integer not null,
  conversation bigint not null,
  accepted_ms bigint not null,
  died_ms bigint not null,
  reason text not null,
  error text,
  body text not null
);
create index dead_by_time on evergreen.dead (died_ms, seq);
create index dead_by_page on evergreen.dead (page, died_ms, seq);
create index dead_by_conversation on evergreen.dead (conversation);

create table evergreen.answers (
  id bigint generated always as identity primary key,
  conversation bigint not null,
  form text not null,
  url text,
  kept_ms bigint not null,
  due_ms bigint,
  body text not null
);
create index answers_due on evergreen.answers (due_ms) where due_ms is not null;
create index answers_by_conversation on evergreen.answers (conversation);

create table evergreen.open_question (
  id bigint generated always as identity primary key,
  conversation bigint not null,
  page integer not null,
  mid text,
  likeness text not null,
  text text not null,
  how text not null,
  reply text,
  confidence double precision,
  asked_ms bigint not null
);
create index open_question_by_likeness on evergreen.open_question (likeness, page, asked_ms);
create index open_question_by_conversation on evergreen.open_question (conversation);
create index open_question_by_time on evergreen.open_question (asked_ms);

create table evergreen.statistic (
  span text not null,
  name text not null,
  start_ms bigint not null,
  what text not null,
  page integer not null,
  count bigint not null,
  primary key (span, name, start_ms, what, page)
) with (fillfactor = 70);

create table evergreen.keeper (
  one boolean primary key default true check (one),
  fence bigint not null default 0,
  owner text,
  host text,
  since timestamptz,
  until timestamptz not null default '-infinity'
);
insert into evergreen.keeper default values;

create table evergreen.tokens (
  one boolean primary key default true check (one),
  version bigint not null,
  data text not null
);

create function evergreen.start_of(span text, ms bigint) returns bigint language sql stable as $$
  select (extract(epoch from date_trunc(span, to_timestamp(ms / 1000.0) at time zone 'UTC')) * 1000)::bigint
$$;

create function evergreen.refuse(state text) returns bigint language plpgsql as $$
begin
  raise exception 'refused' using errcode = state;
end $$;

create function evergreen.hold(who text, raised bigint) returns void language plpgsql as $$
begin
  perform from evergreen.keeper where owner = who and fence = raised for share;
  if not found then perform evergreen.refuse('EV001'); end if;
end $$;
`

/** The answer of the language model, which the owner can make a reply of. */
const VERSION_2 = 'alter table evergreen.open_question add column answer text'

/** Shared records. A record ends by the clock of the database, because the instances' clocks differ. */
const VERSION_3 = `
create table evergreen.record (
  kind text not null,
  id text not null,
  version bigint not null,
  data text not null,
  until timestamptz,
  primary key (kind, id)
) with (fillfactor = 50);
create index record_by_end on evergreen.record (until) where until is not null;
`

/**
 * A lease for each Page, and for the head under the number 0. `until` is by the database's clock; an owner is an instance. The
 * lease on the whole database stays: see `whole-lease.ts`.
 */
const VERSION_4 = `
create table evergreen.lease (
  page integer primary key,
  fence bigint not null default 0,
  owner text,
  until timestamptz not null default '-infinity'
) with (fillfactor = 50);

create table evergreen.instance (
  id text primary key,
  host text not null,
  version text not null,
  takes boolean not null,
  since timestamptz not null default clock_timestamp(),
  beat timestamptz not null default clock_timestamp()
) with (fillfactor = 50);

create index inbox_by_conversation on evergreen.inbox (conversation, seq);

create function evergreen.hold_pages(who text, pages integer[], fences bigint[]) returns void language plpgsql as $$
declare
  held bigint;
begin
  perform from evergreen.lease l join unnest(pages, fences) as h (page, fence) on l.page = h.page and l.fence = h.fence
  where l.owner = who order by l.page for share of l;
  get diagnostics held = row_count;
  if held < array_length(pages, 1) then perform evergreen.refuse('EV001'); end if;
end $$;
`

/**
 * Facebook's names of visitors, for the search by name. The id rises with each update, so the oldest can be dropped. A program that does
 * not know the table deletes its rows, too, through the foreign key.
 */
const VERSION_5 = `
create table evergreen.visitor_name (
  id bigint generated always as identity primary key,
  conversation bigint not null unique references evergreen.conversation (id) on delete cascade,
  name text not null,
  folded text not null
)`

/** The person who wrote a reply, null for the bot. The body is not kept, because texts of sent replies are not. */
const VERSION_6 = 'alter table evergreen.sent add column author text'

/** What instances compare with each other (`running-instances.ts`), as JSON; an older program leaves it null. */
const VERSION_7 = 'alter table evergreen.instance add column marks text'

/**
 * The author named in the body of a reply; null if the body cannot be read, because an error would prevent the reply's end from
 * being stored. Escapes are replaced before the body is parsed: PostgreSQL refuses some of them (`\u0000`, half a surrogate pair)
 * in any text of the body, and a name has none.
 */
const VERSION_8 = String.raw`
create function evergreen.author_of(body text) returns text language plpgsql immutable as $$
begin
  return regexp_replace(body, '\\.', '?', 'g')::json ->> 'by';
exception when data_exception or program_limit_exceeded then
  return null;
end $$`

interface Step {
  sql: string
  /** The oldest version that can still work after this step. */
  oldest: number
}

/** Steps only add, so that the version before can work beside this one; columns that are to go are removed a release later. */
const MIGRATIONS: readonly Step[] = [
  { sql: VERSION_1, oldest: 1 },
  { sql: VERSION_2, oldest: 1 },
  { sql: VERSION_3, oldest: 1 },
  // An earlier version works on all Pages at once, and ignores their leases.
  { sql: VERSION_4, oldest: 4 },
  { sql: VERSION_5, oldest: 4 },
  { sql: VERSION_6, oldest: 4 },
  { sql: VERSION_7, oldest: 4 },
  { sql: VERSION_8, oldest: 4 },
]

/** The version of this program's tables. */
export const NEWEST_VERSION = MIGRATIONS.length

/** SQLSTATEs that `refuse` raises: another process has the lease; the conversation was forgotten. */
export const LEASE_LOST = 'EV001'
export const CONVERSATION_GONE = 'EV002'

/** Any number; the lock of the schema, and of forgetting. */
export const MIGRATION_LOCK = 7_102_026
export const FORGETTING_LOCK = 7_102_027

/** The versions of the existing tables, and of the oldest program that can work on them; null without tables. */
export const versionsOf = async (
  connection: Connection,
): Promise<{ version: number; oldest: number } | null> => {
  const [found] = await connection.query([{ text: `select to_regclass('evergreen.meta') as meta` }])
  if (found?.[0]?.['meta'] === null) return null
  const [rows = []] = await connection.query([
    { text: `select name, value from evergreen.meta where name in ('version', 'oldest_version')` },
  ])
  const numberOf = (name: string): number => Number(rows.find((row) => row['name'] === name)?.['value'] ?? 0)
  return { version: numberOf('version'), oldest: numberOf('oldest_version') }
}

/**
 * Migrates the tables to the newest version, one transaction per step. Tables of a newer program are left as they are, if that program
 * says that this one can work on them.
 *
 * @throws {@link tooNew}
 */
export const migrate = async (connection: Connection): Promise<void> => {
  for (;;) {
    const now = await versionsOf(connection)
    if (now !== null && now.oldest > NEWEST_VERSION) throw tooNew(now.version)
    const version = now?.version ?? 0
    const step = MIGRATIONS[version]
    if (step === undefined) return
    await take(connection, version, step)
  }
}

/** This program cannot work on tables of that version. */
export const tooNew = (version: number): BotError =>
  new BotError(
    'BOT_STORE_UNAVAILABLE',
    `the database has version ${version}, this program knows ${NEWEST_VERSION}: a newer Evergreen wrote it`,
    { remedy: 'Upgrade this instance to the version that the others run; docs/upgrade.md says how.' },
  )

/** Does nothing if another process has taken the step in between. */
const take = async (connection: Connection, version: number, { sql, oldest }: Step): Promise<void> => {
  try {
    await connection.query([
      { text: 'begin' },
      { text: 'select pg_advisory_xact_lock($1)', values: [MIGRATION_LOCK] },
      ...(version === 0
        ? [{ text: MAKE_SCHEMA }]
        : [
            {
              text: `select case when value = $1 then 0 else evergreen.refuse($2) end from evergreen.meta where name = 'version'`,
              values: [String(version), TAKEN],
            },
          ]),
      { text: sql },
      {
        text: `insert into evergreen.meta (name, value) values ('version', $1), ('oldest_version', $2)
               on conflict (name) do update set value = excluded.value`,
        values: [String(version + 1), String(oldest)],
      },
      { text: 'commit' },
    ])
  } catch (error) {
    await connection.query([{ text: 'rollback' }]).catch(() => undefined)
    if (![TAKEN, TABLE_THERE].includes(codeOf(error) ?? '')) throw error
    // Tables of another program, or of a partial restore, would be in the way for ever.
    if (((await versionsOf(connection))?.version ?? 0) === version) throw error
  }
}

const TAKEN = 'EV003'
/** SQLSTATE of a table that exists already. */
export const TABLE_THERE = '42P07'

/** `create schema if not exists` needs a right in the database even if the schema exists. */
const MAKE_SCHEMA = `
do $$ begin
  if to_regnamespace('evergreen') is null then create schema evergreen; end if;
end $$`
