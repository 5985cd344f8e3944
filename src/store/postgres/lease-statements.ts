import type { Query, Row } from './connection.ts'
import type { RunningInstance } from '../../base/running-instances.ts'
import { instanceListQuery, living, readInstanceList } from './instance-list.ts'
import { tellOf } from './noticed-elsewhere.ts'
import { SHARED } from './whole-lease.ts'

/** The number of the head among those of Pages. */
export const HEAD = 0

/** A lease of this instance. */
export interface Held {
  no: number
  pageId: string
  fence: number
}

export interface Beat {
  /** Whether the database is shared by instances that keep Pages, and no process works on all of it. */
  isShared: boolean
  held: Held[]
  /** Why each taken Page could be taken, by its number: `new`, `left` or `lapsed`. */
  taken: ReadonlyMap<number, string>
  /** The most Pages that one instance should keep. */
  share: number
  /** Other instances that take Pages. */
  others: number
  /** The versions of the tables, and of the oldest program that can work on them. */
  tables: { version: number; oldest: number }
  instances: RunningInstance[]
}

/**
 * The statements of every beat. Each is a transaction of its own, so that none delays the renewal of leases; only the last three return
 * results that are used.
 */
export const beatQueries = (of: {
  owner: string
  host: string
  version: string
  /** JSON; null while they are not known. */
  marks: string | null
  leaseMs: number
  /** Whether this instance takes Pages. */
  takes: boolean
  isHead: boolean
  /** Whether it is giving the head away. */
  isHeadLeaving: boolean
  /** Pages that may be missing in the database. */
  pages: readonly string[]
  /** Leases to give back. */
  home: readonly { no: number; fence: number }[]
}): Query[] => {
  const { owner, host, version, marks, leaseMs, takes, isHead, isHeadLeaving, pages, home } = of
  const isGiving = home.length > 0 || isHeadLeaving
  return [
    { text: HERE, values: [owner, host, version, takes, marks] },
    ...(isHead ? [{ text: DROP_DEAD }] : []),
    ...(pages.length > 0 ? [{ text: NEW_PAGES, values: [pages] }] : []),
    { text: NEW_LEASES },
    ...(home.length > 0
      ? [{ text: GIVE, values: [owner, home.map(({ no }) => no), home.map(({ fence }) => fence)] }]
      : []),
    ...(isHeadLeaving ? [{ text: GIVE_HEAD, values: [owner] }] : []),
    ...(isGiving ? [tellOf(owner, 'lease')] : []),
    { text: RENEW, values: [owner, leaseMs] },
    ...(takes
      ? [
          { text: TAKE, values: [owner, leaseMs] },
          { text: TAKE_HEAD, values: [owner, leaseMs] },
        ]
      : []),
    { text: HAVE, values: [owner] },
    { text: SUMS, values: [owner, leaseMs] },
    instanceListQuery(leaseMs),
  ]
}

export const readBeat = (rows: readonly (readonly Row[])[]): Beat => {
  const [sums] = rows.at(-2) ?? []
  return {
    isShared: sums?.['owner'] === SHARED,
    held: (rows.at(-3) ?? []).map((row) => row as unknown as Held),
    taken: new Map(
      rows
        .flat()
        .flatMap(({ taken, why }) => (why === undefined ? [] : [[taken as number, why as string] as const])),
    ),
    share: Number(sums?.['share']),
    others: Number(sums?.['others']),
    tables: { version: Number(sums?.['version']), oldest: Number(sums?.['oldest']) },
    instances: readInstanceList(rows.at(-1) ?? []),
  }
}

export const goodbyeQueries = (owner: string): Query[] => [
  { text: `update evergreen.lease set owner = null, until = '-infinity' where owner = $1`, values: [owner] },
  { text: 'delete from evergreen.instance where id = $1', values: [owner] },
  tellOf(owner, 'lease'),
]

const LIVE = living('$2')

/**
 * A lease also counts as over if it lasts longer than any lease, because the server's clock was set back. Its keeper may still run, and
 * renews it at its next beat; replies that it may still send are in doubt for the next keeper, as after any taking.
 */
const OVER = `(until < clock_timestamp() or until > clock_timestamp() + 2 * ($2 * interval '1 ms'))`

const HERE = `
insert into evergreen.instance as i (id, host, version, takes, marks) values ($1, $2, $3, $4, $5)
on conflict (id) do update set beat = clock_timestamp(), takes = excluded.takes, marks = excluded.marks`

/** An instance that was killed does not delete its own row. */
const DROP_DEAD = `delete from evergreen.instance where beat < clock_timestamp() - interval '1 day'`

const NEW_PAGES = 'insert into evergreen.page (id) select unnest($1::text[]) on conflict do nothing'

const NEW_LEASES = `
insert into evergreen.lease (page)
select no from (select ${HEAD} as no union all select no from evergreen.page) p
where not exists (select from evergreen.lease l where l.page = p.no) on conflict do nothing`

const GIVE = `
update evergreen.lease l set owner = null, until = '-infinity'
from unnest($2::int[], $3::bigint[]) as g (page, fence)
where l.page = g.page and l.fence = g.fence and l.owner = $1`

const GIVE_HEAD = `update evergreen.lease set owner = null, until = '-infinity' where page = ${HEAD} and owner = $1`

// In the order of evergreen.hold_pages. It waits for a transaction that has locked a row: skipping the row would lose the Page.
const RENEW = `
with mine as materialized (
  select page from evergreen.lease where owner = $1 and until >= clock_timestamp() order by page for no key update
)
update evergreen.lease l set until = clock_timestamp() + $2 * interval '1 ms' from mine where l.page = mine.page`

const SHARE = `(
  select ceil((select count(*) from evergreen.lease where page <> ${HEAD})::numeric / greatest(1, count(*)))
  from evergreen.instance where takes and ${LIVE}
)`

const TAKE = `
with mine as (
  select count(*) as n from evergreen.lease where owner = $1 and page <> ${HEAD} and until >= clock_timestamp()
), free as materialized (
  select page, case when fence = 0 then 'new' when until = '-infinity' then 'left' else 'lapsed' end as why
  from evergreen.lease where ${OVER} and page <> ${HEAD} order by page
  limit (select greatest(0, ${SHARE} - n)::bigint from mine) for no key update skip locked
)
update evergreen.lease l set owner = $1, fence = fence + 1, until = clock_timestamp() + $2 * interval '1 ms'
from free where l.page = free.page returning l.page as taken, free.why`

const TAKE_HEAD = `
with free as materialized (
  select page from evergreen.lease where ${OVER} and page = ${HEAD} for no key update skip locked
)
update evergreen.lease l set owner = $1, fence = fence + 1, until = clock_timestamp() + $2 * interval '1 ms'
from free where l.page = free.page`

const HAVE = `
select l.page as no, coalesce(p.id, '') as "pageId", l.fence
from evergreen.lease l left join evergreen.page p on p.no = l.page
where l.owner = $1 and l.until >= clock_timestamp() order by l.page`

const SUMS = `
select owner, ${SHARE} as share, (
  select count(*) from evergreen.instance where takes and id <> $1 and ${LIVE}
) as others, (
  select value from evergreen.meta where name = 'version'
) as version, (
  select value from evergreen.meta where name = 'oldest_version'
) as oldest from evergreen.keeper`
