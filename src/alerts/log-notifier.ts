import type { Log } from '../base/logger.ts'
import { noticeText, type Notice } from './notice.ts'

const LEVELS = { needed: 'error', reminder: 'warn', well: 'info', trial: 'info' } as const

/** Writes one line per notice, with the same words an alert carries. */
export const createLogNotifier =
  ({ log }: { log: Pick<Log, 'info' | 'warn' | 'error'> }) =>
  (notice: Notice): void => {
    const needs = notice.needs.map(({ pageId, cause, waiting }) => ({ pageId, cause, waiting }))
    log[LEVELS[notice.kind]]({ notice: notice.kind, needs }, noticeText(notice).replaceAll('\n', ' '))
  }
