import { GraphError } from '../../graph/error.ts'
import type { Graph, SendCall, Sent } from '../../graph/graph.ts'
import type { Media, SendMessage } from '../../messages.ts'
import type { Upload, Uploads } from './uploads.ts'

/** Sends messages with media that Facebook keeps: by the upload's id, or by address while there is no id. */
export interface MediaSender {
  /**
   * Says whether the message can go out now.
   *
   * @returns ms after which to ask again; 0 when it can go out
   * @throws GraphError of {@link ../../graph/upload.ts UPLOAD_EDGE} when the media cannot be uploaded and the message cannot do without
   */
  waitFor: (call: MediaCall) => Promise<number>
  /**
   * @param currentToken - the token at the moment of sending; null when nothing may be sent any more
   * @returns null when nothing was sent and the message must be tried again, perhaps after a new upload
   */
  send: (call: MediaCall, currentToken: () => string | null) => Promise<Sent | null>
}

export type MediaCall = SendCall & { media: Media }

export const createMediaSender = (deps: {
  uploads: Uploads
  graph: Pick<Graph, 'sendMessage'>
}): MediaSender => {
  const { uploads, graph } = deps

  const find = async ({ pageId, pageToken, media, message }: MediaCall): Promise<Upload> => {
    const upload = await uploads.find({ pageId, pageToken, media })
    if (upload.is === 'failed' && !isComplete(message)) throw upload.error
    return upload
  }

  return {
    waitFor: async (call) => {
      const upload = await find(call)
      return upload.is === 'coming' && !isComplete(call.message) ? upload.waitMs : 0
    },
    send: async ({ media, ...call }, currentToken) => {
      const upload = await find({ ...call, media })
      const send = async (message: SendMessage): Promise<Sent | null> => {
        const pageToken = currentToken()
        return pageToken === null ? null : await graph.sendMessage({ ...call, pageToken, message })
      }
      const { message } = call
      if (upload.is !== 'there') return isComplete(message) ? await send(message) : null
      try {
        const sent = await send(withId(message, upload.id))
        if (sent !== null) uploads.worked(upload)
        return sent
      } catch (error) {
        // Every `bad_request` refuses the content, so the message was certainly not sent.
        if (!(error instanceof GraphError) || error.verdict !== 'bad_request') throw error
        const isBlamed = uploads.refused(upload)
        if (isComplete(message)) return await send(message)
        if (isBlamed) return null
        throw error
      }
    },
  }
}

/** Whether the message shows its media without an upload's id. A template takes only Facebook's own addresses. */
export const isComplete = ({ attachment }: SendMessage): boolean => attachment?.payload['url'] !== undefined

const withId = (message: SendMessage, id: string): SendMessage => {
  const { attachment } = message
  if (attachment === undefined) return message
  const { type, payload } = attachment
  if (type !== 'template') return { ...message, attachment: { type, payload: { attachment_id: id } } }
  const [element] = Array.isArray(payload['elements']) ? payload['elements'] : []
  const elements = [{ ...(element as object), attachment_id: id }]
  return { ...message, attachment: { type, payload: { ...payload, elements } } }
}
