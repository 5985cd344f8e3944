import { percent } from '../../base/numbers.ts'
import type { Explanation } from '../../conversation/explain.ts'
import type { Reply } from '../../messages.ts'
import { html, type Html } from '../../web/html.ts'
import { addressOf, REPLIES, REPLY, scriptKey, TRY } from './addresses.ts'
import { replyNames, replyPicker, scriptField, scriptHead, type Head } from './pieces.ts'
import { preview } from './preview.ts'
import { newReply, tryForm } from './replies-page.ts'

export interface Tried extends Head {
  text: string
  found: Explanation
  says: readonly Reply[]
  replies: readonly { name: string; title: string | null }[]
  csrf: Html
}

export const tryPage = (tried: Tried): Html => {
  const { script, text, found, says, replies, csrf, blockedBy } = tried
  const { reply, how, confidence, needed, groups, nearest } = found
  const others = nearest.filter((one) => one.reply !== reply)
  return html`${scriptHead(tried, TRY)}${tryForm(script, csrf, text)}
    <section class="card">
      <h2>${reply === null ? 'The fallback answers' : html`${toReply(tried, reply)} answers`}</h2>
      <p>
        ${REASONS[how]}${how === 'similar' && html`: ${percent(confidence)}, and ${percent(needed)} are needed`}.
        ${Object.entries(groups).map(([name, value]) => html`<code>{{${name}}}</code> is “${value}”. `)}
      </p>
      ${
        others.length > 0 &&
        html`<p>Nearest besides:</p>
          <ul class="bullets">
            ${others.map((one) => html`<li>${toReply(tried, one.reply)}, ${percent(one.confidence)} similar</li>`)}
          </ul>`
      }
      ${preview(says, text)}
      <p><small>Roughly; to a new visitor by the name of Kim. Code handlers are not asked.</small></p>
    </section>
    ${
      how !== 'phrase' &&
      blockedBy === null &&
      html`<section class="card">
        <h2>Should another reply answer?</h2>
        <form method="post" action="${REPLIES}" class="buttons">
          ${csrf}${scriptField(script)}<input type="hidden" name="phrase" value="${text}" />
          ${replyPicker(replies, { name: 'reply', label: 'Reply', value: others[0]?.reply ?? reply })}
          <button class="button primary" name="do" value="add">Add the sentence to this reply</button>
        </form>
        ${newReply(script, csrf, text)}${replyNames(replies)}
      </section>`
    }`
}

const toReply = ({ script }: Tried, name: string): Html =>
  html`<a href="${addressOf(REPLY, { script: scriptKey(script), name })}">${name}</a>`

const REASONS: Record<Explanation['how'], string> = {
  phrase: 'The same phrase stands there',
  title: 'It is what its button says',
  pattern: 'One of its patterns fits',
  similar: 'One of its phrases is similar enough',
  fallback: 'Nothing fits',
}
