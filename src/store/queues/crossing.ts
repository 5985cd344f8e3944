import type { Count } from '../../base/counts.ts'
import type { NewEvent } from '../store.ts'
import type { EventToAccept } from './operations.ts'

// Messages to the database thread are objects of one shape each, without optional properties: V8 deserialises them in half the time of
// objects with varying properties.

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
