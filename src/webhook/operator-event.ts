import { createHash } from 'node:crypto'
import type { EventOf } from './events.ts'
import type { InboxEvent } from './inbox.ts'

/** An operator's action in a conversation. */
export type OperatorDeed = Pick<EventOf<'operator'>, 'did' | 'text'> & { by: string }

/**
 * An operator's action as an event of the conversation. It is stored, handled in order and only once even if the form is sent
 * twice, and its text goes out as every reply does.
 *
 * @param id - the same each time the same form is sent. A form that is sent again with another text, such as after the browser's Back, is
 *   another action.
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
    key: `operator:${id}:${digestOf(did, text)}`,
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

const digestOf = (did: string, text: string | null): string =>
  createHash('sha256')
    .update(JSON.stringify([did, text]))
    .digest('base64url')
    .slice(0, 22)
