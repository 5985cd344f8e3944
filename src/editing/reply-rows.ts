import { replyTexts } from '../script/reply-texts.ts'
import { replyTitles } from '../script/reply-titles.ts'
import type { Script } from '../script/types.ts'

/** A reply in a list. */
export interface ReplyRow {
  name: string
  title: string | null
  phrases: readonly string[]
  /** Its messages as one text. */
  says: string
}

/** The replies of a script, in its order. */
export const replyRows = (script: Script): ReplyRow[] =>
  replyTitles(script).map(({ name, title }) => {
    const reply = script.replies.get(name)
    return {
      name,
      title,
      phrases: reply?.phrases ?? [],
      says: reply === undefined ? '' : replyTexts(reply).join(' '),
    }
  })
