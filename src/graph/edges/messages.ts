import type { SendMessage } from '../../messages.ts'
import { assertDone, type Caller } from '../call.ts'
import type { Graph } from '../graph.ts'
import { readId, unexpected } from '../read.ts'
import { FETCH_TIMEOUT_MS, isFetched, UPLOAD_EDGE, uploadOf } from '../upload.ts'
import { readUsage } from '../usage.ts'
import { REFUSED_TAG } from '../verdict-rows.ts'

type Edges = Pick<
  Graph,
  'sendMessage' | 'uploadAttachment' | 'senderAction' | 'passThreadControl' | 'takeThreadControl'
>

/** The calls by which a Page sends to a visitor. */
export const messageEdges = (caller: Caller): Edges => ({
  sendMessage: async ({ pageId, pageToken, psid, message, metadata, tag, maySend }) => {
    const { body, headers } = await caller.as(pageToken, {
      edge: 'messages',
      pageId,
      method: 'POST',
      path: `/${encodeURIComponent(pageId)}/messages`,
      body: JSON.stringify({
        recipient: { id: psid },
        ...(tag === undefined ? { messaging_type: 'RESPONSE' } : { messaging_type: 'MESSAGE_TAG', tag }),
        message: metadata === undefined ? message : { ...message, metadata },
      }),
      once: true,
      maySend,
      ...(isFetched(message) && { timeoutMs: FETCH_TIMEOUT_MS }),
      secrets: saidIn(message),
      ...(tag !== undefined && { ifNotPermitted: REFUSED_TAG }),
    })
    const messageId = readId(body['message_id'])
    // A proxy may have written the answer: only the ids prove that Facebook has taken the message.
    if (messageId === null && readId(body['recipient_id']) === null)
      throw unexpected('messages', 'named neither message nor recipient', 'ambiguous')
    return { messageId, usage: readUsage(headers, pageId) }
  },

  uploadAttachment: async ({ pageId, pageToken, type, from }) => {
    const path = `/${encodeURIComponent(pageId)}/message_attachments`
    const secrets = 'url' in from ? [from.url] : []
    const { body } = await caller.as(pageToken, {
      ...(await uploadOf(type, from)),
      method: 'POST',
      path,
      pageId,
      secrets,
    })
    const id = readId(body['attachment_id'])
    if (id === null) throw unexpected(UPLOAD_EDGE, 'sent no id', 'transient')
    return id
  },

  senderAction: async ({ pageId, pageToken, psid, action }) => {
    await caller.as(pageToken, {
      edge: 'sender_action',
      pageId,
      method: 'POST',
      path: `/${encodeURIComponent(pageId)}/messages`,
      body: JSON.stringify({ recipient: { id: psid }, sender_action: action }),
    })
  },

  passThreadControl: async ({ pageId, pageToken, psid, targetAppId }) => {
    const edge = 'pass_thread_control'
    const answer = await caller.as(pageToken, {
      edge,
      pageId,
      method: 'POST',
      path: `/${encodeURIComponent(pageId)}/${edge}`,
      body: JSON.stringify({ recipient: { id: psid }, target_app_id: targetAppId }),
    })
    assertDone(edge, answer)
  },

  takeThreadControl: async ({ pageId, pageToken, psid }) => {
    const edge = 'take_thread_control'
    const answer = await caller.as(pageToken, {
      edge,
      pageId,
      method: 'POST',
      path: `/${encodeURIComponent(pageId)}/${edge}`,
      body: JSON.stringify({ recipient: { id: psid } }),
    })
    assertDone(edge, answer)
  },
})

/**
 * The texts of a message that Graph may quote in an error but only the visitor should read; an address may hold a key or a name.
 */
const saidIn = ({ text, attachment }: SendMessage): string[] =>
  [text, attachment?.payload['url']].filter((one) => typeof one === 'string')
