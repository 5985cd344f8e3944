/** One event for the statistics; it names no visitor. */
export interface Count {
  what: Exclude<Counted, 'visitors' | 'replies' | 'waited'>
  /** The name of a reply of the script. */
  name?: string
  /** 1 by default. */
  by?: number
}

export type Counted =
  /** Each visitor once in each span. */
  | 'visitors'
  /** Messages of visitors and buttons they pressed. */
  | 'messages'
  /** Messages sent. */
  | 'replies'
  /** Messages sent that had to wait for a token. */
  | 'waited'
  /** How visitors' texts were matched. */
  | 'matched'
  | 'doubtful'
  | 'fallback'
  /** By name: an event was answered with a reply of the script; its form was begun; its form was finished. */
  | 'reply'
  | 'form_begun'
  | 'form_finished'
  /** A visitor asked for a person; a person wrote for the first time after that; the ms in between. */
  | 'handover'
  | 'first_answer'
  | 'first_answer_ms'
