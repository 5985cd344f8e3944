import { hash } from 'node:crypto'

/** How the store remembers an event. Sixteen bytes instead of a mid of a hundred: the index on them is the largest cost of acceptance. */
export const eventName = (pageId: string, key: string): Buffer =>
  hash('sha256', `${pageId}\0${key}`, 'buffer').subarray(0, 16)
