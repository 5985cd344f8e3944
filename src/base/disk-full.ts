import { codeOf } from './error-code.ts'

/** Whether a write failed because the disk, or this user's share of it, is full. */
export const isDiskFull = (error: unknown): boolean => FULL.has(codeOf(error) ?? '')

const FULL: ReadonlySet<string> = new Set(['ENOSPC', 'EDQUOT'])
