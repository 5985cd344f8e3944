import { eventName } from '../event-name.ts'
import type { NewEvent } from '../store.ts'
import type { AcceptedRow, Operation } from '../queues/operations.ts'
import { CONVERSATION_GONE } from './schema.ts'
import { addCounts, ALL_SPANS } from './counts.ts'
import type { Known, Statements } from './statements.ts'
import { STANDARD_WINDOW_MS } from '../../channel/messenger.ts'
import { WINDOW_GRAIN_MS } from '../window-grain.ts'

const HOUR_MS = 60 * 60 * 1000

/**
 * The events of any number of `accept` operations, in one statement. An event is a duplicate if one of its names was seen before; among
 * events with the same name the first one counts.
 *
 * @returns for each operation one row per event; null for a duplicate, and for a receipt of an unknown visitor
 */
export const acceptAll = (
  operations: readonly Extract<Operation, { op: 'accept' }>[],
  known: Known,
): Statements<(AcceptedRow | null)[][]> => {
  const all = operations.flatMap(({ events, nowMs }) => events.map((event) => ({ event, nowMs })))
  const taken = new Set<string>()
  const names: { ord: number; key: Buffer; nowMs: number }[] = []
  const given = all.flatMap(({ event, nowMs }, ord) => {
    const conversation = known.conversation(event.pageId, event.psid ?? '')
    const isKept = conversation !== null || event.isReceipt !== true
    const keys = namesOf(event)
    const texts = keys.map((key) => key.toString('latin1'))
    const isRepeated = texts.some((text) => taken.has(text))
    for (const [index, text] of texts.entries()) {
      if (taken.has(text)) continue
      taken.add(text)
      const key = keys[index]
      if (key !== undefined) names.push({ ord: isRepeated ? -1 : ord, key, nowMs })
    }
    return isRepeated || !isKept ? [] : [{ event, nowMs, ord, conversation }]
  })
  // In a fixed order, because two batches with the same names could wait for each other otherwise.
  names.sort((a, b) => Buffer.compare(a.key, b.key))
  return {
    queries: [
      {
        text: ACCEPT,
        values: [
          given.map(({ ord }) => ord),
          given.map(({ conversation }) => conversation),
          given.map(({ event }) => event.psid ?? ''),
          given.map(({ nowMs }) => nowMs),
          given.map(({ event }) => (event.opensWindow ? event.timestampMs + STANDARD_WINDOW_MS : null)),
          given.map(({ event }) => event.body),
          names.map(({ ord }) => ord),
          names.map(({ key }) => key),
          names.map(({ nowMs }) => nowMs),
        ],
      },
    ],
    result: ([rows = []]) => {
      const results: (AcceptedRow | null)[] = all.map(() => null)
      for (const { ord, ...row } of rows) results[Number(ord)] = row as unknown as AcceptedRow
      let from = 0
      return operations.map(({ events }) => results.slice(from, (from += events.length)))
    },
  }
}

/** The beginning of the hour of the visitor's message. */
const HOUR_OF_MESSAGE = `(least(ends - ${STANDARD_WINDOW_MS}, accepted_ms) - least(ends - ${STANDARD_WINDOW_MS}, accepted_ms) % ${HOUR_MS})`

// A conversation's row is read once, and written only where its window moves. Within one hour no span begins, which costs less to see
// than the beginning of each. A row that will be written is locked first and read as it is then: two instances may accept messages of one
// visitor at once, and both would count the first of an hour. All are locked in one order, or two instances could wait for each other.
// The visitor's id is compared, too: in a database restored under a running bot, the cached number may be that of another visitor.
const ACCEPT = `
with given as materialized (
  select * from unnest($1::int[], $2::bigint[], $3::text[], $4::bigint[], $5::bigint[], $6::text[])
    as g (ord, conversation, psid, accepted_ms, window_ends_ms, body)
), names as materialized (
  select * from unnest($7::int[], $8::bytea[], $9::bigint[]) as n (ord, key, accepted_ms)
), fresh as (
  insert into evergreen.seen (key, accepted_ms) select key, accepted_ms from names
  on conflict do nothing returning key
), stale as materialized (
  select distinct ord from names where key not in (select key from fresh)
), ok as materialized (
  select g.*, nextval('evergreen.seq') as seq
  from (select * from given where ord not in (select ord from stale) order by ord) g
), found as materialized (
  select ok.ord, ok.seq, ok.conversation, ok.accepted_ms, ok.window_ends_ms as ends, c.id, c.page, c.state, c.window_ends_ms as stored
  from ok left join evergreen.conversation c on c.id = ok.conversation and c.psid = ok.psid
), locked as materialized (
  select c.id, c.window_ends_ms as stored from evergreen.conversation c
  where c.id in (
    select id from found where ends is not null
      and (stored is null or stored - ${STANDARD_WINDOW_MS} < ${HOUR_OF_MESSAGE} or ends > stored + ${WINDOW_GRAIN_MS})
  )
  order by c.id for no key update of c
), known as materialized (
  select f.ord, f.seq, f.conversation, f.accepted_ms, f.ends, f.id, f.page, f.state, coalesce(l.stored, f.stored) as stored
  from found f left join locked l on l.id = f.id
), heard as materialized (
  select id, page, ends, stored, least(ends - ${STANDARD_WINDOW_MS}, accepted_ms) as at_ms,
    greatest(stored, max(ends) over (
      partition by id order by ord rows between unbounded preceding and 1 preceding
    )) - ${STANDARD_WINDOW_MS} as before_ms
  from known where ends is not null and id is not null
), fresh_in as materialized (
  select h.id, h.page, s.span, evergreen.start_of(s.span, h.at_ms) as start_ms
  from heard h, ${ALL_SPANS}
  where h.before_ms is null or h.before_ms < h.at_ms - h.at_ms % ${HOUR_MS}
    and evergreen.start_of(s.span, h.before_ms) < evergreen.start_of(s.span, h.at_ms)
), counted as (
  ${addCounts(`select span, '', start_ms, 'visitors', page, count(*) from fresh_in group by span, start_ms, page`)}
), opened as (
  update evergreen.conversation c set window_ends_ms = later.ends
  from (
    select id, max(ends) as ends from heard group by id having max(ends) > coalesce(max(stored), 0) +
      case when id in (select id from fresh_in) then 0 else ${WINDOW_GRAIN_MS} end
    order by id
  ) later where c.id = later.id and later.ends > coalesce(c.window_ends_ms, 0)
  returning c.id, c.window_ends_ms
), added as (
  insert into evergreen.inbox (seq, conversation, accepted_ms, body)
  select seq, conversation, accepted_ms, body from ok
)
select known.ord, known.seq,
  (select max(i.seq) from evergreen.inbox i where i.conversation = known.conversation) as before, known.state,
  coalesce(opened.window_ends_ms, known.stored) as "windowEndsMs",
  coalesce(known.id, evergreen.refuse('${CONVERSATION_GONE}')) as conversation
from known left join opened on opened.id = known.conversation`

/** The columns of `seen` for an event. */
export const namesOf = ({
  pageId,
  key,
  aliases = [],
}: Pick<NewEvent, 'pageId' | 'key' | 'aliases'>): Buffer[] =>
  [...new Set([key, ...aliases])].map((name) => eventName(pageId, name))
