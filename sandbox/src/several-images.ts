import type { ChatMessage } from './api.ts'

type Attachment = NonNullable<ChatMessage['attachment']>

/** `message.attachments` of a send. A message here has one attachment, so its images are one of type `images`. */
export const severalImages = (urls: readonly string[]): Attachment => ({ type: 'images', payload: { urls } })

/** The attachments of a message as the webhook and the Graph API list them. */
export const attachmentsOf = (attachment: ChatMessage['attachment']): Attachment[] => {
  if (attachment === null) return []
  const { urls } = attachment.payload
  if (attachment.type !== 'images' || !Array.isArray(urls)) return [attachment]
  return urls.map((url: unknown) => ({ type: 'image', payload: { url } }))
}
