import type { LoadedReplies, OutboxQuery, OutboxRow } from '../queues/rows.ts'
import type { Operation } from '../queues/operations.ts'
import type { CountedThing } from './counts.ts'
import { change, select, type Known, type Maker, type Statements } from './statements.ts'

// Enough replies for a conversation page, which shows the latest fifty messages.
const LATEST_SENT = 500

type QueueOperation =
  'interject' | 'load_inbox' | 'waiting' | 'sent_only' | 'dead' | 'hand_back' | 'sent_replies'

/** Replies of any number of conversations and Pages, each marked as claimed, in one statement. */
export const loadAll = (
  operations: readonly Extract<Operation, { op: 'load_outbox' }>[],
  known: Known,
): Statements<LoadedReplies[]> => {
  const wanted = operations.flatMap(({ page, conversations }, query) =>
    conversations.map((conversation) => ({ query, page: known.page(page), conversation })),
  )
  return {
    queries: [
      {
        text: LOAD,
        values: [
          wanted.map(({ query }) => query + 1),
          wanted.map(({ page }) => page),
          wanted.map(({ conversation }) => conversation),
          operations.map(({ limit }) => limit),
          operations.map(({ nowMs }) => nowMs),
        ],
      },
    ],
    result: ([found = []]) => {
      const rows = operations.map((): OutboxRow[] => [])
      for (const { query, ...row } of found) rows[Number(query) - 1]?.push(row as unknown as OutboxRow)
      return operations.map((operation, query) => loaded(operation, rows[query] ?? []))
    },
  }
}

const loaded = ({ conversations, limit }: OutboxQuery, rows: OutboxRow[]): LoadedReplies => {
  const counts = new Map<number, number>()
  for (const { conversation } of rows) counts.set(conversation, (counts.get(conversation) ?? 0) + 1)
  let left = limit
  const unread = conversations.filter((conversation) => {
    const size = counts.get(conversation) ?? 0
    const isFull = size === left
    left -= size
    return isFull
  })
  return { rows, unread }
}

const LOAD = `
with wanted as materialized (
  select * from unnest($1::int[], $2::int[], $3::bigint[]) with ordinality as w (query, page, conversation, ord)
), picked as materialized (
  select * from (
    select o.*, w.query, w.ord, row_number() over (partition by w.query order by w.ord, o.seq) as place
    from wanted w cross join lateral (
      select * from evergreen.outbox where page = w.page and conversation = w.conversation
      order by seq limit ($4::int[])[w.query]
    ) o
  ) all_of where place <= ($4::int[])[query]
), marked as (
  update evergreen.outbox o set doubt_ms = ($5::bigint[])[p.query] from picked p
  where o.page = p.page and o.conversation = p.conversation and o.seq = p.seq and p.doubt_ms is null
)
select o.query, o.conversation, c.state, c.window_ends_ms as "windowEndsMs", c.psid, o.seq, o.accepted_ms as "acceptedMs",
  o.doubt_ms as "doubtMs", o.body
from picked o join evergreen.conversation c on c.id = o.conversation order by o.ord, o.seq`

/** The sent replies of any number of operations, in one statement. A reply that its echo has confirmed is counted already. */
export const sentAll = (
  operations: readonly Extract<Operation, { op: 'sent' }>[],
  known: Known,
): Statements<null[]> => ({
  ...change(SENT, [
    operations.map(({ page }) => known.page(page)),
    operations.map(({ conversation }) => conversation),
    operations.map(({ seq }) => seq),
    operations.map(({ messageId }) => messageId),
    operations.map(({ nowMs }) => nowMs),
    operations.map(({ waited }) => waited),
  ]),
  result: () => operations.map(() => null),
  counted: ([rows = []]) =>
    rows.flatMap((row): CountedThing[] => {
      const { page, atMs, replies, waited } = row as {
        page: number
        atMs: number
        replies: number
        waited: number
      }
      return [
        { what: 'replies', page, atMs, by: replies },
        { what: 'waited', page, atMs, by: waited },
      ]
    }),
})

/** The person who wrote the waiting reply `o`. Few bodies name one, so most are not parsed as JSON. */
export const AUTHOR = `case when strpos(o.body, '"by":') > 0 then evergreen.author_of(o.body) end`

const HOUR_MS = 3_600_000

// Without a message id it may be a handover, which is no message.
const SENT = `
with given as materialized (
  select * from unnest($1::int[], $2::bigint[], $3::bigint[], $4::text[], $5::bigint[], $6::boolean[])
    as g (page, conversation, seq, message_id, sent_ms, waited)
), dropped as (
  delete from evergreen.outbox o using given g
  where o.page = g.page and o.conversation = g.conversation and o.seq = g.seq
  returning g.page, g.conversation, g.seq, g.message_id, g.sent_ms, g.waited, ${AUTHOR} as author
), kept as (
  insert into evergreen.sent (conversation, seq, message_id, sent_ms, author)
  select conversation, seq, message_id, sent_ms, author from dropped on conflict do nothing
)
select page, min(sent_ms) as "atMs", count(message_id) as replies, count(*) filter (where waited) as waited
from dropped group by page, sent_ms / ${HOUR_MS}`

const LOAD_INBOX = `
select i.conversation, c.state, c.window_ends_ms as "windowEndsMs", p.id as page, c.psid, i.seq, i.accepted_ms as "acceptedMs", i.body
from evergreen.inbox i join evergreen.conversation c on c.id = i.conversation join evergreen.page p on p.no = c.page
where i.seq > $1 and i.conversation <> all ($2::bigint[])
  and ($4::text is null or exists (select from evergreen.lease l where l.page = c.page and l.owner = $4))
order by i.seq limit $3`

// A number may be committed after a higher one of another instance, so an earlier event of a conversation may lie below the place read up
// to. "offset 0" makes PostgreSQL use the index for each conversation, also in a large table.
const LOAD_WITH_EARLIER = `
with later as materialized (${LOAD_INBOX})
select * from later
union all
select l.conversation, l.state, l."windowEndsMs", l.page, l.psid, e.seq, e.accepted_ms, e.body
from (select distinct on (conversation) * from later) l cross join lateral (
  select i.seq, i.accepted_ms, i.body from evergreen.inbox i
  where i.conversation = l.conversation and i.seq <= $1 offset 0
) e
order by seq`

/** @param owner - the instance whose Pages are read; null for all Pages */
export const queueStatements = (owner: string | null): { [Op in QueueOperation]: Maker<Op> } => ({
  interject: ({ page, conversation, seq, acceptedMs, reply, doubtMs }, known) => ({
    queries: [
      {
        text: `insert into evergreen.outbox (page, conversation, seq, accepted_ms, doubt_ms, body)
               select $1::int, $2::bigint, nextval('evergreen.seq'), $3::bigint, $4::bigint, $5
               from evergreen.inbox where seq = $6 returning seq`,
        values: [known.page(page), conversation, acceptedMs, doubtMs, reply, seq],
      },
    ],
    result: ([rows]) => (rows?.[0]?.['seq'] as number | undefined) ?? null,
  }),

  load_inbox: ({ after, limit, except }) => ({
    queries: [{ text: after === 0 ? LOAD_INBOX : LOAD_WITH_EARLIER, values: [after, except, limit, owner] }],
    result: ([rows = []]) => ({
      rows: rows as never[],
      end: rows.filter(({ seq }) => (seq as number) > after).length < limit,
    }),
  }),

  waiting: ({ page, except, limit }, known) => ({
    queries: [
      {
        text: `select w.conversation
               from (select distinct conversation from evergreen.outbox
                     where page = $1 and conversation <> all ($2::bigint[])) w
                 join evergreen.conversation c on c.id = w.conversation
               order by c.window_ends_ms nulls last, w.conversation limit $3`,
        values: [known.page(page), except, limit],
      },
    ],
    result: ([rows = []]) => rows.map(({ conversation }) => conversation as number),
  }),

  sent_only: ({ page, conversation, seq, nowMs }, known) =>
    change(
      `with dropped as (
         delete from evergreen.outbox where page = $1 and conversation = $2 and seq = $3 returning conversation, seq
       )
       insert into evergreen.sent (conversation, seq, sent_ms)
       select conversation, seq, $4::bigint from dropped on conflict do nothing`,
      [known.page(page), conversation, seq, nowMs],
    ),

  // The replacement keeps the reply's number, and so its place; the dead letter gets a number of its own.
  dead: ({ page, conversation, seq, reason, error, instead, nowMs }, known) =>
    change(
      `with died as materialized (
         select * from evergreen.outbox where page = $1 and conversation = $2 and seq = $3
       ), letter as (
         insert into evergreen.dead (seq, page, conversation, accepted_ms, died_ms, reason, error, body)
         select case when $7::text is null then seq else nextval('evergreen.seq') end, page, conversation, accepted_ms,
           $4::bigint, $5, $6, body from died
       ), dropped as (
         delete from evergreen.outbox
         where page = $1 and conversation = $2 and seq = $3 and $7::text is null
       )
       update evergreen.outbox set body = $7::text
       where page = $1 and conversation = $2 and seq = $3 and $7::text is not null`,
      [
        known.page(page),
        conversation,
        seq,
        nowMs,
        reason,
        error === null ? null : JSON.stringify(error),
        instead,
      ],
    ),

  hand_back: ({ page, conversation, seqs }, known) =>
    change(
      `update evergreen.outbox set doubt_ms = null
       where page = $1 and conversation = $2 and seq = any ($3::bigint[])`,
      [known.page(page), conversation, seqs],
    ),

  sent_replies: ({ page, psid }, known) =>
    select(
      `select s.seq, s.message_id as "messageId"
       from evergreen.sent s join evergreen.conversation c on c.id = s.conversation
       where c.page = $1 and c.psid = $2 order by s.seq desc limit ${LATEST_SENT}`,
      [known.page(page), psid],
    ),
})
