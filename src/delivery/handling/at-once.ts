import type { AnswerAtOnce } from '../../store/store.ts'
import type { WebhookEvent } from '../../webhook/events.ts'
import { toOutcome, viewOf, type Handled, type Handler, type HandlerConversation } from './call-handler.ts'
import type { Log } from '../log.ts'
import type { Sender } from '../sending/sender.ts'

/**
 * Answers events before they are stored: only what needs nobody to be waited for, and can be sent. Whatever goes wrong
 * shows when its turn comes. An echo that settles a reply has to wait for it, which is in somebody's hand or in the outbox.
 */
export const createAnswerAtOnce = (deps: {
  read: (body: string) => WebhookEvent
  handle: Handler
  sender: Pick<Sender, 'hasRoom' | 'reserve' | 'unreserve' | 'deliver'>
  onEvent: (event: WebhookEvent) => void
  onHandled: Handled
  log: Log
}): AnswerAtOnce => {
  const { read, handle, sender, onEvent, onHandled, log } = deps

  return ({ body }, conversation) => {
    const { pageId } = conversation
    if (!sender.hasRoom(pageId)) return null
    try {
      const event = read(body)
      const view: HandlerConversation = { ...viewOf(conversation), tentative: true }
      const result = handle(event, view)
      if (result instanceof Promise) {
        result.catch(() => undefined)
        return null
      }
      const outcome = toOutcome(event, conversation, result)
      const reserved = outcome.replies.length > 0 && sender.reserve(pageId)
      return {
        outcome,
        stored: (out) => {
          try {
            onEvent(event)
            onHandled(event, view, result)
          } catch (error) {
            // It is stored and answered all the same, and so are those accepted together with it.
            log.error(
              { err: error, pageId, kind: event.kind, eventKey: event.key },
              'an event was not reported',
            )
          }
          if (out !== null) sender.deliver(out)
        },
        dropped: () => {
          if (reserved) sender.unreserve(pageId)
        },
      }
    } catch {
      return null
    }
  }
}
