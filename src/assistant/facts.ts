import { allOf } from '../script/localised.ts'
import { replyTexts } from '../script/reply-texts.ts'
import type { Script } from '../script/types.ts'

/** In characters: a model reads them in a few seconds, and they fit into the context of a small model. */
const LONGEST = 16_000

/** The facts for the model: the texts of the replies it may use, one line for each reply. */
export const factsOf = ({ replies, assistant }: Script): string => {
  const names = assistant?.about ?? [...replies.keys()]
  let facts = ''
  for (const name of names) {
    const reply = replies.get(name)
    if (reply === undefined) continue
    const said = replyTexts(reply)
      // Texts with variables are left out, because their values differ between visitors.
      .filter((text) => !text.includes('{{'))
      .join(' ')
      .replaceAll(/\s+/g, ' ')
    if (said === '') continue
    const title = reply.title === null ? name : (allOf(reply.title)[0] ?? name)
    const line = `- ${title}: ${said}\n`
    if (facts.length + line.length > LONGEST) break
    facts += line
  }
  return facts
}
