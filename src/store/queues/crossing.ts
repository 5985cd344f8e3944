import type { Count } from '../../base/counts.ts'
import type { NewEvent } from '../store.ts'
import type { EventToAccept } from './operations.ts'

// What each message sends to the database thread is made of objects of one shape each, nothing being left out: V8 reads them there in
// half the time of objects that differ in which properties they have.

export const toEvent = ({
  key,
  aliases = NONE,
  pageId,
  psid,
  timestampMs,
  opensWindow,
  isReceipt = false,
  body,
}: NewEvent): Required<EventToAccept> => ({
  key,
  aliases,
  pageId,
  psid,
  timestampMs,
  opensWindow,
  isReceipt,
  body,
})

export const toCount = ({ what, name = '', by = 1 }: Count): Required<Count> => ({ what, name, by })

const NONE: readonly never[] = []
