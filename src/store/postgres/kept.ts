import type { DeadMarkRow, DeadRow, Results } from '../queues/operations.ts'
import { questionGroup, type Wording } from '../question-group.ts'
import type { LeftToPerson, NamedVisitor, Parked } from '../store.ts'
import type { OpenQuestionGroup } from '../open-questions.ts'
import type { KeptAnswers } from '../form-answers.ts'
import type { Row } from './connection.ts'
import { change, countQuery, select, selectOne, type Maker, NO_ROWS } from './statements.ts'

type KeptOperation =
  | 'conversation'
  | 'counts'
  | 'dead_rows'
  | 'parked'
  | 'left_to_people'
  | 'probe'
  | 'list_dead'
  | 'get_dead'
  | 'drop_dead'
  | 'remember'
  | 'remember_if'
  | 'recall'
  | 'list_answers'
  | 'due_answers'
  | 'answers_tried'
  | 'drop_answers'
  | 'list_questions'
  | 'drop_questions'
  | 'recent_visitors'
  | 'keep_name'
  | 'find_by_name'
  | 'statistics'
  | 'gone'

const CONVERSATION = '(select id from evergreen.conversation where page = $1 and psid = $2)'

const DEAD = `
  select d.seq, p.id as page, c.psid, d.accepted_ms as "acceptedMs", d.died_ms as "diedMs", d.reason, d.error,
    c.window_ends_ms as "windowEndsMs", d.body
  from evergreen.dead d join evergreen.page p on p.no = d.page join evergreen.conversation c on c.id = d.conversation`

const ANSWERS = `
  select a.id, p.id as "pageId", nullif(c.psid, '') as psid, a.form, a.url, a.kept_ms as "keptMs", a.due_ms as "dueMs", a.body
  from evergreen.answers a join evergreen.conversation c on c.id = a.conversation join evergreen.page p on p.no = c.page`

const TEXTS_A_GROUP = 3
const MOST_NAMES = 100_000

/** Statements for data beside the queues. */
export const keptStatements: { [Op in KeptOperation]: Maker<Op> } = {
  conversation: ({ page, psid, limit }, known) => {
    const who = [known.page(page), psid]
    const of = (text: string) => ({ text, values: [...who, limit] })
    return {
      queries: [
        {
          text: `select window_ends_ms as "windowEndsMs" from evergreen.conversation where page = $1 and psid = $2`,
          values: who,
        },
        of(`select seq, accepted_ms as "acceptedMs", body from evergreen.inbox
            where conversation = ${CONVERSATION} order by seq limit $3`),
        of(`select seq, accepted_ms as "acceptedMs", doubt_ms as "doubtMs", body from evergreen.outbox
            where page = $1 and conversation = ${CONVERSATION} order by seq limit $3`),
        of(`select seq, message_id as "messageId", sent_ms as "sentMs", author as "by" from evergreen.sent
            where conversation = ${CONVERSATION} order by seq desc limit $3`),
        of(`select seq, accepted_ms as "acceptedMs", died_ms as "diedMs", reason, error, body from evergreen.dead
            where conversation = ${CONVERSATION} order by seq desc limit $3`),
      ],
      result: ([[found] = NO_ROWS, inbox, outbox, sent, dead]) =>
        found === undefined
          ? null
          : ({ windowEndsMs: found['windowEndsMs'], inbox, outbox, sent, dead } as unknown as NonNullable<
              Results['conversation']
            >),
    }
  },

  counts: () => ({
    queries: [
      {
        text: `select count(*) as inbox, min(accepted_ms) as "inboxOldestMs",
                 (select count(*) from evergreen.dead) as dead from evergreen.inbox`,
      },
      {
        text: `select p.id as page, count(*) as count, min(o.accepted_ms) as "oldestMs"
               from evergreen.outbox o join evergreen.page p on p.no = o.page group by p.id`,
      },
    ],
    result: ([[totals] = NO_ROWS, outbox]) => ({ ...totals, outbox }) as unknown as Results['counts'],
  }),

  dead_rows: () =>
    select<Results['dead_rows']>(
      `select relname::text as table, n_dead_tup as count from pg_stat_user_tables
       where schemaname = 'evergreen' order by relname`,
    ),

  parked: ({ page, nowMs }, known) =>
    selectOne<Parked>(
      `select count(*) as visitors, min(c.window_ends_ms) filter (where c.window_ends_ms > $1) as "firstWindowEndsMs"
       from (select distinct page, conversation from evergreen.outbox where $2::boolean or page = $3) o
         join evergreen.conversation c on c.id = o.conversation`,
      [nowMs, page === null, page === null ? null : known.page(page)],
    ),

  left_to_people: ({ limit }) =>
    select<LeftToPerson[]>(
      `select p.id as "pageId", c.psid, c.state, c.window_ends_ms as "windowEndsMs"
       from evergreen.conversation c join evergreen.page p on p.no = c.page
       where c.left_since is not null order by c.left_since limit $1`,
      [limit],
    ),

  probe: ({ nowMs }) => change(PUT_META, ['probed_ms', String(nowMs)]),

  list_dead: ({ page, reason, before, limit }, known) => {
    const { diedMs, seq } = before ?? { diedMs: Number.MAX_SAFE_INTEGER, seq: 0 }
    return select<DeadRow[]>(
      `${DEAD} where (d.died_ms, d.seq) < ($1::bigint, $2::bigint) and ($3::boolean or d.page = $4)
         and ($5::text is null or d.reason = $5) order by d.died_ms desc, d.seq desc limit $6`,
      [diedMs, seq, page === null, page === null ? null : known.page(page), reason, limit],
    )
  },

  get_dead: ({ seq }) => selectOne<DeadRow | null>(`${DEAD} where d.seq = $1`, [seq]),

  drop_dead: ({ seqs }) =>
    select<DeadMarkRow[]>(
      `with dropped as (delete from evergreen.dead where seq = any ($1::bigint[]) returning seq, page, conversation)
       ${MARKS} from dropped d ${MARKS_OF}`,
      [seqs],
    ),

  remember: ({ name, text }) => change(PUT_META, [`note:${name}`, text]),

  remember_if: ({ name, text, was }) => ({
    queries: [{ text: PUT_META_IF, values: [`note:${name}`, text, was] }],
    result: ([written = []]) => written.length > 0,
  }),

  recall: ({ name }) => ({
    queries: [{ text: 'select value from evergreen.meta where name = $1', values: [`note:${name}`] }],
    result: ([rows]) => (rows?.[0]?.['value'] as string | undefined) ?? null,
  }),

  list_answers: ({ after, limit }) =>
    select<KeptAnswers[]>(`${ANSWERS} where a.id > $1 order by a.id limit $2`, [after, limit]),

  due_answers: ({ nowMs, limit }) => ({
    queries: [
      { text: `${ANSWERS} where a.due_ms <= $1 order by a.due_ms, a.id limit $2`, values: [nowMs, limit] },
      { text: 'select min(due_ms) as "nextMs" from evergreen.answers where due_ms > $1', values: [nowMs] },
    ],
    result: ([answers = [], [next] = NO_ROWS]) => ({
      answers: answers as unknown as KeptAnswers[],
      nextMs: (next?.['nextMs'] ?? null) as number | null,
    }),
  }),

  answers_tried: ({ id, nextMs }) =>
    change('update evergreen.answers set due_ms = $1 where id = $2', [nextMs, id]),

  drop_answers: ({ upTo }) =>
    countQuery(
      `with dropped as (delete from evergreen.answers where id <= $1 and due_ms is null returning 1)
       select count(*) as n from dropped`,
      [upTo],
    ),

  list_questions: ({ page, limit }, known) => ({
    queries: [
      {
        text: `select g.likeness, g.count, g."lastMs", p.id as "pageId", t.wordings
               from (
                 select likeness, count(*) as count, max(asked_ms) as "lastMs",
                   (array_agg(page order by asked_ms desc, id desc))[1] as page from evergreen.open_question
                 where $1::boolean or page = $2 group by likeness order by count desc, "lastMs" desc limit $3
               ) g join evergreen.page p on p.no = g.page cross join lateral (
                 select json_agg(w order by w.asked_ms desc) as wordings from (
                   select * from (
                     select distinct on (text) text, how, reply, confidence, answer, asked_ms from evergreen.open_question
                     where likeness = g.likeness order by text, asked_ms desc
                   ) each order by asked_ms desc limit ${TEXTS_A_GROUP}
                 ) w
               ) t order by g.count desc, g."lastMs" desc`,
        values: [page === null, page === null ? null : known.page(page), limit],
      },
    ],
    result: ([rows = []]) => rows.map(toGroup),
  }),

  drop_questions: ({ likeness }) =>
    countQuery(
      `with dropped as (delete from evergreen.open_question where likeness = $1 returning 1)
       select count(*) as n from dropped`,
      [likeness],
    ),

  recent_visitors: ({ page, limit }, known) => ({
    queries: [
      {
        text: `select psid from evergreen.conversation where page = $1 and psid <> ''
               order by window_ends_ms desc nulls last, id desc limit $2`,
        values: [known.page(page), limit],
      },
    ],
    result: ([rows = []]) => rows.map(({ psid }) => psid as string),
  }),

  keep_name: ({ page, psid, name, folded }, known) => ({
    queries: [
      {
        text: `insert into evergreen.visitor_name (conversation, name, folded)
               select id, $3, $4 from evergreen.conversation where page = $1 and psid = $2
               on conflict (conversation) do update set id = default, name = excluded.name, folded = excluded.folded`,
        values: [known.page(page), psid, name, folded],
      },
      {
        text: `delete from evergreen.visitor_name
               where id <= (select max(id) from evergreen.visitor_name) - ${MOST_NAMES}`,
      },
    ],
    result: () => null,
  }),

  find_by_name: ({ folded, limit }) =>
    select<NamedVisitor[]>(
      `select p.id as "pageId", c.psid, n.name from evergreen.visitor_name n
         join evergreen.conversation c on c.id = n.conversation join evergreen.page p on p.no = c.page
       where strpos(n.folded, $1) > 0 order by n.id desc limit $2`,
      [folded, limit],
    ),

  statistics: ({ span, fromMs, page, most }, known) => {
    const values = [span, fromMs, page === null, page === null ? null : known.page(page)]
    const since = 'span = $1 and start_ms >= $2 and ($3::boolean or page = $4)'
    return {
      queries: [
        {
          text: `select start_ms as "startMs", what, sum(count)::bigint as count from evergreen.statistic
                 where ${since} and name = '' group by start_ms, what order by start_ms, what`,
          values,
        },
        {
          // One name at a time: in the key the time comes after the name, so a range over all names would read years for a month.
          text: `with recursive named (name) as (
                   select min(name) from evergreen.statistic where span = $1 and name > ''
                   union all
                   select (select min(s.name) from evergreen.statistic s where s.span = $1 and s.name > named.name)
                   from named where named.name is not null
                 )
                 select what, name, count from (
                   select what, named.name, sum(count)::bigint as count,
                     row_number() over (partition by what order by sum(count) desc, named.name) as place
                   from named join evergreen.statistic s on s.name = named.name
                   where ${since} group by what, named.name
                 ) n where place <= $5 order by count desc, name`,
          values: [...values, most],
        },
      ],
      result: ([sums = [], names = []]) => ({ sums, names }) as unknown as Results['statistics'],
    }
  },

  gone: ({ conversations }) => ({
    queries: [
      {
        text: `select id from unnest($1::bigint[]) as u (id)
               where not exists (select from evergreen.conversation c where c.id = u.id)`,
        values: [conversations],
      },
    ],
    result: ([rows = []]) => rows.map(({ id }) => id as number),
  }),
}

const PUT_META = `
  insert into evergreen.meta (name, value) values ($1, $2) on conflict (name) do update set value = excluded.value`

/** Of writers that have read the same text one succeeds, because PostgreSQL reads the row again when another writer has released it. */
const PUT_META_IF = `
  insert into evergreen.meta as m (name, value)
  select $1, $2 where $3::text is null or exists (select from evergreen.meta m where m.name = $1 and m.value = $3)
  on conflict (name) do update set value = excluded.value where m.value = $3
  returning name`

/** The taken dead letters, in the order of the request. */
export const MARKS = 'select d.seq, p.id as page, c.window_ends_ms as "windowEndsMs"'
export const MARKS_OF = `
  join evergreen.page p on p.no = d.page join evergreen.conversation c on c.id = d.conversation
  order by array_position($1::bigint[], d.seq)`

const toGroup = ({ wordings, ...group }: Row): OpenQuestionGroup =>
  questionGroup(
    group as Pick<OpenQuestionGroup, 'likeness' | 'count' | 'lastMs' | 'pageId'>,
    wordings as Wording[],
  )
