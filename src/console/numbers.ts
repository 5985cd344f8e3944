import { csv } from '../base/csv.ts'
import type { Counted } from '../base/counts.ts'
import type { StatisticsFound } from '../store/store.ts'
import { startOf, type Span } from '../base/spans.ts'

/** The periods of the numbers page. */
export const PERIODS = {
  '24h': { span: 'hour', spans: 24, words: '24 hours', each: 'hour' },
  '30d': { span: 'day', spans: 30, words: '30 days', each: 'day' },
  '12m': { span: 'month', spans: 12, words: '12 months', each: 'month' },
} as const satisfies Record<string, { span: Span; spans: number; words: string; each: string }>

export type Period = keyof typeof PERIODS

/** @returns the period of that name; 30 days for any other */
export const periodOf = (name: unknown): Period =>
  Object.keys(PERIODS).find((one): one is Period => one === name) ?? '30d'

/** The beginnings of the period's spans, ms since the epoch, the current one last. */
export const startsOf = (period: Period, nowMs: number): number[] => {
  const { span, spans } = PERIODS[period]
  const starts = [startOf(span, nowMs)]
  while (starts.length < spans) starts.unshift(startOf(span, (starts[0] ?? 0) - 1))
  return starts
}

/** The numbers of a period for the console. */
export interface Numbers {
  period: Period
  /** One for each span of the period, the current one last. */
  rows: NumbersRow[]
  total: Omit<NumbersRow, 'startMs' | 'visitors'>
  replies: { name: string; count: number }[]
  forms: { name: string; begun: number; finished: number }[]
}

export interface NumbersRow {
  startMs: number
  visitors: number
  messages: number
  replies: number
  waited: number
  matched: number
  doubtful: number
  fallback: number
  handovers: number
  firstAnswers: number
  firstAnswerMs: number
}

const COLUMNS = {
  visitors: 'visitors',
  messages: 'messages',
  replies: 'replies',
  waited: 'waited',
  matched: 'matched',
  doubtful: 'doubtful',
  fallback: 'fallback',
  handovers: 'handover',
  firstAnswers: 'first_answer',
  firstAnswerMs: 'first_answer_ms',
} as const satisfies Record<Exclude<keyof NumbersRow, 'startMs'>, Counted>

export const toNumbers = (period: Period, nowMs: number, { sums, names }: StatisticsFound): Numbers => {
  const known = new Map(sums.map(({ startMs, what, count }) => [`${startMs} ${what}`, count]))
  const rowOf = (startMs: number): NumbersRow => ({
    startMs,
    ...(Object.fromEntries(
      Object.entries(COLUMNS).map(([column, what]) => [column, known.get(`${startMs} ${what}`) ?? 0]),
    ) as Omit<NumbersRow, 'startMs'>),
  })
  const rows = startsOf(period, nowMs).map(rowOf)
  const total = Object.fromEntries(
    (Object.keys(COLUMNS) as (keyof typeof COLUMNS)[]).map((column) => [
      column,
      rows.reduce((sum, row) => sum + row[column], 0),
    ]),
  ) as unknown as Numbers['total']
  const named = (what: Counted) => names.filter((one) => one.what === what)
  const finished = new Map(named('form_finished').map(({ name, count }) => [name, count]))
  const begun = new Map(named('form_begun').map(({ name, count }) => [name, count]))
  return {
    period,
    rows,
    total,
    replies: named('reply').map(({ name, count }) => ({ name, count })),
    forms: [...new Set([...begun.keys(), ...finished.keys()])].map((name) => ({
      name,
      begun: begun.get(name) ?? 0,
      finished: finished.get(name) ?? 0,
    })),
  }
}

/** The share of text messages that the script had a reply for, from 0 to 1; null if there were none. */
export const understood = ({
  matched,
  doubtful,
  fallback,
}: Pick<NumbersRow, 'matched' | 'doubtful' | 'fallback'>): number | null => {
  const all = matched + doubtful + fallback
  return all === 0 ? null : (matched + doubtful) / all
}

/** Average wait for a person's first answer, ms; null if there was none. */
export const firstAnswerMs = ({
  firstAnswers,
  firstAnswerMs: sum,
}: Pick<NumbersRow, 'firstAnswers' | 'firstAnswerMs'>): number | null =>
  firstAnswers === 0 ? null : sum / firstAnswers

/** The rows of a period as comma-separated values with a header line. */
export const numbersCsv = ({ rows }: Numbers): string =>
  csv([
    [
      'start_utc',
      'visitors',
      'messages',
      'replies',
      'replies_waited_for_token',
      'understood',
      'doubtful',
      'not_understood',
      'asked_for_person',
      'first_answers',
      'first_answer_seconds_average',
    ],
    ...rows.map((row) => {
      const answerMs = firstAnswerMs(row)
      return [
        new Date(row.startMs).toISOString(),
        row.visitors,
        row.messages,
        row.replies,
        row.waited,
        row.matched,
        row.doubtful,
        row.fallback,
        row.handovers,
        row.firstAnswers,
        answerMs === null ? '' : Math.round(answerMs / 1000),
      ]
    }),
  ])

/** Replies and forms of a period as comma-separated values with a header line. */
export const namesCsv = ({ replies, forms }: Numbers): string =>
  csv([
    ['kind', 'name', 'count', 'finished'],
    ...replies.map(({ name, count }) => ['reply', name, count, '']),
    ...forms.map(({ name, begun, finished }) => ['form', name, begun, finished]),
  ])
