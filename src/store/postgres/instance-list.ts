import type { RunningInstance } from '../../base/running-instances.ts'
import type { Query, Row } from './connection.ts'

/**
 * The condition for a living instance. One whose last beat is older than a lease has lost its Pages, or is about to. One whose last beat
 * lies ahead is from before the server's clock was set back.
 */
export const living = (leaseMs: string): string =>
  `(beat > clock_timestamp() - ${leaseMs} * interval '1 ms' and beat < clock_timestamp() + ${leaseMs} * interval '1 ms')`

/** The instances of the database and their Pages: the one query for all parts that show or compare them. */
export const instanceListQuery = (leaseMs: number): Query => ({
  text: `
    select i.id, i.host, i.version, (extract(epoch from i.since) * 1000)::bigint as "sinceMs", i.marks,
      coalesce(bool_or(l.page = 0), false) as "isHead",
      coalesce(array_agg(p.id order by p.id) filter (where p.id is not null), '{}') as pages
    from evergreen.instance i
      left join evergreen.lease l on l.owner = i.id and l.until >= clock_timestamp()
      left join evergreen.page p on p.no = l.page
    where ${living('$1')} group by i.id order by i.since, i.id`,
  values: [leaseMs],
})

export const readInstanceList = (rows: readonly Row[]): RunningInstance[] =>
  rows.map(({ marks, ...row }) => ({
    ...(row as unknown as RunningInstance),
    marks: marks === null ? null : (JSON.parse(marks as string) as Record<string, string>),
  }))
