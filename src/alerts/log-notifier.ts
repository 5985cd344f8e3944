import { noticeText, type Notice } from './notice.ts'

/** The part of a pino logger this room writes to. */
export interface OperatorLog {
  info: (facts: object, message: string) => void
  warn: (facts: object, message: string) => void
  error: (facts: object, message: string) => void
}

const LEVELS = { needed: 'error', reminder: 'warn', well: 'info' } as const

/** Writes one line per notice, with the same words an alert carries. */
export const createLogNotifier =
  ({ log }: { log: OperatorLog }) =>
  (notice: Notice): void => {
    const needs = notice.needs.map(({ pageId, cause, waiting }) => ({ pageId, cause, waiting }))
    log[LEVELS[notice.kind]]({ notice: notice.kind, needs }, noticeText(notice).replaceAll('\n', ' '))
  }
