import type { DatabaseSync } from 'node:sqlite'

/**
 * One table for each kind of query. Rows leave `inbox` and `outbox` when they are done, so both stay as small as the backlog, and a start
 * does not slow down with history. `seen` makes a repeated callback a duplicate; `sent` and `dead` have the outcome of each reply.
 *
 * The keys are chosen so that few pages change. The inbox grows only at its end, because its writes are the cost of acceptance. The
 * outbox may hold a long backlog and is read by conversation, so it is one b-tree in that order.
 */
const VERSION_1 = `
create table meta (name text primary key, value) without rowid;

create table page (no integer primary key, id text not null unique);

create table conversation (
  id integer primary key,
  page integer not null,
  psid text not null,
  state text,
  window_ends_ms integer,
  unique (page, psid)
);

create table seen (key blob primary key, accepted_ms integer not null) without rowid;

create table inbox (
  conversation integer not null,
  seq integer primary key,
  accepted_ms integer not null,
  body text not null
);

create table outbox (
  page integer not null,
  conversation integer not null,
  seq integer not null,
  accepted_ms integer not null,
  doubt_ms integer,
  body text not null,
  primary key (page, conversation, seq)
) without rowid;

create table sent (
  conversation integer not null,
  seq integer not null,
  message_id text,
  sent_ms integer not null,
  primary key (conversation, seq)
) without rowid;

create table dead (
  seq integer primary key,
  conversation integer not null,
  accepted_ms integer not null,
  died_ms integer not null,
  reason text not null,
  error text,
  body text not null
);
`

/** Dead letters are listed by time, for all Pages or for one. */
const VERSION_2 = `
alter table dead add column page integer not null default 0;
update dead set page = (select page from conversation where id = dead.conversation);
create index dead_by_time on dead (died_ms, seq);
create index dead_by_page on dead (page, died_ms, seq);
`

/** Answers to forms; indexed by visitor, for forgetting. */
const VERSION_3 = `
create table answers (
  id integer primary key autoincrement,
  conversation integer not null,
  form text not null,
  url text,
  kept_ms integer not null,
  due_ms integer,
  body text not null
);
create index answers_due on answers (due_ms) where due_ms is not null;
create index answers_by_conversation on answers (conversation);
create index dead_by_conversation on dead (conversation);
`

/**
 * Conversations that are left to a person, ordered by since when. The index holds only these, read from the state. A state
 * that is not JSON counts as not left to a person.
 */
export const LEFT_SINCE = `case when json_valid(state) then json_extract(state, '$.handover.sinceMs') end`
const VERSION_4 = `
create index conversation_left on conversation (${LEFT_SINCE}) where ${LEFT_SINCE} is not null;
`

/** Messages without a sure reply of the script; indexed by likeness, by visitor and by time. */
const VERSION_5 = `
create table open_question (
  id integer primary key autoincrement,
  conversation integer not null,
  page integer not null,
  likeness text not null,
  text text not null,
  how text not null,
  reply text,
  confidence real,
  asked_ms integer not null
);
create index open_question_by_likeness on open_question (likeness, page, asked_ms);
create index open_question_by_conversation on open_question (conversation);
create index open_question_by_time on open_question (asked_ms);
`

/** Sums by span. Sums without a name come first, because the console reads them alone, and names are many. */
const VERSION_6 = `
create table statistic (
  span text not null,
  name text not null,
  start_ms integer not null,
  what text not null,
  page integer not null,
  count integer not null,
  primary key (span, name, start_ms, what, page)
) without rowid;
`

/** Index by conversation and mid, because a visitor may delete a message. */
const VERSION_7 = `
alter table open_question add column mid text;
`

/** The answer of the language model, which the owner can make a reply of. */
const VERSION_8 = `
alter table open_question add column answer text;
`

/** Shared records, and sent notices, which must not be sent again after a restart. */
const VERSION_9 = `
create table record (
  kind text not null,
  id text not null,
  version integer not null,
  data text not null,
  until_ms integer,
  primary key (kind, id)
) without rowid;
create index record_by_end on record (until_ms) where until_ms is not null;
`

/** Facebook's names of visitors, for the search by name. The id rises with each update, so the oldest can be dropped. */
const VERSION_10 = `
create table visitor_name (
  id integer primary key autoincrement,
  conversation integer not null unique,
  name text not null,
  folded text not null
);
`

/** The person who wrote a reply, null for the bot. The body is not kept, because texts of sent replies are not. */
const VERSION_11 = `
alter table sent add column author text;
`

const MIGRATIONS: readonly string[] = [
  VERSION_1,
  VERSION_2,
  VERSION_3,
  VERSION_4,
  VERSION_5,
  VERSION_6,
  VERSION_7,
  VERSION_8,
  VERSION_9,
  VERSION_10,
  VERSION_11,
]

/** The version of this program's tables. */
export const NEWEST_VERSION = MIGRATIONS.length

/** Every table of that version. */
export const TABLES: readonly string[] = MIGRATIONS.flatMap((step) =>
  [...step.matchAll(/^create table (\w+)/gm)].flatMap(([, name = '']) => name),
)

/** Migrates the database to the newest version in one transaction, because each transaction waits for the disk. */
export const migrate = (db: DatabaseSync): void => {
  const versionNow = (): number =>
    (db.prepare('pragma user_version').get() as { user_version: number }).user_version
  if (versionNow() > MIGRATIONS.length) {
    throw new Error(
      `the database has version ${versionNow()}, this program knows ${MIGRATIONS.length}: a newer Evergreen wrote it`,
    )
  }
  if (versionNow() === MIGRATIONS.length) return
  db.exec('begin immediate')
  // A command that opened the database may have been first.
  const missing = MIGRATIONS.slice(versionNow())
  for (const step of missing) db.exec(step)
  if (missing.length > 0) db.exec(`pragma user_version = ${MIGRATIONS.length}`)
  db.exec('commit')
}
