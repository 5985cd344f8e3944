import type { EventOf } from './events.ts'
import type { InboxEvent } from './inbox.ts'

/** What an operator does in a conversation. */
export type OperatorDeed = Pick<EventOf<'operator'>, 'did' | 'text'> & { by: string }

/**
 * An operator's deed as an event of the conversation: it is stored, done in its turn and once, however often the form is sent,
 * and what is said by it goes out like every reply.
 *
 * @param id - equal for every sending of the same form
 */
export const operatorEvent = ({
  id,
  pageId,
  psid,
  atMs,
  did,
  text,
  by,
}: OperatorDeed & { id: string; pageId: string; psid: string; atMs: number }): InboxEvent => {
  const event: EventOf<'operator'> = {
    kind: 'operator',
    did,
    text,
    by,
    key: `operator:${id}`,
    pageId,
    psid,
    timestampMs: atMs,
    standby: false,
    raw: {},
  }
  const { key, kind } = event
  return {
    key,
    kind,
    pageId,
    psid,
    timestampMs: atMs,
    opensWindow: false,
    content: event,
    body: JSON.stringify({ operator: event }),
  }
}
