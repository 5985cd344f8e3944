/** Something that happened and is summed up; it names no visitor. */
export interface Count {
  what: Exclude<Counted, 'visitors' | 'replies' | 'waited'>
  /** Of a reply of the script. */
  name?: string
  /** 1 where absent. */
  by?: number
}

export type Counted =
  /** Each visitor once in each span. */
  | 'visitors'
  /** Messages and pressed buttons of visitors. */
  | 'messages'
  /** Messages sent. */
  | 'replies'
  /** Of them, those that had to wait for a token. */
  | 'waited'
  /** How messages in words were understood. */
  | 'matched'
  | 'doubtful'
  | 'fallback'
  /** By name: the script's reply was given, its form was begun or finished. */
  | 'reply'
  | 'form_begun'
  | 'form_finished'
  /** A visitor asked for a person; a person wrote first, after so many ms. */
  | 'handover'
  | 'first_answer'
  | 'first_answer_ms'
