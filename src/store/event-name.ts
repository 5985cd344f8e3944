import { hash } from 'node:crypto'

/** The hash by which the store recognises an event: 16 bytes instead of a mid of 100, because their index costs most of an acceptance. */
export const eventName = (pageId: string, key: string): Buffer =>
  hash('sha256', `${pageId}\0${key}`, 'buffer').subarray(0, 16)
