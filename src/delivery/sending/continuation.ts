import type { QueuedReply } from '../../messages.ts'

/** Whether to go on with the conversation's next reply. `instead`: first send this one in place of the dead letter. */
export type Continuation = { go: 'on'; instead?: QueuedReply } | { go: 'stop'; notBeforeMs?: number }
