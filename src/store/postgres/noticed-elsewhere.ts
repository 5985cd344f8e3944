import type { DeadMarkRow } from '../queues/operations.ts'
import type { Query } from './connection.ts'
import { MARKS, MARKS_OF } from './kept.ts'
import { type Maker, NO_ROWS } from './statements.ts'

/** The channel on which processes tell each other to look. A notification may get lost, so each also looks at every beat. */
export const CHANNEL = 'evergreen'

const COUNTERS = ['returned', 'forgotten'] as const
type Counter = (typeof COUNTERS)[number]

/**
 * Operations that the keepers of the Pages must hear of, whichever process executes them. Each raises a counter in its transaction; a
 * counter that is higher than this process's own was raised by another process.
 */
export interface NoticedElsewhere {
  retry_dead: Maker<'retry_dead'>
  forget: Maker<'forget'>
  /** The queries for the counters, and for the Pages with waiting replies. */
  look: readonly Query[]
  /** What another process has done since the last look. @param rows - of `look` */
  seen: (rows: readonly (readonly Record<string, unknown>[])[]) => {
    pagesWaiting: string[]
    isNew: Record<Counter, boolean>
  }
}

/** @param sender - identifies this process on the channel */
export const createNoticedElsewhere = (sender: string): NoticedElsewhere => {
  const known = new Map<Counter, number>()

  const raised = (counter: Counter, value: unknown): void => {
    // One more than the known value: no other process has raised it in between.
    if (typeof value === 'number' && value === (known.get(counter) ?? 0) + 1) known.set(counter, value)
  }

  return {
    retry_dead: ({ seqs }) => ({
      queries: [
        {
          text: `with taken as (delete from evergreen.dead where seq = any ($1::bigint[]) returning *),
                   back as (
                     insert into evergreen.outbox (page, conversation, seq, accepted_ms, doubt_ms, body)
                     select page, conversation, seq, accepted_ms, null, body from taken
                   ), ${raise('returned', 'taken')}
                 ${MARKS}, (select n from raised) as raised from taken d ${MARKS_OF}`,
          values: [seqs],
        },
        notify(sender),
      ],
      result: ([rows = []]) => {
        raised('returned', rows[0]?.['raised'])
        return rows.map(({ seq, page, windowEndsMs }) => ({ seq, page, windowEndsMs }) as DeadMarkRow)
      },
    }),

    forget: ({ psid, page }, pages) => ({
      queries: [
        {
          text: `with gone as (
                   delete from evergreen.conversation where psid = $1 and ($2::boolean or page = $3) returning id
                 ), ${OF_VISITORS.map((table) => `${table} as (delete from evergreen.${table} where conversation in (select id from gone))`).join(', ')},
                 ${raise('forgotten', 'gone')}
                 select (select count(*) from gone) as n, (select n from raised) as raised`,
          values: [psid, page === null, page === null ? null : pages.page(page)],
        },
        // A need may name its visitor. The new version keeps an instance with an older copy from writing it back.
        {
          text: `update evergreen.record set data = replace(data, $1, 'forgotten'), version = nextval('evergreen.seq')
                 where strpos(data, $1) > 0 and $1 <> ''`,
          values: [psid],
        },
        notify(sender),
      ],
      result: ([[row] = NO_ROWS]) => {
        raised('forgotten', row?.['raised'])
        return { conversations: Number(row?.['n'] ?? 0), erased: true, late: false }
      },
    }),

    look: [
      {
        text: `select p.id from evergreen.page p
               where exists (select from evergreen.outbox o where o.page = p.no)`,
      },
      {
        text: 'select name, value::bigint as value from evergreen.meta where name = any ($1)',
        values: [COUNTERS],
      },
    ],

    seen: ([pages = [], counters = []]) => {
      const isNew = { returned: false, forgotten: false }
      for (const { name, value } of counters) {
        const counter = name as Counter
        isNew[counter] = value !== (known.get(counter) ?? 0)
        known.set(counter, value as number)
      }
      return { pagesWaiting: pages.map(({ id }) => id as string), isNew }
    },
  }
}

const OF_VISITORS = ['inbox', 'outbox', 'sent', 'dead', 'answers', 'open_question', 'visitor_name']

const raise = (counter: Counter, rows: string): string => `
  raised as (
    insert into evergreen.meta (name, value) select '${counter}', '1' where exists (select from ${rows})
    on conflict (name) do update set value = (evergreen.meta.value::bigint + 1)::text returning value::bigint as n
  )`

/** A notification between processes: `sender topic data ...`. */
export type ChannelMessage = [sender: string, topic: string, ...data: string[]]

export const tellOf = (...words: ChannelMessage): Query => ({
  text: 'select pg_notify($1, $2)',
  values: [CHANNEL, words.join(' ')],
})

/** An older version sends only its name. */
export const said = (payload: string): ChannelMessage => {
  const [sender = '', topic = 'look', ...data] = payload.split(' ')
  return [sender, topic, ...data]
}

const notify = (sender: string): Query => tellOf(sender, 'look')
