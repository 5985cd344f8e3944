import type { Operation, Results } from '../queues/operations.ts'
import type { Query } from './connection.ts'
import { AUTHOR } from './queues.ts'
import type { Known, Statements } from './statements.ts'

type Finish = Extract<Operation, { op: 'finish_event' }>

const MOST_QUESTIONS = 100_000

/** Since when a person has the conversation, by its state; null when none has. */
export const leftSince = (state: string | null | undefined): number | null => {
  if (!state?.includes('"sinceMs"')) return null
  try {
    const { handover } = JSON.parse(state) as { handover?: { sinceMs?: unknown } }
    return typeof handover?.sinceMs === 'number' ? handover.sinceMs : null
  } catch {
    return null
  }
}

/**
 * The finished events of any number of operations, in one statement with the parts that they need. Each part depends on `finished`:
 * nothing is stored for an event that is gone because its visitor was forgotten.
 */
export const finishAll = (
  operations: readonly Finish[],
  known: Known,
): Statements<Results['finish_event'][]> => ({
  queries: [
    finish(operations, known),
    ...(operations.some(({ question }) => question !== null) ? [{ text: TRIM_QUESTIONS }] : []),
  ],
  result: ([rows = []]) => {
    const results = operations.map((): Results['finish_event'] => ({ forgotten: true }))
    for (const { ord, seqs, confirmed } of rows)
      results[Number(ord)] = { forgotten: false, seqs: seqs as number[], settled: Number(confirmed) > 0 }
    return results
  },
  counted: ([rows = []]) =>
    rows.flatMap(({ ord, page, confirmed }) => {
      const operation = operations[Number(ord)]
      if (operation === undefined) return []
      const { acceptedMs, nowMs, counts } = operation
      const common = { page: Number(page), atMs: acceptedMs }
      return [
        ...counts.map((count) => ({ ...common, ...count })),
        { ...common, what: 'replies' as const, atMs: nowMs, by: Number(confirmed) },
      ]
    }),
})

/** A value of one of several operations, with the operation's number. */
interface Of<T> {
  ord: number
  one: T
}

const finish = (operations: readonly Finish[], known: Known): Query => {
  const values: unknown[] = []
  const value = (given: unknown): string => `$${values.push(given)}`
  /** The named values of the operations as columns of rows, with `ord`. */
  const rows = <T>(
    all: readonly Of<T>[],
    columns: Record<string, [type: string, of: (one: T) => unknown]>,
  ): string => {
    const lists = Object.values(columns).map(
      ([type, of]) => `${value(all.map(({ one }) => of(one)))}::${type}[]`,
    )
    return `unnest(${[`${value(all.map(({ ord }) => ord))}::int[]`, ...lists].join(', ')})
      with ordinality as g (ord, ${Object.keys(columns).join(', ')}, place)`
  }
  const of = <T>(brought: (operation: Finish) => readonly T[]): Of<T>[] =>
    operations.flatMap((operation, ord) => brought(operation).map((one) => ({ ord, one })))

  const parts = [
    `given as materialized (
      select * from ${rows(
        of((operation) => [operation]),
        {
          conversation: ['bigint', (o) => o.conversation],
          page: ['int', (o) => known.page(o.page)],
          seq: ['bigint', (o) => o.seq],
          accepted_ms: ['bigint', (o) => o.acceptedMs],
          doubt_ms: ['bigint', (o) => o.doubtMs],
          now_ms: ['bigint', (o) => o.nowMs],
        },
      )}
    )`,
    'finished as (delete from evergreen.inbox i using given g where i.seq = g.seq returning g.*)',
  ]

  const states = of(({ state }) => (state === undefined ? [] : [{ state }]))
  if (states.length > 0) {
    parts.push(`remembered as (
      update evergreen.conversation c set state = s.state, left_since = s.left_since from (
        select distinct on (f.conversation) f.conversation, g.state, g.left_since
        from ${rows(states, { state: ['text', ({ state }) => state], left_since: ['double precision', ({ state }) => leftSince(state)] })}
          join finished f using (ord) order by f.conversation, f.ord desc
      ) s where c.id = s.conversation)`)
  }

  const confirmed = of((operation) => operation.confirmed)
  if (confirmed.length > 0) {
    parts.push(
      `confirmed as (
        delete from evergreen.outbox o using finished f,
          ${rows(confirmed, { seq: ['bigint', ({ seq }) => seq], message_id: ['text', ({ messageId }) => messageId] })}
        where g.ord = f.ord and o.page = f.page and o.conversation = f.conversation and o.seq = g.seq
        returning f.ord, o.conversation, o.seq, g.message_id, f.now_ms, ${AUTHOR} as author)`,
      `sent as (
        insert into evergreen.sent (conversation, seq, message_id, sent_ms, author)
        select conversation, seq, message_id, now_ms, author from confirmed on conflict do nothing)`,
    )
  }

  const answers = of((operation) => operation.answers)
  if (answers.length > 0) {
    parts.push(`kept as (
      insert into evergreen.answers (conversation, form, url, kept_ms, due_ms, body)
      select f.conversation, g.form, g.url, f.accepted_ms, case when g.url is not null then f.now_ms end, g.body
      from ${rows(answers, { form: ['text', ({ form }) => form], url: ['text', ({ url }) => url], body: ['text', ({ body }) => body] })}
        join finished f using (ord) order by g.place)`)
  }

  const takenBack = of(({ takenBack: mid }) => (mid === null ? [] : [mid]))
  if (takenBack.length > 0) {
    parts.push(`taken_back as (
      delete from evergreen.open_question q using finished f, ${rows(takenBack, { mid: ['text', (mid) => mid] })}
      where g.ord = f.ord and q.conversation = f.conversation and q.mid = g.mid)`)
  }

  const asked = of(({ question, conversation }) =>
    question === null ? [] : [{ ...question, conversation }],
  ).filter(
    // The deletion would not see rows that its own statement adds.
    ({ ord, one }) =>
      one.mid === null ||
      !operations.some(
        (later, n) => n > ord && later.conversation === one.conversation && later.takenBack === one.mid,
      ),
  )
  if (asked.length > 0) {
    parts.push(`asked as (
      insert into evergreen.open_question (conversation, page, mid, likeness, text, how, answer, reply, confidence, asked_ms)
      select f.conversation, f.page, g.mid, g.likeness, g.text, g.how, g.answer, g.reply, g.confidence, f.accepted_ms
      from ${rows(asked, {
        mid: ['text', ({ mid }) => mid],
        likeness: ['text', ({ likeness }) => likeness],
        text: ['text', ({ text }) => text],
        how: ['text', ({ how }) => how],
        answer: ['text', ({ answer }) => answer ?? null],
        reply: ['text', ({ nearest }) => nearest?.reply ?? null],
        confidence: ['double precision', ({ nearest }) => nearest?.confidence ?? null],
      })} join finished f using (ord) order by g.place)`)
  }

  parts.push(
    `replies as materialized (
      select r.*, nextval('evergreen.seq') as number from (
        select f.*, g.body, g.place as nth
        from ${rows(
          of(({ replies }) => replies),
          { body: ['text', (body) => body] },
        )} join finished f using (ord) order by g.place
      ) r)`,
    `added as (
      insert into evergreen.outbox (page, conversation, seq, accepted_ms, doubt_ms, body)
      select page, conversation, number, accepted_ms, doubt_ms, body from replies)`,
  )
  return {
    text: `with ${parts.join(', ')}
      select f.ord, f.page, coalesce(r.seqs, '[]') as seqs, ${confirmed.length > 0 ? 'coalesce(c.count, 0)' : '0'} as confirmed
      from finished f
        left join (select ord, json_agg(number order by nth) as seqs from replies group by ord) r on r.ord = f.ord
        ${confirmed.length > 0 ? 'left join (select ord, count(*) from confirmed group by ord) c on c.ord = f.ord' : ''}`,
    values,
  }
}

const TRIM_QUESTIONS = `
delete from evergreen.open_question
where id <= (select max(id) from evergreen.open_question) - ${MOST_QUESTIONS}`
